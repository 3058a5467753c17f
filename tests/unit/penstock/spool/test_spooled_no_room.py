"""A spool or a buffer without room, and who has to make some."""

from pathlib import Path

import pytest

from penstock.config import MIB
from penstock.delivery.calls import CallFailure
from penstock.errors import (
    DroppedError,
    SpoolError,
)
from tests.unit.penstock.delivery.hand_shell import Fate
from tests.unit.penstock.spool.leftovers import left_in
from tests.unit.penstock.spool.spooling_shell import SpoolingShell, data_of


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
