"""The core with a spool: what is on disk is what nobody has an answer for."""

import logging
from pathlib import Path
from random import Random
from typing import Any

import pytest

from penstock.aggregation import UserRecord
from penstock.config import MIB, ProducerConfig
from penstock.delivery.calls import CallFailure, ListShards, PutRecords
from penstock.delivery.receipts import Receipts
from penstock.errors import (
    BufferFullError,
    DroppedError,
    EventTooLargeError,
    ExpiredError,
    InvalidEventError,
    SpoolError,
)
from penstock.spool.spool import Spool
from penstock.spool.spooled_delivery import SpooledDelivery
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.delivery.hand_shell import Fate, HandShell
from tests.unit.penstock.spool.faulty_disk import FaultyDisk


class SpoolingShell(HandShell):
    """A hand shell whose core has a spool."""

    def __init__(
        self,
        directory: Path,
        stream: FakeStream | None = None,
        *,
        disk: FaultyDisk | None = None,
        **options: Any,  # noqa: ANN401 - ProducerConfig's, each of its own type
    ) -> None:
        options = {"rate_limit_percent": None, **options}
        super().__init__(stream, listed=False, **options)
        config = ProducerConfig(**{"spool_bytes": 4 * MIB, "spool_fsync": "never", **options})
        self.spool = Spool(directory, limit=config.spool_bytes, fsync=config.spool_fsync, disk=disk)
        self.core = SpooledDelivery(config, spool=self.spool, random=lambda: self.random, epoch=1000.0)

    def answer_all(self) -> None:
        """Answer calls until there are none, and do what a shell does then."""
        super().answer_all()
        observers = self.core.take_observers()
        assert all(observer.foreign for observer in observers)
        for observer in observers:
            observer.call()

    def deliver(self) -> None:
        """Let pass what it takes for all events to be sent."""
        for _ in range(1000):
            self.wait(1)
            self.answer_all()
            if self.core.flushed(self.flush()):
                return
        raise AssertionError("something is stuck")

    def end(self) -> None:
        """End as a producer does that is closed."""
        self.core.abandon()
        for observer in self.core.take_observers():
            observer.call()


def data_of(stream: FakeStream) -> list[bytes]:
    return [event.data for event in stream.events]


def left_in(directory: Path) -> list[bytes]:
    with Spool(directory, limit=4 * MIB, fsync="never") as spool:
        return [event.data for _, event in spool.recovered()]


def leave(directory: Path, *events: bytes, key: str = "key") -> None:
    with Spool(directory, limit=64 * MIB, fsync="never") as spool:
        for event in events:
            assert spool.append([(key, None, event)])


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


# --- many at once


def test_many_events_are_kept_by_one_write(tmp_path: Path) -> None:
    disk = FaultyDisk()
    shell = SpoolingShell(tmp_path, disk=disk)
    receipts = Receipts()
    events = [UserRecord(f"key-{number % 9}", None, b"%d" % number) for number in range(500)]
    assert shell.core.add_many(events, receipts) == len(receipts) == 500
    assert [deed for deed in disk.deeds if deed.startswith("write")] == ["write 1.events"] * 2  # its head, and they
    shell.deliver()
    fates = [Fate(*receipt) for receipt in zip(receipts.completions, receipts.indexes, strict=True)]
    assert all(fate.result for fate in fates)
    assert sorted(data_of(shell.stream)) == sorted(event.data for event in events)
    shell.end()
    assert left_in(tmp_path) == []


def test_of_many_events_those_that_found_room_are_kept_and_no_others(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path, buffer_bytes=4 * MIB, spool_bytes=64 * MIB)
    receipts = Receipts()
    taken = shell.core.add_many([UserRecord("key", None, b"%3d" % n + bytes(100_000)) for n in range(100)], receipts)
    assert 35 < taken == len(receipts) < 42
    shell.end()
    assert [int(data[:3]) for data in left_in(tmp_path)] == list(range(taken))


@pytest.mark.parametrize(
    "event",
    [UserRecord("", None, b"x"), UserRecord("key", None, "text"), UserRecord(None, None, b"x")],  # type: ignore[arg-type]  # what callers may pass all the same
)
def test_of_many_events_those_before_one_that_is_none_are_kept(tmp_path: Path, event: UserRecord) -> None:
    shell = SpoolingShell(tmp_path)
    receipts = Receipts()
    events = [UserRecord("key", None, b"%d" % number) for number in range(10)]
    with pytest.raises(InvalidEventError):
        shell.core.add_many([*events[:7], event, *events[7:]], receipts)
    assert len(receipts) == 7
    shell.end()
    assert left_in(tmp_path) == [b"0", b"1", b"2", b"3", b"4", b"5", b"6"]


def test_an_event_too_large_among_many_is_given_back(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path)
    receipts = Receipts()
    events = [UserRecord("key", None, b"0"), UserRecord("key", None, bytes(2 * MIB)), UserRecord("key", None, b"2")]
    assert shell.core.add_many(events, receipts) == 3
    assert Fate(receipts.completions[1], receipts.indexes[1]).failure.kind is EventTooLargeError
    shell.end()
    assert left_in(tmp_path) == [b"0", b"2"]


# --- failures


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
        shell.core.add(None, None, b"event")  # type: ignore[arg-type]  # as bytes put without a key
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


# --- no room


def fill(shell: SpoolingShell) -> list[Fate]:
    """Put events of 100 kB until there is no room."""
    fates: list[Fate] = []
    while (receipt := shell.core.add("key", None, b"%d" % len(fates) + bytes(100_000))) is not None:
        fates.append(Fate(*receipt))
    return fates


