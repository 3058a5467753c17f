from dataclasses import fields

from penstock.delivery.distribution import Distribution
from penstock.delivery.statistics import ShardStatistics, Statistics
from penstock.metrics.measurements import (
    COUNTERS,
    DISTRIBUTIONS,
    LEVELS,
    STREAM_COUNTERS,
    STREAM_DISTRIBUTIONS,
    Measurement,
    measure,
)
from tests.unit.penstock.delivery.fake_stream import LOST
from tests.unit.penstock.metrics.snapshots import HIGH, LOW, Traffic


def values(measurements: list[Measurement], shard_id: str | None = None) -> dict[str, int | Distribution]:
    return {one.metric: one.value for one in measurements if one.shard_id == shard_id and one.error_code is None}


def test_what_happened_since_the_last_snapshot_is_told() -> None:
    traffic = Traffic()
    traffic.put(3)
    before = traffic.snapshot()
    traffic.put(4, HIGH)
    traffic.leave_pending(2)
    of_stream = values(measure(traffic.snapshot(), before))
    assert of_stream["UserRecordsReceived"] == 6
    assert of_stream["UserRecordsPut"] == 4
    assert of_stream["UserRecordsDataPut"] == 20
    assert of_stream["UserRecordsPending"] == 2
    spread = of_stream["UserRecordsPerKinesisRecord"]
    assert isinstance(spread, Distribution)
    assert spread.sum == 4


def test_the_first_snapshot_tells_all_there_was() -> None:
    traffic = Traffic()
    traffic.put(3)
    assert values(measure(traffic.snapshot(), None))["UserRecordsPut"] == 3


def test_shards_without_news_are_left_out() -> None:
    traffic = Traffic()
    traffic.put(1, LOW)
    traffic.put(1, HIGH)
    before = traffic.snapshot()
    traffic.put(7, HIGH)
    measurements = measure(traffic.snapshot(), before)
    assert {one.shard_id for one in measurements} == {None, HIGH}
    assert values(measurements, HIGH)["UserRecordsPut"] == 7


def test_errors_are_told_by_code_for_the_shard_if_they_have_one() -> None:
    traffic = Traffic()
    traffic.put(1)
    before = traffic.snapshot()
    traffic.throttle_once(LOW)
    traffic.lose_a_call()
    errors = [one for one in measure(traffic.snapshot(), before) if one.metric == "ErrorsByCode"]
    throttled = "ProvisionedThroughputExceededException"
    assert set(errors) == {
        Measurement("ErrorsByCode", 1, None, throttled),
        Measurement("ErrorsByCode", 1, LOW, throttled),
        Measurement("ErrorsByCode", 1, None, LOST.code),
    }


def test_nothing_new_is_no_distribution() -> None:
    traffic = Traffic()
    traffic.put(1)
    same = traffic.snapshot()
    assert not any(isinstance(one.value, Distribution) for one in measure(same, same))
    assert [one.value for one in measure(same, same) if one.metric not in LEVELS] == [0] * 11


def test_everything_that_statistics_count_is_a_metric_or_follows_from_one() -> None:
    exported = {*COUNTERS.values(), *STREAM_COUNTERS.values(), *LEVELS.values()}
    exported |= {*DISTRIBUTIONS.values(), *STREAM_DISTRIBUTIONS.values(), "errors_by_code"}
    told = {field.name for field in (*fields(Statistics), *fields(ShardStatistics))}
    assert told - exported == {
        *("retries", "failures_by_kind"),  # the sum of RetriesPerRecord; more than CloudWatch's dimensions are worth
        *("calls", "calls_in_flight"),  # how many RequestTime has; gone before anybody looks
        *("open_shards", "shards", "open", "busiest_keys"),
    }
