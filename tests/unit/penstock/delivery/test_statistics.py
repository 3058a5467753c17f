"""What a snapshot counts."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.delivery.calls import CallFailure
from penstock.delivery.ledger import KEPT_SECONDS
from penstock.delivery.statistics import Statistics
from tests.unit.penstock.delivery.fake_stream import LOST, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell
from tests.unit.penstock.delivery.random_run import RandomRun

HALF = 2**127
LOW, HIGH = "0", str(HALF)


def fails_once(code: str) -> Callable[[str], str | None]:
    codes = [code]
    return lambda _: codes.pop() if codes else None


def test_events_and_their_data_are_counted_by_the_shard_that_has_them() -> None:
    shell = HandShell(FakeStream(shards=2), listed=False)
    shell.put("a", b"12345", explicit=LOW)
    shell.put("b", b"678", explicit=HIGH)
    shell.put("c", b"9", explicit=HIGH)
    shell.answer_all()
    shell.wait(1)
    shell.answer_all()
    stats = shell.core.statistics()
    assert (stats.user_records_put, stats.user_records_data_put, stats.kinesis_records_put) == (3, 9, 2)
    low, high = (stats.shards[shard.shard_id] for shard in shell.stream.shards)
    assert (low.user_records_put, low.user_records_data_put, low.kinesis_records_put) == (1, 5, 1)
    assert (high.user_records_put, high.user_records_data_put, high.kinesis_records_put) == (2, 4, 1)
    assert high.kinesis_records_data_put == len(shell.stream.shards[1].records[0][0])
    assert high.user_records_per_kinesis_record.buckets == ((2.0, 1),)
    assert high.open


def test_calls_are_measured() -> None:
    shell = HandShell(FakeStream(shards=2))
    before = shell.core.statistics()
    for key in (LOW, LOW, HIGH):
        shell.put("a", explicit=key)
    shell.flush()
    shell.wait(0.5)
    shell.answer_all()
    stats = shell.core.statistics()
    assert stats.calls == before.calls + 1
    assert stats.request_time.since(before.request_time).buckets == ((0.5, 1),)
    assert stats.kinesis_records_per_put_records_request.since(
        before.kinesis_records_per_put_records_request
    ).buckets == ((2.0, 1),)
    assert stats.user_records_per_put_records_request.since(before.user_records_per_put_records_request).buckets == (
        (3.0, 1),
    )


def test_buffering_lasts_from_the_first_event_to_the_first_call() -> None:
    shell = HandShell(linger_seconds=4)
    before = shell.core.statistics().buffering_time
    shell.put("a")
    shell.wait(3)
    shell.put("a")
    shell.wait(1)
    shell.answer(shell.put_call, LOST)
    shell.wait(60)
    shell.answer_all()
    assert shell.core.statistics().buffering_time.since(before).buckets == ((4.0, 1),)


def test_the_buffering_of_a_record_that_opens_later_is_not_underrated() -> None:
    shell = HandShell(FakeStream(shards=2), linger_seconds=4)
    before = shell.core.statistics().buffering_time
    shell.put("a", explicit=LOW)
    shell.wait(3)
    shell.put("b", explicit=HIGH)
    shell.wait(1)
    # Nobody has told the core of the time between the two; the second waited for 1 second.
    assert shell.core.statistics().buffering_time.since(before).buckets == ((4.0, 2),)


def test_retries_are_counted_when_the_record_has_an_outcome() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    before = shell.core.statistics()
    stream.fault = fails_once("InternalFailure")
    shell.put("a")
    shell.flush()
    shell.answer_all()
    failed = shell.core.statistics()
    assert failed.retries == failed.shards["shardId-000000000000"].retries == 1
    assert failed.retries_per_record == before.retries_per_record
    shell.wait(60)
    shell.answer_all()
    assert shell.core.statistics().retries_per_record.since(before.retries_per_record).buckets == ((1.0, 1),)


def test_errors_of_records_belong_to_a_shard_and_those_of_calls_to_none() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream)
    stream.fault = fails_once("InternalFailure")
    shell.put("a", explicit=HIGH)
    shell.flush()
    shell.answer_all()
    shell.put("b", explicit=LOW)
    shell.flush()
    shell.answer(shell.puts[-1], LOST)
    stats = shell.core.statistics()
    assert (stats.errors_by_code, stats.all_errors) == ({"InternalFailure": 1, LOST.code: 1}, 2)
    assert stats.shards["shardId-000000000001"].errors_by_code == {"InternalFailure": 1}
    assert stats.shards["shardId-000000000000"].errors_by_code == {}


def test_events_that_will_not_be_delivered_are_counted_by_kind() -> None:
    shell = HandShell()
    shell.put("a", bytes(2**20))
    shell.put("a")
    shell.put("a")
    shell.flush()
    shell.answer(shell.put_call, CallFailure("AccessDeniedException", "no", 400))
    stats = shell.core.statistics()
    assert stats.failures_by_kind == {"EventTooLargeError": 1, "AccessDeniedError": 2}
    assert stats.user_records_failed == 3
    assert stats.user_records_expired == 0


def test_expired_events_are_counted() -> None:
    shell = HandShell(time_to_live_seconds=5, linger_seconds=0)
    shell.stream.fault = lambda _: "InternalFailure"
    fate = shell.put("a")
    for _ in range(20):
        shell.answer_all()
        shell.wait(1)
    assert fate.failure
    assert shell.core.statistics().user_records_expired == 1


def pending_events(shell: HandShell) -> int:
    return sum(record.count for record in shell.core._ledger.pending)


def test_pending_events_are_known_without_looking_at_each_record() -> None:
    shell = HandShell(FakeStream(shards=2), aggregate_bytes=200)
    for number in range(50):
        shell.put(f"key-{number}", bytes(30))
        assert shell.core.statistics().user_records_pending == pending_events(shell) == number + 1
    shell.flush()
    while shell.calls:
        shell.answer(shell.calls[0])
        assert shell.core.statistics().user_records_pending == pending_events(shell)
    shell.put("last")
    shell.core.abandon()
    assert shell.core.statistics().user_records_pending == 0


def test_misrouted_and_resent_are_counted_where_they_went_and_where_they_were_meant_to_go() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    shell.put("a", explicit=LOW)
    shell.put("b", explicit=HIGH)
    stream.split(stream.shards[0], HALF)
    shell.flush()
    shell.answer_all()
    shell.wait(60)
    shell.answer_all()
    stats = shell.core.statistics()
    assert (stats.kinesis_records_misrouted, stats.user_records_resent) == (1, 2)
    assert sum(shard.kinesis_records_misrouted for shard in stats.shards.values()) == 1
    assert stats.shards["shardId-000000000000"].user_records_resent == 2
    assert stats.user_records_put == 1 + 2


def listed(shell: HandShell) -> Statistics:
    """Have the shards listed anew, by an answer from a shard that is news."""
    shell.put("a")
    shell.flush()
    shell.answer_all()
    shell.wait(60)
    shell.answer_all()
    return shell.core.statistics()


def test_closed_shards_leave_after_a_while_and_the_totals_stay() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    stream.split(stream.shards[0], HALF)
    stats = listed(shell)
    assert not stats.shards["shardId-000000000000"].open
    total = stats.user_records_put
    shell.wait(KEPT_SECONDS)
    stream.split(stream.open_shards[0], HALF // 2)
    stream.split(stream.open_shards[-1], HALF + HALF // 2)
    stats = listed(shell)
    stats = listed(shell)
    assert "shardId-000000000000" not in stats.shards
    assert stats.open_shards == 4
    assert stats.user_records_put == total + 2


def test_a_snapshot_does_not_change() -> None:
    shell = HandShell()
    before = shell.core.statistics()
    put = before.shards["shardId-000000000000"].user_records_put
    shell.put("a")
    shell.flush()
    shell.answer_all()
    assert before.shards["shardId-000000000000"].user_records_put == put
    with pytest.raises(TypeError):
        before.errors_by_code["code"] = 1  # type: ignore[index]  # which is what must not be possible


class Audited(RandomRun):
    """A run whose counts are checked after each poll, whatever fails."""

    def _poll(self) -> None:
        super()._poll()
        stats = self.core.statistics()
        assert stats.user_records_pending == sum(record.count for record in self.core._ledger.pending)
        assert stats.user_records_received == len(self.put)
        assert stats.user_records_received == (
            stats.user_records_pending + stats.user_records_put + stats.user_records_failed
        )
        shards = stats.shards.values()
        assert sum(shard.user_records_put for shard in shards) <= stats.user_records_put
        assert sum(shard.all_errors for shard in shards) <= stats.all_errors


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32))
def test_the_counts_add_up_at_every_moment_whatever_fails(seed: int) -> None:
    run = Audited(seed)
    run.go(events=60)
    stats = run.core.statistics()
    assert stats.user_records_put == len(run.acknowledged)
    assert stats.user_records_data_put == sum(len(event.data) for event in run.acknowledged)
    assert stats.failures_by_kind == run.failures
    assert stats.request_time.count == stats.calls
