"""Putting together what workers tell."""

from dataclasses import replace

import pytest

from load.generator.snapshot import ShardCount, Snapshot
from load.measure.distributions import Measured
from load.measure.recorder import OverTime, Recorder

SHARD = "shardId-000000000000"


def histogram(*values: float) -> str:
    measured = Measured("s")
    for value in values:
        measured.record(value)
    return measured.encoded()


def told(
    at: float, *, sent: int, accepted: int | None = None, worker: int = 0, refused: int = 0, late: float = 0.001
) -> Snapshot:
    """A worker's word, of 10 records and 1,000 bytes for 100 events."""
    return Snapshot(
        worker=worker,
        at=at,
        sent=sent,
        accepted=sent if accepted is None else accepted,
        failed=0,
        resent=refused,
        waiting=0.1,
        processor=at + 10,
        schedule_error=histogram(late),
        put=((at - 0.5, 0.1),),
        shards={SHARD: ShardCount(sent // 10, 10 * sent, refused, sent if accepted is None else accepted, 0)},
    )


def test_the_warm_up_is_left_out() -> None:
    recorder = Recorder(4.0)
    for second in range(-2, 5):
        recorder.take(told(second, sent=100 * (second + 2), late=1.0 if second <= 0 else 0.001))
    assert recorder.latest.sent == 400
    assert recorder.latest.accepted == 400
    assert recorder.schedule_error.quantiles == pytest.approx((0.001, 0.001), rel=0.01)


def test_rates_are_those_between_whole_seconds_though_words_come_when_they_come() -> None:
    recorder = Recorder(4.0)
    for at in (-0.5, 0.7, 1.9, 3.1, 4.3):
        recorder.take(told(at, sent=int(1000 * (at + 0.5))))
    assert recorder.rates()["sent_rate"] == pytest.approx([1000] * 4, rel=1e-6)


def test_workers_are_added_up() -> None:
    recorder = Recorder(2.0)
    for worker in range(3):
        for second in range(3):
            recorder.take(told(second, sent=50 * second, worker=worker))
    assert recorder.latest.sent == 300
    assert recorder.rates()["accepted_rate"] == (150, 150)
    assert recorder.busy == pytest.approx(3.0)
    (shard,) = recorder.shards()
    assert (shard.shard_id, shard.records_rate, shard.bytes_rate) == (SHARD, 15, 1500)


def test_events_of_the_warm_up_that_are_acknowledged_later_are_not_counted() -> None:
    recorder = Recorder(2.0)
    recorder.take(told(0, sent=100, accepted=60))
    recorder.take(told(2, sent=300, accepted=300))
    assert recorder.latest.accepted == 200
    assert recorder.accepted_in_time == 240


def test_copies_of_the_warm_up_are_its_own_and_distinct_is_what_is_no_copy() -> None:
    recorder = Recorder(2.0)
    for at, sent, copies in ((-1, 0, 0), (0, 100, 30), (2, 300, 90)):
        recorder.take(replace(told(at, sent=sent), copies=copies))
    assert (recorder.in_all.distinct, recorder.latest.distinct) == (210, 140)


def test_what_was_sent_again_is_of_the_measured_time_and_not_of_the_wait_after_it() -> None:
    recorder = Recorder(2.0)
    for at, refused in ((0, 5), (2, 35), (20, 400)):
        recorder.take(told(at, sent=100 * min(at, 2), refused=refused))
    latest = recorder.latest
    assert (latest.resent, latest.refused, latest.processor) == (30, 30, 2)
    assert sum(shard.refused for shard in recorder.shards()) == 30


def test_an_early_end_shortens_the_measured_time_and_leaves_out_what_was_sent_after_it() -> None:
    recorder = Recorder(10.0)
    for second in range(6):
        recorder.take(told(second, sent=100 * second))
    recorder.end(3.0)
    assert (recorder.steps, recorder.latest.sent, recorder.latest.accepted) == (3, 300, 300)
    assert recorder.rates()["sent_rate"] == (100, 100, 100)


def test_a_run_that_ended_in_its_warm_up_has_nothing() -> None:
    recorder = Recorder(10.0)
    recorder.take(told(-3, sent=100))
    recorder.end(-2.0)
    assert (recorder.seconds, recorder.steps, recorder.latest.sent) == (0.0, 0, 0)
    assert recorder.busy == 0.0


def test_before_anyone_has_told_anything_there_is_nothing() -> None:
    assert Recorder(10.0).latest.sent == 0
    assert Recorder(10.0).shards() == ()


def test_utilisation_is_the_larger_of_records_and_bytes() -> None:
    recorder = Recorder(1.0)
    recorder.take(told(0, sent=0))
    recorder.take(told(1, sent=5_000))
    (shard,) = recorder.shards()
    assert shard.utilisation == (0.5,)


def test_what_was_asked_of_a_shard_is_what_all_workers_told_of_it_in_the_end() -> None:
    recorder = Recorder(2.0)
    for worker in range(2):
        recorder.take(told(0, sent=100, worker=worker))
        recorder.take(told(9, sent=300, accepted=300, worker=worker, refused=7))
    recorder.take(replace(told(10, sent=300, refused=7), open_shards=4))
    assert recorder.open_shards == 4
    assert recorder.in_all_by_shard() == (ShardCount(records=60, size=6_000, refused=14, events=600, failed=0),)


def test_what_a_shard_took_before_it_was_first_told_of_counts() -> None:
    recorder = Recorder(2.0)
    recorder.take(replace(told(0, sent=0), shards={}))
    recorder.take(told(1, sent=100))
    recorder.take(told(2, sent=200))
    (shard,) = recorder.shards()
    assert (shard.records_rate, shard.bytes_rate) == (10, 1_000)


def test_a_long_run_has_fewer_and_longer_steps() -> None:
    recorder = Recorder(3_600.0)
    assert (recorder.step, recorder.steps) == (6.0, 600)


def test_percentiles_of_each_step_are_of_its_values() -> None:
    recorder = Recorder(100.0)
    for second in range(101):
        recorder.take(told(second, sent=second, late=second / 1000))
    _, p99 = recorder.schedule_error.points(100)
    assert p99 == pytest.approx([second / 1000 for second in range(1, 101)], rel=0.01)


def test_steps_are_closed_after_a_minute_and_what_comes_later_is_in_the_distribution_alone() -> None:
    values = OverTime("s", 1_000.0, 1.0)
    for at in range(62):
        values.record(float(at), 0.001)
    values.record(0.0, 9.0)
    values.record(2.0, 9.0)
    assert values.points(3)[1] == pytest.approx([0.001, 0.001, 9.0], rel=0.01)
    assert values.count == 64


def test_what_the_sdk_said_of_an_event_that_it_gave_up_is_kept() -> None:
    recorder = Recorder(2.0)
    for at, failure in ((0, None), (1, "it was refused"), (2, None)):
        recorder.take(replace(told(at, sent=100), failure=failure))
    assert recorder.failure == "it was refused"


def test_what_comes_late_is_of_all_the_time_since_the_word_before() -> None:
    recorder = Recorder(4.0)
    for at in (0, 1, 2, 3, 4.8):
        recorder.take(told(at, sent=int(at)))
    found = recorder.schedule_error.distribution()
    assert found is not None
    assert found.count == 5


def test_a_put_counts_where_its_event_was_due_however_late_it_was_acknowledged() -> None:
    recorder = Recorder(10.0)
    for second in range(11):
        recorder.take(told(second, sent=second))
    recorder.take(replace(told(25, sent=10), put=((9.5, 15.5), (-0.5, 20.0))))
    found = recorder.put.distribution()
    assert found is not None
    assert (found.count, found.max) == (11, pytest.approx(15.5, rel=1e-3))  # type: ignore[comparison-overlap] # approx
