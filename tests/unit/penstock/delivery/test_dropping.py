"""``make_room``: the oldest events that are not in flight make room for younger ones."""

import gc
import time

from penstock.delivery.calls import PutRecordsAnswer, RecordAnswer
from penstock.delivery.record import Record
from penstock.errors import DroppedError
from tests.unit.penstock.delivery.fake_stream import LOST, MIB, FakeStream
from tests.unit.penstock.delivery.hand_shell import Fate, HandShell

FAILED = RecordAnswer(error_code="InternalFailure")


def shell_that_drops(**options: object) -> HandShell:
    return HandShell(**{"when_full": "drop_oldest", "buffer_bytes": 4 * MIB, "linger_seconds": 60, **options})  # type: ignore[arg-type]


def fill(shell: HandShell, size: int = 1_000_000, **keys: str) -> list[Fate]:
    fates = []
    while shell.core._ledger.free >= size:
        fates.append(shell.put(keys.get("key", "k"), bytes(size)))
    return fates


def test_the_oldest_go_first_and_no_more_than_necessary() -> None:
    shell = shell_that_drops()
    fates = fill(shell)
    assert shell.core.make_room(1_500_000)
    assert [fate.outcome is None for fate in fates] == [False, False, True, True]
    assert fates[0].failure.kind is DroppedError
    assert "not in the stream" in fates[0].failure.message
    assert fates[0].failed_event.data == bytes(1_000_000)
    assert shell.core.make_room(1_500_000)
    assert fates[2].outcome is None


def test_what_was_dropped_does_not_wait_for_the_garbage_collector() -> None:
    shell = shell_that_drops()
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            shell.core.make_room(1_000_000)
            shell.put("k", bytes(1_000_000))
            assert not shell.core.poll(shell.now)
        assert sum(isinstance(found, Record) for found in gc.get_objects()) <= 5
    finally:
        gc.enable()


def test_open_aggregates_are_dropped_too() -> None:
    shell = shell_that_drops()
    small = shell.put("k", b"small")
    fill(shell)
    assert shell.core.make_room(3_000_000)
    assert small.failure.kind is DroppedError
    open_one = shell.put("k", b"open")
    while shell.core._ledger.free < 4 * MIB - 2048:
        assert shell.core.make_room(4 * MIB - 2048)
    assert open_one.failure.kind is DroppedError
    after = shell.put("k", b"after")
    shell.flush()
    shell.answer_all()
    assert after.result


def test_events_in_flight_are_not_dropped_until_they_wait_for_another_try() -> None:
    shell = shell_that_drops(rate_limit_percent=None)
    fates = fill(shell)
    shell.flush()
    assert not shell.core.make_room(1_000_000)
    waiting = shell.put("k", b"small")
    assert not shell.core.make_room(1_000_000)
    assert waiting.failure.kind is DroppedError
    shell.answer(shell.put_call, PutRecordsAnswer([FAILED] * 4))
    assert shell.core.make_room(1_000_000)
    assert [fate.outcome is None for fate in fates] == [False, True, True, True]
    assert "may be in the stream" in fates[0].failure.message
    shell.wait(1)
    shell.answer_all()
    assert [bool(fate.result) for fate in fates[1:]] == [True] * 3


def test_events_whose_shards_are_not_known_can_be_dropped() -> None:
    shell = shell_that_drops(listed=False)
    fates = fill(shell)
    assert shell.core.make_room(1_000_000)
    assert fates[0].failure.kind is DroppedError
    shell.answer_all()
    shell.flush()
    while shell.core.statistics().user_records_pending:
        shell.wait(1)
        shell.answer_all()
    assert all(fate.result for fate in fates[1:])


def test_with_order_a_dropped_record_lets_the_next_one_go() -> None:
    shell = shell_that_drops(
        ordered=True, aggregate=False, rate_limit_percent=None, backoff_base_seconds=100, backoff_cap_seconds=100
    )
    fates = fill(shell)
    shell.flush()
    shell.answer(shell.put_call, LOST)
    assert not shell.calls
    assert shell.core.make_room(500_000)
    assert fates[0].failure.kind is DroppedError
    shell.flush()
    shell.wait(0)
    shell.answer_all()
    assert all(fate.result for fate in fates[1:])


def test_dropping_costs_little_however_much_is_held() -> None:
    shell = shell_that_drops(aggregate=False, buffer_bytes=8 * MIB)
    shell.stream = FakeStream()
    fill(shell, size=100)
    started = time.process_time()
    for _ in range(1000):
        assert shell.core.make_room(1000)
        while shell.core._ledger.free >= 1000:
            shell.core.add("k", None, bytes(100))
    assert time.process_time() - started < 2
    # The bound above is generous; a sort of all that is held, each time, would take a minute.
