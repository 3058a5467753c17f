"""A report to show, compare and read."""

from datetime import UTC, datetime

from load.measure.distributions import Measured
from load.report.model import Distribution, Events, Report, Workload


def workload() -> Workload:
    """Return a minute of 1,000 events/s."""
    return Workload(
        profile="steady 1000",
        seconds=60,
        warm_up_seconds=10,
        mean_rate=1000,
        peak_rate=1000,
        event_bytes=277,
        hashtags=1.5,
        hashtag_values=20_000,
        hashtag_skew=1.0,
        keys=50_000,
        key_skew=0.7,
        duplicates=0.0,
        arrivals="poisson",
        seed=0,
    )


def distribution(*blocks: list[float]) -> Distribution:
    """Return a distribution of seconds."""
    measured = Measured("s", len(blocks))
    for block, values in enumerate(blocks):
        for value in values:
            measured.record(value, block=block)
    found = measured.distribution()
    assert found is not None
    return found


def report() -> Report:
    """Return the report of a run."""
    return Report(
        command="run",
        made_at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        penstock="0.1.0",
        target="local stack",
        ended="time",
        partial=False,
        workload=workload(),
        configuration={"ShardCount": 2},
        events=Events(scheduled=60_000, sent=60_000, accepted=60_000, failed=0, resent=0),
        freshness=distribution([3.0, 3.5, 4.0], [3.1, 3.6, 4.2]),
    )