def test_a_full_spool_has_no_room_until_events_are_acknowledged(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path)
    fates = fill(shell)
    assert 35 < len(fates) < 41
    assert shell.spool.size <= 4 * MIB
    shell.deliver()
    assert fates[-1].result
    shell.put("key", bytes(100_000))


def test_a_full_buffer_has_no_room_and_leaves_nothing_on_disk(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path, buffer_bytes=4 * MIB, spool_bytes=64 * MIB)
    fates = fill(shell)
    assert 35 < len(fates) < 42
    shell.end()
    assert len(left_in(tmp_path)) == len(fates)


def test_the_oldest_events_make_room_on_disk_if_that_is_wanted(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path, when_full="drop_oldest")
    fates = [shell.put("key", b"%03d" % number + bytes(100_000)) for number in range(100)]
    dropped = [number for number, fate in enumerate(fates) if fate.outcome is not None]
    assert dropped == list(range(len(dropped)))
    assert len(dropped) > 60
    assert {fates[number].failure.kind for number in dropped} == {DroppedError}
    shell.deliver()
    assert [int(data[:3]) for data in data_of(shell.stream)] == list(range(len(dropped), 100))
    shell.end()
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("when_full", ["wait", "drop_oldest", "raise"])
def test_a_spool_full_of_events_for_the_next_start_says_so_instead_of_waiting_for_ever(
    tmp_path: Path, when_full: str
) -> None:
    shell = SpoolingShell(tmp_path, when_full=when_full)
    fates = [shell.put("key", bytes(100_000)) for _ in range(36)]
    shell.wait(0)
    shell.answer(shell.listing, CallFailure("AccessDeniedException", "no", 400))
    shell.core.take_observers()
    assert all(fate.failure for fate in fates)
    with pytest.raises(SpoolError, match="is full: 36 of its events were refused for want"):
        shell.core.add("key", None, bytes(500_000))
    shell.end()
    shell = SpoolingShell(tmp_path, when_full=when_full)
    shell.deliver()
    assert len(data_of(shell.stream)) == 36
    shell.put("key", bytes(500_000))


def test_nothing_can_be_dropped_for_the_disk_while_all_is_in_flight(tmp_path: Path) -> None:
    shell = SpoolingShell(tmp_path, when_full="drop_oldest", linger_seconds=0, call_bytes=10 * MIB)
    shell.put("key", b"first")
    shell.deliver()
    fates = [shell.put("key", bytes(1_000_000)) for _ in range(3)]
    shell.wait(0)
    if len([record for call in shell.puts for record in call.records]) < 3:
        shell.flush()
    assert shell.core.add("key", None, bytes(1_000_000)) is None
    assert all(fate.outcome is None for fate in fates)
    shell.deliver()
    assert all(fate.result for fate in fates)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_each_event_is_in_the_stream_or_in_the_spool_or_given_back(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    stream = FakeStream(shards=2)
    put: list[bytes] = []
    given_back: set[bytes] = set()
    left: list[bytes] = []
    for _ in range(4):
        shell = SpoolingShell(
            tmp_path,
            stream,
            ordered=random.random() < 0.3,
            when_full="wait" if left else random.choice(["wait", "drop_oldest"]),
            time_to_live_seconds=random.choice([None, None, 5]),
            backoff_base_seconds=0.1,
        )
        fates: list[tuple[bytes, Fate]] = []
        stream.fault = lambda _: random.choice(
            [None, None, "InternalFailure", "ProvisionedThroughputExceededException"]
        )
        for _ in range(40):
            for _ in range(random.randrange(4)):
                receipts = Receipts()
                events = [
                    UserRecord(f"key-{random.randrange(20)}", None, b"%d" % (len(put) + n) + bytes(size))
                    for n, size in enumerate(random.choices([0, 1000, 60_000], k=random.randrange(1, 4)))
                ]
                assert shell.core.add_many(events, receipts) == len(receipts)
                for event, completion, index in zip(events, receipts.completions, receipts.indexes, strict=False):
                    put.append(event.data)
                    fates.append((event.data, Fate(completion, index)))
            shell.wait(random.choice([0, 0, 0.05, 2]))
            if shell.calls and random.random() < 0.7:
                call = random.choice(shell.calls)
                lost = CallFailure("ReadTimeoutError", "no answer in time", None)
                failure = lost if isinstance(call, PutRecords) and random.random() < 0.2 else None
                if failure is not None and random.random() < 0.5 and isinstance(call, PutRecords | ListShards):
                    stream.answer(call)  # what was lost is the answer alone
                shell.answer(call, failure)
                shell.core.take_observers()
            if random.random() < 0.03:
                shard = random.choice(stream.open_shards)
                stream.split(shard, (shard.start + shard.end) // 2)
        shell.end()
        given_back |= {
            data for data, fate in fates if fate.outcome is not None and _reason(fate) not in {None, "UndeliveredError"}
        }
        left = left_in(tmp_path)
        assert len(left) == len(set(left))
        there = set(data_of(stream))
        assert set(put) <= there | set(left) | given_back
        assert there <= set(put)
        acknowledged = {data for data, fate in fates if fate.outcome is not None and _reason(fate) is None}
        assert not acknowledged & set(left)
    stream.fault = lambda _: None
    shell = SpoolingShell(tmp_path, stream)
    shell.deliver()
    shell.end()
    assert set(data_of(stream)) | given_back >= set(put)
    assert left_in(tmp_path) == []


def _reason(fate: Fate) -> str | None:
    kind = getattr(fate.outcome, "kind", None)
    return None if kind is None else kind.__name__


def test_a_producer_that_is_closed_says_where_its_events_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "penstock")
    shell = SpoolingShell(tmp_path)
    shell.put("key", b"event")
    shell.end()
    assert f"the next producer with the spool {tmp_path} sends" in caplog.text
