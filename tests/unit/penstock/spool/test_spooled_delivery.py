"""The core with a spool: what is on disk is what nobody has an answer for."""

import logging
from pathlib import Path
from random import Random

import pytest

from penstock.config import MIB
from penstock.delivery.calls import CallFailure
from penstock.errors import (
    BufferFullError,
    EventTooLargeError,
    ExpiredError,
    InvalidEventError,
    SpoolError,
)
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.spool.faulty_disk import FaultyDisk
from tests.unit.penstock.spool.leftovers import leave, left_in
from tests.unit.penstock.spool.spooling_shell import SpoolingShell, data_of


def test_an_event_is_on_disk_when_it_has_been_put_and_until_it_is_acknowledged(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path)
    before = shell.spool.size
    fate = shell.put("key", b"event")
    assert shell.spool.size > before
    shell.deliver()
    assert fate.result
    shell.end()
    assert left_in(tmp_path) == []


def test_what_the_last_process_left_is_sent_and_counted(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path)
    for number in range(5):
        shell.put(f"key-{number}", b"%d" % number)
    shell.end()
    stream = FakeStream(shards=2)
    shell = SpoolingShell(tmp_path, stream)
    shell.deliver()
    assert sorted(data_of(stream)) == [b"0", b"1", b"2", b"3", b"4"]
    counts = shell.core.statistics()
    assert (counts.user_records_recovered, counts.user_records_received, counts.user_records_put) == (5, 5, 5)
    shell.end()
    assert left_in(tmp_path) == []


def test_of_half_acknowledged_events_the_other_half_is_left(tmp_path: Path) -> None:
    stream = FakeStream(shards=2)
    shell = SpoolingShell(tmp_path, stream)
    shell.wait(1)
    fates = [shell.put(f"key-{number}", b"%d" % number) for number in range(20)]
    stream.fault = lambda shard: "InternalFailure" if shard == stream.shards[0].shard_id else None
    shell.wait(1)
    shell.answer_all()
    assert {fate.outcome is None for fate in fates} == {True, False}
    missing = {b"%d" % number for number, fate in enumerate(fates) if fate.outcome is None}
    shell.end()
    assert set(left_in(tmp_path)) == missing


def test_more_than_the_buffer_holds_is_taken_from_the_disk_as_there_is_room(tmp_path: Path) -> None:
    leave(tmp_path, *(b"%d" % number + bytes(100_000) for number in range(150)))
    stream = FakeStream()
    shell = SpoolingShell(tmp_path, stream, buffer_bytes=4 * MIB, max_record_bytes=MIB, spool_bytes=64 * MIB)
    most = 0
    for _ in range(10_000):
        shell.wait(0.1)
        most = max(most, shell.core.statistics().buffered_bytes)
        if not shell.calls:
            break
        shell.answer(shell.calls[0])
    assert len(set(data_of(stream))) == 150
    assert MIB < most <= 4 * MIB
    shell.end()
    assert left_in(tmp_path) == []


def test_new_events_find_room_while_old_ones_are_sent(tmp_path: Path) -> None:
    leave(tmp_path, *(bytes(100_000) for _ in range(150)))
    shell = SpoolingShell(tmp_path, buffer_bytes=4 * MIB, spool_bytes=64 * MIB)
    shell.wait(0)
    assert shell.core.statistics().buffered_bytes < 2.1 * MIB
    shell.put("key", b"new")
    shell.end()
    assert len(left_in(tmp_path)) == 151


def test_with_order_new_events_wait_until_the_old_ones_are_taken(tmp_path: Path) -> None:
    leave(tmp_path, *(b"%03d" % number + bytes(50_000) for number in range(150)))
    stream = FakeStream(shards=2)
    shell = SpoolingShell(tmp_path, stream, ordered=True, buffer_bytes=4 * MIB, spool_bytes=64 * MIB)
    shell.wait(0.1)
    random = Random(1)
    stream.fault = lambda _: "InternalFailure" if random.random() < 0.3 else None
    put = 150
    while put < 200:
        receipt = shell.core.add("key", None, b"%03d" % put)
        put += receipt is not None
        shell.wait(0.1)
        shell.answer_all()
    stream.fault = lambda _: None
    shell.deliver()
    assert [int(data[:3]) for data in data_of(stream)] == list(range(200))


def test_with_order_and_no_waiting_the_error_names_the_old_events(tmp_path: Path) -> None:
    leave(tmp_path, b"old", b"old too")
    shell = SpoolingShell(tmp_path, ordered=True, when_full="raise")
    with pytest.raises(BufferFullError, match=f"an earlier process left in the spool {tmp_path} are sent first"):
        shell.put("key", b"new")
    shell.deliver()
    shell.put("key", b"new")


def test_new_events_that_wait_for_their_order_drop_no_old_ones(tmp_path: Path) -> None:
    leave(tmp_path, *(bytes(100_000) for _ in range(150)))
    shell = SpoolingShell(tmp_path, ordered=True, when_full="drop_oldest", buffer_bytes=4 * MIB, spool_bytes=64 * MIB)
    shell.wait(0)
    assert not shell.core.make_room(4 * MIB)
    shell.deliver()
    assert len(data_of(shell.stream)) == 150
    assert shell.core.make_room(MIB)


