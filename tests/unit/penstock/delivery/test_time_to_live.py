"""With ``time_to_live_seconds``: what is not acknowledged in time is given back."""

import pytest

from penstock.delivery.calls import CallFailure, PutRecordsAnswer, RecordAnswer
from penstock.errors import ExpiredError
from tests.unit.penstock.delivery.fake_stream import LOST, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

HALF = 2**127
THROTTLED = RecordAnswer(error_code="ProvisionedThroughputExceededException")
FAILED = RecordAnswer(error_code="InternalFailure")


def test_open_events_expire_at_their_time() -> None:
    shell = HandShell(time_to_live_seconds=2, linger_seconds=60)
    fate = shell.put("k", b"data")
    shell.wait(1.99)
    assert fate.outcome is None
    shell.wait(0.02)
    assert fate.failure.kind is ExpiredError
    assert "not in the stream" in fate.failure.message
    assert fate.failed_event.data == b"data"
    assert fate.failure.code is None
    assert not shell.calls
    assert shell.core.statistics().buffered_bytes == 0
    assert shell.core.wake_at() is None


def test_an_event_put_later_expires_later() -> None:
    shell = HandShell(time_to_live_seconds=16, linger_seconds=60, aggregate=False)
    early = shell.put("k", b"early")
    shell.wait(8)
    late = shell.put("k", b"late")
    shell.wait(8)
    assert early.failure.kind is ExpiredError
    shell.wait(7.9)
    assert late.outcome is None
    shell.wait(2)
    assert late.failure.kind is ExpiredError


def test_an_aggregate_is_as_old_as_its_first_event() -> None:
    shell = HandShell(time_to_live_seconds=16, calls_in_flight=1)
    shell.put("k", b"in flight")
    shell.flush()
    early = shell.put("k", b"early")
    shell.wait(8)
    late = shell.put("k", b"late")
    shell.wait(7.9)
    assert early.outcome is late.outcome is None
    shell.wait(0.2)
    assert early.failure.kind is late.failure.kind is ExpiredError


def test_events_whose_shards_are_never_known_expire() -> None:
    shell = HandShell(time_to_live_seconds=10, listed=False)
    fates = [shell.put("k", bytes(60_000)) for _ in range(3)]
    for _ in range(100):
        for call in list(shell.calls):
            shell.answer(call, LOST)
        shell.wait(0.2)
    assert {fate.failure.kind for fate in fates} == {ExpiredError}
    assert shell.core.statistics().buffered_bytes == 0
    # Nobody waits for the shards any more, so nobody asks.
    assert shell.core.wake_at() is None
    later = shell.put("k")
    shell.wait(5)
    shell.answer_all()
    assert later.result


def test_an_event_in_flight_is_decided_by_its_answer() -> None:
    shell = HandShell(time_to_live_seconds=1)
    late = shell.put("k")
    shell.flush()
    shell.wait(5)
    assert late.outcome is None
    shell.answer_all()
    assert late.result


@pytest.mark.parametrize(
    ("answer", "trace"),
    [
        (PutRecordsAnswer([THROTTLED]), "not in the stream"),
        (PutRecordsAnswer([FAILED]), "may be in the stream"),
        (CallFailure("ThrottlingException", "", 400), "not in the stream"),
        (LOST, "may be in the stream"),
    ],
)
def test_a_failed_attempt_after_its_time_is_the_last(answer: PutRecordsAnswer | CallFailure, trace: str) -> None:
    shell = HandShell(time_to_live_seconds=1)
    fate = shell.put("k")
    shell.flush()
    shell.wait(2)
    shell.answer(shell.put_call, answer)
    assert fate.failure.kind is ExpiredError
    assert trace in fate.failure.message
    assert len(fate.failure.attempts) == 1
    assert shell.core.wake_at() is None


def test_events_that_wait_for_another_try_expire() -> None:
    shell = HandShell(time_to_live_seconds=2, backoff_base_seconds=5)
    fate = shell.put("k")
    shell.flush()
    shell.answer(shell.put_call, PutRecordsAnswer([FAILED]))
    shell.wait(2.01)
    assert fate.failure.kind is ExpiredError
    assert fate.failure.code == "InternalFailure"
    assert "InternalFailure" in fate.failure.message
    shell.wait(10)
    assert not shell.calls


def test_with_order_an_expired_record_lets_the_next_one_go() -> None:
    shell = HandShell(time_to_live_seconds=2, backoff_base_seconds=5, ordered=True)
    first = shell.put("k", b"1")
    shell.flush()
    shell.answer(shell.put_call, PutRecordsAnswer([FAILED]))
    shell.wait(1)
    second = shell.put("k", b"2")
    shell.wait(0.5)
    assert not shell.calls
    shell.wait(0.6)
    assert first.failure.kind is ExpiredError
    shell.answer_all()
    assert second.result


def test_events_that_move_keep_their_age() -> None:
    stream = FakeStream()
    shell = HandShell(stream, time_to_live_seconds=3, linger_seconds=60)
    old = shell.put("k", b"old")
    shell.wait(2)
    stream.split(stream.shards[0], HALF)
    shell.core._listing.want()
    shell.wait(0)
    shell.core.flush()
    shell.calls += shell.core.poll(shell.now)
    shell.answer(shell.listing)
    stream.fault = lambda _: "ProvisionedThroughputExceededException"
    shell.answer_all()
    shell.wait(0.9)
    shell.answer_all()
    shell.wait(0.2)
    assert old.failure.kind is ExpiredError


def test_what_is_written_but_not_judged_expires_and_says_so() -> None:
    stream = FakeStream()
    shell = HandShell(stream, time_to_live_seconds=10)
    stream.split(stream.shards[0], HALF)
    fate = shell.put("k")
    shell.flush()
    shell.answer(shell.put_call)
    for _ in range(60):
        for call in list(shell.calls):
            shell.answer(call, LOST)
        shell.wait(0.2)
    assert fate.failure.kind is ExpiredError
    assert "may be in the stream" in fate.failure.message


def test_a_flush_is_over_when_its_events_have_expired() -> None:
    shell = HandShell(time_to_live_seconds=2, backoff_base_seconds=5)
    shell.put("k")
    mark = shell.flush()
    shell.answer(shell.put_call, LOST)
    assert not shell.core.flushed(mark)
    shell.wait(2.1)
    assert shell.core.flushed(mark)


def test_what_was_written_in_a_wrong_shard_and_expires_on_its_way_to_the_right_one_says_so() -> None:
    stream = FakeStream()
    shell = HandShell(stream, time_to_live_seconds=10, linger_seconds=60)
    stream.split(stream.shards[0], HALF)
    fate = shell.put("k")
    shell.flush()
    shell.answer(shell.put_call)
    stream.fault = lambda _: "ProvisionedThroughputExceededException"
    shell.answer(shell.listing)
    for _ in range(60):
        shell.answer_all()
        shell.wait(0.2)
    assert fate.failure.kind is ExpiredError
    assert "may be in the stream" in fate.failure.message
