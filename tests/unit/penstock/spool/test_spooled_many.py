"""Of many events that are put at once those are in the spool that were taken."""

from pathlib import Path

import pytest

from penstock.aggregation import UserRecord
from penstock.config import MIB
from penstock.delivery.receipts import Receipts
from penstock.errors import (
    EventTooLargeError,
    InvalidEventError,
)
from tests.unit.penstock.delivery.hand_shell import Fate
from tests.unit.penstock.spool.faulty_disk import FaultyDisk
from tests.unit.penstock.spool.leftovers import left_in
from tests.unit.penstock.spool.spooling_shell import SpoolingShell, data_of


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
