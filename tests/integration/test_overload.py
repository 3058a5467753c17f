"""Overload shows as overload: a stream of half the shards that a load needs, whose limits are AWS's."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from load.calibration.calibration import default_calibration
from load.configuration import Configuration
from load.generator.stream import StreamAddress
from load.model.outcome import Constraint
from load.model.reporting import simulated_report
from load.model.run import simulate
from load.model.surroundings import local_stack
from load.model.traffic import Traffic
from load.prices.table import price_table
from load.runs.producer import producer_of
from load.runs.run import Never, RunOptions, run
from load.runs.stub_target import StubTarget
from load.workload.events import EventShape
from load.workload.parsing import parse_profile
from local.services.process import Services

RATE = 85
"""Events a second, of 20,000 bytes: 1.6 times what a shard takes, in few events."""
SHAPE = EventShape(event_bytes=20_000, keys=1_000)
ONE_SHARD = Configuration(shards=1)


class OneShard(StubTarget):
    """The local stack's stream, and nothing that reads it."""

    local = True

    def __init__(self, address: StreamAddress) -> None:
        super().__init__(1)
        self._address = address

    @property
    def address(self) -> StreamAddress:
        return self._address

    @property
    def configuration(self) -> Mapping[str, str | int | float | bool]:
        return {"ShardCount": 1}


@pytest.fixture
def target(tmp_path: Path) -> Iterator[OneShard]:
    services = Services(tmp_path / "services.log", write_limits=True)
    try:
        services.wait()
        services.client("kinesis").create_stream(StreamName="events", ShardCount=1)
        yield OneShard(StreamAddress("events", endpoint=services.url))
    finally:
        services.stop()


def test_a_run_reports_refusals_events_that_wait_and_how_many_shards_were_enough(target: OneShard) -> None:
    options = RunOptions(
        profile=parse_profile(f"steady:{RATE}", 6.0),
        warm_up_seconds=1.0,
        shape=SHAPE,
        producer=producer_of(ONE_SHARD),
        probe_seconds=None,
    )

    report = run(options, target, show=lambda _: None, wish=Never())

    (shard,) = report.shards
    assert shard.refused > 0
    assert report.events.accepted_in_time is not None
    assert report.events.accepted_in_time < report.events.scheduled
    overload = [finding.text for finding in report.findings if finding.kind == "overload"]
    assert "1 shard can't take it; 2 shards would take the peak of 85 events/s" in overload[0]
    assert report.series is not None
    waits = [each for each in report.series.values["put_p50"] if each is not None]
    assert waits[-1] > waits[0]


def test_the_model_reports_the_same_of_the_same_load() -> None:
    traffic = Traffic(parse_profile(f"steady:{RATE}", 60.0), SHAPE)
    calibration = default_calibration()
    local = local_stack(calibration.local)

    outcome = simulate(traffic, ONE_SHARD, calibration, local, 0)

    report = simulated_report([outcome], traffic, local, price_table())
    assert outcome.binding is Constraint.BYTES
    assert report.shards[0].refused > 0
    assert report.put is not None
    assert report.put.p99 > 10
    overload = [finding.text for finding in report.findings if finding.kind == "overload"]
    assert overload[0].startswith("shard bytes is asked for 16")
    assert overload[1].startswith("events get older by 0.3")
    assert overload[2] == "2 shards would have been enough for this rate"
