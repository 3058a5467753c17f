"""What is run and simulated: nine configurations over three profiles."""

from typing import Final, NamedTuple

from load.configuration import Configuration
from load.runs.producer import producer_of
from load.runs.run import RunOptions
from load.workload.profile import Profile
from load.workload.shapes import ramp, spike, steady

SECONDS: Final = 120.0
"""A batch takes some hundredths of a second longer than its window, and the next one begins by so much later next to
polls and other windows. Where the first one stood is chance, and makes half a second of difference to a run of half a
minute; in two minutes most of the ways there are have come. Windows of equal length shift too little for that, and
their runs differ."""
WARM_UP_SECONDS: Final = 6.0
PROBE_SECONDS: Final = 0.1
"""As often as a run can: a 99th percentile of fewer probes is chance."""


class Case(NamedTuple):
    """One configuration under one profile."""

    name: str
    profile: Profile
    settings: dict[str, str]

    @property
    def configuration(self) -> Configuration:
        """The template's, with the settings."""
        return Configuration.parse(self.settings)

    def options(self, seed: int) -> RunOptions:
        """Return how it is run."""
        return RunOptions(
            profile=self.profile,
            warm_up_seconds=WARM_UP_SECONDS,
            seed=seed,
            producer=producer_of(self.configuration),
            probe_seconds=PROBE_SECONDS,
        )


def _case(name: str, profile: Profile, *, shards: int, ingest: int, rollup: int, **others: str) -> Case:
    windows = {"IngestWindowSeconds": str(ingest), "RollupWindowSeconds": str(rollup)}
    return Case(name, profile, {"ShardCount": str(shards), **windows, **others})


_STEADY: Final = steady(150, SECONDS)
_RAMP: Final = ramp(50, 250, SECONDS)
_SPIKE: Final = spike(100, 400, SECONDS)

CASES: Final = (
    _case("steady, no windows", _STEADY, shards=4, ingest=0, rollup=0),
    _case("steady, windows", _STEADY, shards=2, ingest=1, rollup=3),
    _case("steady, small batches", _STEADY, shards=1, ingest=4, rollup=1, IngestBatchSize="20"),
    _case("ramp, rollup's window", _RAMP, shards=1, ingest=0, rollup=2),
    _case(
        "ramp, two batches at once",
        _RAMP,
        shards=2,
        ingest=2,
        rollup=0,
        IngestParallelizationFactor="2",
        lanes_per_shard="4",
    ),
    _case("ramp, windows", _RAMP, shards=3, ingest=3, rollup=1),
    _case("spike, the defaults", _SPIKE, shards=2, ingest=2, rollup=2),
    _case("spike, ingest's window", _SPIKE, shards=1, ingest=4, rollup=0),
    _case("spike, a long linger", _SPIKE, shards=2, ingest=1, rollup=1, linger_seconds="0.3"),
)
"""At rates that keep a machine of two cores below 60 % busy."""
