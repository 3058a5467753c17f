"""A report to show, compare and read."""

from datetime import UTC, datetime

from load.measure.distributions import Measured
from load.report.model import (
    Choice,
    Cost,
    CostItem,
    Distribution,
    Events,
    Finding,
    Function,
    Generator,
    Report,
    Series,
    Shard,
    Table,
    Tuning,
    Workload,
)


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


def full() -> Report:
    """A report with everything in it."""
    choices = tuple(
        Choice(
            configuration={"ShardCount": number},
            per_month=10.0 * number,
            freshness=9.0 / number,
            meets=True,
            binding="<b>",
        )
        for number in range(1, 5)
    )
    return report().model_copy(
        update={
            "put": distribution([0.1, 0.2]),
            "series": Series(
                step_seconds=1.0,
                values={
                    "scheduled_rate": (1000.0, 1000.0),
                    "accepted_rate": (990.0, 1001.0),
                    "refused_rate": (0.0, 7.0),
                    "freshness_p50": (None, 3.0),
                    "freshness_p99": (None, 4.0),
                    "put_p99": (0.1, 0.2),
                    "iterator_age": (1.0, 2.0),
                },
            ),
            "shards": (
                Shard(shard_id="shardId-0001", records_rate=5, bytes_rate=9e5, refused=7, utilisation=(0.4, 0.95)),
            ),
            "functions": {"IngestFunction": Function(invocations=3, duration=distribution([0.1]))},
            "tables": {"by IngestFunction": Table(write_units=900, read_units=10)},
            "generator": Generator(processes=1, cores=2, schedule_error=distribution([0.001]), busy=0.2),
            "cost": Cost(
                region="eu-central-1",
                prices_as_of="2026-11-01",
                source="AWS",
                per_month=40,
                per_million=0.5,
                items=(CostItem(item="shards", per_month=30, per_million=0.4, how="2 × 730 h"),),
                usual_per_million=4.0,
            ),
            "tuning": Tuning(
                goal="p99 within 10 s",
                strategy="cost",
                evaluated=80,
                possible=2000,
                frontier=choices,
                chosen=1,
                cheaper=choices[0],
                faster=choices[2],
            ),
            "findings": (Finding(kind="overload", text="<script>alert(1)</script>"),),
        }
    )