def test_flush_covers_what_the_last_process_left(tmp_path: Path) -> None:
    leave(tmp_path, b"old")
    shell = SpoolingShell(tmp_path)
    mark = shell.core.flush()
    assert not shell.core.flushed(mark)
    shell.deliver()
    assert shell.core.flushed(mark)


def test_events_that_a_split_moves_stay_on_disk_until_they_are_acknowledged_elsewhere(tmp_path: Path) -> None:
    stream = FakeStream()
    shell = SpoolingShell(tmp_path, stream)
    shell.put("first", b"first")
    shell.deliver()
    fates = [shell.put(f"key-{number}", b"%d" % number) for number in range(50)]
    stream.split(stream.shards[0], 2**127)
    shell.wait(1)
    [call] = shell.puts
    shell.answer(call)  # the aggregate is in one child, and half of its events belong to the other
    shell.answer(shell.listing)
    shell.core.take_observers()
    fates += [shell.put(f"key-{number}", b"%d" % number) for number in range(50, 100)]
    stream.fault = lambda shard: "InternalFailure" if shard == stream.shards[1].shard_id else None
    shell.wait(1)
    shell.answer_all()
    missing = {b"%d" % number for number, fate in enumerate(fates) if fate.outcome is None}
    assert 30 < len(missing) < 70
    stream.fault = lambda _: None
    shell.end()
    assert set(left_in(tmp_path)) >= missing
    shell = SpoolingShell(tmp_path, stream)
    shell.deliver()
    assert {event.data for event in stream.events_for_kcl} == {b"first", *(b"%d" % n for n in range(100))}
    shell.end()
    assert left_in(tmp_path) == []


def test_moved_events_leave_the_disk_when_all_is_acknowledged(tmp_path: Path) -> None:
    stream = FakeStream()
    shell = SpoolingShell(tmp_path, stream)
    shell.put("first", b"first")
    shell.deliver()
    for number in range(50):
        shell.put(f"key-{number}", b"%d" % number)
    stream.split(stream.shards[0], 2**127)
    for number in range(50, 100):
        shell.put(f"key-{number}", b"%d" % number)
    shell.deliver()
    shell.end()
    assert left_in(tmp_path) == []


def test_an_event_that_is_given_back_for_a_reason_of_its_own_leaves_the_spool(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path, time_to_live_seconds=1)
    shell.put("first", b"first")
    shell.deliver()
    large = shell.put("key", bytes(MIB + 1))
    tight = shell.put("k" * 256, bytes(MIB - 100))
    shell.stream.fault = lambda _: "InternalFailure"
    late = shell.put("key", b"late")
    for _ in range(5):
        shell.wait(1)
        shell.answer_all()
    kinds = [fate.failure.kind for fate in (large, tight, late)]
    assert kinds == [EventTooLargeError, EventTooLargeError, ExpiredError]
    shell.end()
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException"])
def test_events_stay_for_the_next_start_if_the_stream_or_the_permission_is_missing(tmp_path: Path, code: str) -> None:
    shell = SpoolingShell(tmp_path)
    fate = shell.put("key", b"event")
    shell.wait(0)
    shell.answer(shell.listing, CallFailure(code, "no", 400))
    shell.core.take_observers()
    assert fate.failure
    shell.end()
    assert left_in(tmp_path) == [b"event"]


def test_what_the_last_process_left_and_fails_again_is_left_again_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leave(tmp_path, bytes(2 * MIB), b"small", bytes(2 * MIB))
    stream = FakeStream()
    shell = SpoolingShell(tmp_path, stream, spool_bytes=64 * MIB)
    shell.deliver()
    assert data_of(stream) == [b"small"]
    shell.end()
    assert [len(event) for event in left_in(tmp_path)] == [2 * MIB, 2 * MIB]
    assert caplog.text.count("left there for the next start") == 1
    assert "raise max_record_bytes" in caplog.text


def test_an_event_that_is_none_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path)
    for key, explicit in (("", None), ("key", "no number")):
        with pytest.raises(InvalidEventError):
            shell.put(key, b"event", explicit)
    with pytest.raises(InvalidEventError):
        shell.core.add(None, None, b"event")
    shell.end()
    assert left_in(tmp_path) == []


def test_an_event_that_the_disk_does_not_take_is_not_taken(tmp_path: Path) -> None:
    disk = FaultyDisk()
    shell = SpoolingShell(tmp_path, disk=disk)
    shell.put("key", b"first")
    disk.room = 10
    with pytest.raises(SpoolError, match="make room on its disk"):
        shell.put("key", b"second")
    disk.room = None
    shell.put("key", b"third")
    shell.deliver()
    assert data_of(shell.stream) == [b"first", b"third"]


def test_a_producer_that_is_closed_says_where_its_events_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "penstock")
    shell = SpoolingShell(tmp_path)
    shell.put("key", b"event")
    shell.end()
    assert f"the next producer with the spool {tmp_path} sends" in caplog.text
