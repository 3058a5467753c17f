"""The spool: the next process finds what was appended and is not done; within a bound, whatever the disk does."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.aggregation import UserRecord
from penstock.config import MIB
from penstock.errors import SpoolError
from penstock.spool.disk import Disk
from penstock.spool.done_files import DoneFiles
from penstock.spool.remarks import Remarks
from penstock.spool.segment import Segment
from penstock.spool.spool import Spool
from tests.unit.penstock.spool.faulty_disk import FaultyDisk

LIMIT = 4 * MIB
SEGMENT = LIMIT // 16


def open_spool(directory: Path, disk: FaultyDisk | None = None, **options: Any) -> Spool:  # noqa: ANN401 - Spool's
    return Spool(directory, **{"limit": LIMIT, "fsync": "never", **options}, disk=disk)


def event(number: int, size: int = 100) -> tuple[str, str | None, bytes]:
    return f"key-{number % 7}", None if number % 3 else str(number), str(number).encode().ljust(size)


def number_of(record: UserRecord) -> int:
    return int(record.data)


def keep(spool: Spool, *numbers: int, size: int = 100) -> list[int]:
    """Append events one by one; return their positions."""
    return [position for number in numbers for position in spool.append([event(number, size)])]


def left_in(directory: Path, **options: Any) -> list[int]:  # noqa: ANN401 - Spool's
    """Return the numbers of the events that a new process finds."""
    with open_spool(directory, **options) as spool:
        found = [number_of(record) for _, record in spool.recovered()]
    say(spool)
    return found


def say(spool: Spool) -> None:
    """Log what a spool has to say, as who holds no lock."""
    for remark in spool.remarks.take():
        remark()


def on_disk(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.iterdir() if path.name != "lock")


def events_files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.events"))


def test_events_are_found_in_order_with_their_keys(tmp_path: Path) -> None:
    with open_spool(tmp_path / "made" / "here") as spool:
        keep(spool, *range(10))
    with open_spool(tmp_path / "made" / "here") as spool:
        assert spool.has_recovered
        assert [tuple(record) for _, record in spool.recovered()] == [event(number) for number in range(10)]
        assert not spool.has_recovered


def test_events_that_are_done_are_not_found(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        positions = keep(spool, *range(10))
        spool.done(positions[2:9:2])
        spool.done(positions[:1])
    assert left_in(tmp_path) == [1, 3, 5, 7, 9]


def test_what_is_found_can_be_done_as_well_and_positions_go_on(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        positions = keep(spool, 0, 1, 2)
    with open_spool(tmp_path) as spool:
        found = dict(spool.recovered())
        assert list(found) == positions
        new = keep(spool, 3)
        assert new[0] > positions[-1]
        spool.done([positions[0], new[0]])
    assert left_in(tmp_path) == [1, 2]


def test_a_directory_whose_events_are_all_done_is_empty_when_closed(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        spool.done(keep(spool, *range(100)))
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_segments_are_deleted_as_soon_as_all_their_events_are_done(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        positions = keep(spool, *range(10_000))
        assert len(events_files(tmp_path)) > 4
        spool.done(positions[:-1])
        assert len(events_files(tmp_path)) == 1


def test_several_events_are_kept_by_one_write_as_far_as_the_segment_goes(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk) as spool:
        events = [event(number) for number in range(5000)]
        positions: list[int] = []
        while len(positions) < len(events):
            positions += spool.append(events[len(positions) :])
        written = [deed for deed in disk.deeds if deed.startswith("write")]
        assert len(written) == 2 * len(events_files(tmp_path)) == 6  # a head, and the events
        assert positions == list(range(1, 5001))
    assert left_in(tmp_path) == list(range(5000))


def test_a_segment_goes_before_the_acknowledgements_that_keep_its_events_from_being_sent_again(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk) as spool:
        positions = keep(spool, 0, 1)
        spool.done(positions[:1])
        keep(spool, 2, size=SEGMENT)
        spool.done(positions[1:])
    assert [deed for deed in disk.deeds if deed.startswith("remove 1")] == ["remove 1.events", "remove 1.done"]


def test_the_last_events_can_be_taken_back(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        positions = spool.append([event(number) for number in range(5)])
        size = spool.size
        again = spool.append([event(5)])
        spool.retract(1)
        assert spool.size == size
        assert spool.append([event(6), event(7), event(8)])[0] == again[0] == positions[-1] + 1
        spool.retract(2)
    assert left_in(tmp_path) == [0, 1, 2, 3, 4, 6]


@pytest.mark.parametrize("attempt", range(8))  # which of the two markers is the greater is left to chance
def test_a_segment_that_comes_back_with_the_position_of_another_hides_no_event(tmp_path: Path, attempt: int) -> None:
    with open_spool(tmp_path) as spool:
        positions = keep(spool, *range(3))
        (old,) = events_files(tmp_path)
        content = old.read_bytes()
        spool.done(positions)
    with open_spool(tmp_path) as spool:
        keep(spool, 10, 11)
    old.write_bytes(content)  # the machine failed before its removal was on the disk
    with open_spool(tmp_path) as spool:
        found = {number_of(record): position for position, record in spool.recovered()}
        assert sorted(found) == [0, 1, 2, 10, 11]
        assert len(set(found.values())) == 5
        assert keep(spool, 12)[0] > max(found.values())
        spool.done([found[number] for number in (0, 1, 2, 11)])
    assert left_in(tmp_path) == [10, 12], attempt


# --- the bound


def test_acknowledgements_that_have_no_room_wait(tmp_path: Path) -> None:
    remarks = Remarks()
    segment = Segment(tmp_path, 1, b"mark")
    segment.unwritten = [0, 1, 2]
    done_files = DoneFiles(Disk(), remarks)
    assert done_files.write(segment, room=18) == 0
    assert not segment.done_path.exists()
    assert done_files.write(segment, room=19) == 19 == segment.done_path.stat().st_size
    assert segment.unwritten == []
    done_files.close()


def test_there_is_no_room_beyond_the_limit_until_events_are_done(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        positions: list[int] = []
        while kept := spool.append([event(len(positions), 1000)]):
            positions += kept
        assert LIMIT - 2 * SEGMENT < on_disk(tmp_path) <= spool.size <= LIMIT
        spool.done(positions[:300])
        assert spool.append([event(0, 1000)])
    assert len(left_in(tmp_path)) == len(positions) - 300 + 1


@pytest.mark.parametrize("size", [1, 300, 5000, 200_000])
def test_the_limit_holds_for_all_files_at_any_moment_and_size_is_exact(tmp_path: Path, size: int) -> None:
    random = Random(size)
    with open_spool(tmp_path) as spool:
        pending: list[int] = []
        for _ in range(50 if size > SEGMENT // 2 else 200):
            pending += spool.append([event(number, size) for number in range(random.randrange(1, 20))])
            random.shuffle(pending)
            for _ in range(min(len(pending), random.randrange(12))):
                spool.done([pending.pop()])
            assert on_disk(tmp_path) <= spool.size <= LIMIT
        lock = spool.size - on_disk(tmp_path)
        assert lock == 20
    assert len(left_in(tmp_path)) == len(pending)


def test_a_few_late_events_do_not_hold_the_room_of_many(tmp_path: Path) -> None:
    late: list[int] = []
    with open_spool(tmp_path) as spool:
        for number in range(10_000):
            (position,) = keep(spool, number, size=1000)
            if number % 100:
                spool.done([position])
            else:
                late.append(number)
    assert left_in(tmp_path) == late


def test_a_rewritten_segment_keeps_order_and_positions(tmp_path: Path) -> None:
    with open_spool(tmp_path, fsync="always") as spool:
        positions: list[int] = []
        while kept := spool.append([event(len(positions), 1000)]):
            positions += kept
        left = [position for position in positions if position % 3 == 0]
        spool.done(set(positions) - set(left))
        before = on_disk(tmp_path)
        left += keep(spool, 9999, size=1000)
        assert on_disk(tmp_path) < before
    with open_spool(tmp_path) as spool:
        assert [position for position, _ in spool.recovered()] == left
        spool.done(left)
    assert left_in(tmp_path) == []


def test_an_event_that_never_has_room_is_refused(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool, pytest.raises(SpoolError, match="raise spool_bytes"):
        keep(spool, 0, size=LIMIT)


def test_an_event_larger_than_a_segment_has_one_of_its_own(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        positions = keep(spool, 0, 1, 2, size=2 * SEGMENT)
        assert len(events_files(tmp_path)) == 3
        spool.done(positions[1:2])
    assert left_in(tmp_path) == [0, 2]


# --- damage


def killed_after(directory: Path, count: int) -> bytes:
    """Leave events behind as a process does that is killed; return their file."""
    spool = open_spool(directory)
    keep(spool, *range(count), size=20)
    content = events_files(directory)[0].read_bytes()
    spool._after_fork()  # lets go of the directory without any last write
    return content


def test_a_torn_tail_costs_nothing_that_was_written_before_and_is_no_reason_to_warn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = killed_after(tmp_path, 4)
    file = events_files(tmp_path)[0]
    for cut in range(len(content) + 1):
        file.write_bytes(content[:cut])
        with open_spool(tmp_path) as spool:
            whole = [number_of(record) for _, record in spool.recovered()]
            keep(spool, 100)
        assert whole == list(range(len(whole)))
        assert left_in(tmp_path) == [*whole, 100]
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING], cut
        for path in events_files(tmp_path):
            path.unlink()
    assert whole == [0, 1, 2, 3]


def test_a_tail_of_zeros_is_cut_off_like_any_other(tmp_path: Path) -> None:
    content = killed_after(tmp_path, 4)
    events_files(tmp_path)[0].write_bytes(content + bytes(4096))
    with open_spool(tmp_path) as spool:
        assert len(list(spool.recovered())) == 4
        assert on_disk(tmp_path) == len(content)


def test_any_flipped_bit_costs_one_event_at_most_and_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = killed_after(tmp_path, 4)
    file = events_files(tmp_path)[0]
    for offset in range(len(content)):
        damaged = bytearray(content)
        damaged[offset] ^= 1 << offset % 8
        file.write_bytes(damaged)
        caplog.clear()
        found = left_in(tmp_path)
        if offset < 14:
            assert found == [0, 1, 2, 3]  # the head is not needed
        else:
            assert len(found) == 3
            if found != [0, 1, 2]:  # otherwise it looks like a torn tail
                assert "1 events or more cannot be read" in caplog.text


def test_damage_in_acknowledgements_sends_again_rather_than_never(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = open_spool(tmp_path)
    positions = keep(spool, *range(10))
    for position in positions[:8]:
        spool.done([position])
    spool._after_fork()
    (done,) = tmp_path.glob("*.done")
    content = bytearray(done.read_bytes())
    content[len(content) // 2] ^= 1
    done.write_bytes(content)
    found = left_in(tmp_path)
    assert set(found) > {8, 9}
    assert len(found) == 3
    assert "may be sent once more" in caplog.text


def test_a_damaged_end_that_is_no_unfinished_write_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = bytearray(killed_after(tmp_path, 4))
    content[-50] ^= 1
    content[-1] ^= 1
    events_files(tmp_path)[0].write_bytes(content)
    assert left_in(tmp_path) == [0, 1]
    assert "about 2 events cannot be read" in caplog.text


def test_a_file_of_a_later_release_is_refused_rather_than_misread(tmp_path: Path) -> None:
    content = killed_after(tmp_path, 1)
    head = content[:8] + b"\x02\x00"
    events_files(tmp_path)[0].write_bytes(head + crc32(head).to_bytes(4, "little") + content[14:])
    with pytest.raises(SpoolError, match="later release"):
        open_spool(tmp_path)


def test_what_was_being_rewritten_or_deleted_when_the_process_was_killed_is_cleared_away(tmp_path: Path) -> None:
    killed_after(tmp_path, 2)
    file = events_files(tmp_path)[0]
    file.with_suffix(".rewritten").write_bytes(b"half")
    orphan = tmp_path / "00000000000000000077-01020304.done"
    orphan.write_bytes(b"done")
    notes = tmp_path / "notes.txt"
    notes.write_text("not the spool's")
    assert left_in(tmp_path) == [0, 1]
    assert not file.with_suffix(".rewritten").exists()
    assert not orphan.exists()
    assert notes.exists()


def test_a_segment_that_cannot_be_read_now_is_left_for_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_spool(tmp_path) as spool:
        keep(spool, 1, 2)
    disk = FaultyDisk()
    with open_spool(tmp_path, disk) as spool:
        disk.failing = {"read"}
        assert list(spool.recovered()) == []
        keep(spool, 3)
    say(spool)
    assert "the next start will try again" in caplog.text
    assert left_in(tmp_path) == [1, 2, 3]


# --- a disk that fails


@pytest.mark.parametrize("room", [0, 1, 50, 100])
def test_a_full_disk_refuses_an_event_and_takes_the_next_once_there_is_room(tmp_path: Path, room: int) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk) as spool:
        keep(spool, 0)
        disk.room = room
        with pytest.raises(SpoolError, match=f"{tmp_path}.*not taken: No space left on device; make room on its disk"):
            keep(spool, 1)
        assert on_disk(tmp_path) + 20 == spool.size
        disk.room = None
        keep(spool, 2)
    assert left_in(tmp_path) == [0, 2]


def test_a_write_that_fails_and_cannot_be_undone_ends_its_segment(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk) as spool:
        keep(spool, 0)
        disk.room, disk.failing = 50, {"truncate"}
        with pytest.raises(SpoolError):
            keep(spool, 1)
        disk.room = None
        keep(spool, 2)
        assert on_disk(tmp_path) + 20 == spool.size
        assert len(events_files(tmp_path)) == 2
    assert left_in(tmp_path) == [0, 2]


def test_a_segment_that_cannot_be_begun_leaves_nothing_behind(tmp_path: Path) -> None:
    disk = FaultyDisk()
    disk.room = 5
    with open_spool(tmp_path, disk) as spool:
        with pytest.raises(SpoolError):
            keep(spool, 0)
        assert events_files(tmp_path) == []
        disk.room = None
        keep(spool, 1)
    assert left_in(tmp_path) == [1]


def test_acknowledgements_that_cannot_be_written_are_written_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk) as spool:
        positions = keep(spool, 0, 1, 2)
        disk.failing = {"write"}
        spool.done(positions[:1])
        disk.failing = set()
        spool.done(positions[1:2])
    say(spool)
    assert "tried again later" in caplog.text
    assert left_in(tmp_path) == [2]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_fails_what_was_kept_and_is_not_done_is_found(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    directory = tmp_path_factory.mktemp("spool")
    random = Random(seed)
    expected: dict[int, int] = {}
    number = 0
    for _ in range(4):
        disk = FaultyDisk()
        spool = open_spool(directory, disk, fsync=random.choice(["always", "never"]))
        assert {position: number_of(record) for position, record in spool.recovered()} == expected
        for _ in range(100):
            disk.room = random.choice([None, None, None, random.randrange(5000)])
            number += 1
            try:
                for position in keep(spool, number, size=random.choice([0, 5, 20_000])):
                    expected[position] = number
            except SpoolError:
                assert disk.room is not None
            if expected and random.random() < 0.8:
                done = random.sample(list(expected), min(len(expected), random.randrange(4)))
                disk.room = None
                spool.done(done)
                for position in done:
                    del expected[position]
        if random.random() < 0.5:
            spool.close()
        spool._after_fork()


# --- one process


def test_a_directory_belongs_to_one_spool_at_a_time(tmp_path: Path) -> None:
    with (
        open_spool(tmp_path),
        pytest.raises(SpoolError, match=f"{tmp_path} is in use by another producer of this process"),
    ):
        open_spool(tmp_path)
    open_spool(tmp_path).close()


def test_another_process_is_named_and_its_end_frees_the_directory(tmp_path: Path) -> None:
    code = "import sys\nfrom penstock.spool.spool import Spool\n"
    code += "spool = Spool(sys.argv[1], limit=2**22, fsync='never')\nspool.append([('key', None, b'7')])\n"
    code += "print('open', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(SpoolError, match=rf"in use by another process \({other.pid}\)"):
            open_spool(tmp_path)
        other.kill()
    assert left_in(tmp_path) == [7]


def test_a_place_that_cannot_be_a_directory_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(SpoolError, match="cannot be made"):
        open_spool(file / "spool")
    with pytest.raises(SpoolError, match="cannot be made: File exists"):
        open_spool(file)


def test_events_are_for_their_owner_alone(tmp_path: Path) -> None:
    with open_spool(tmp_path / "spool") as spool:
        keep(spool, 1)
        assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "spool").iterdir()} == {0o600}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
def test_a_forked_process_leaves_its_parent_s_spool_alone(tmp_path: Path) -> None:
    code = """
import os, sys, threading
from penstock.errors import SpoolError
from penstock.spool.spool import Spool
spool = Spool(sys.argv[1], limit=2**22, fsync="interval")
positions = [*spool.append([("key", None, b"1")]), *spool.append([("key", None, b"2")])]
with spool._lock:  # as another thread of the parent may
    child = os.fork()
if not child:
    status = 1
    try:
        try:
            spool.append([("key", None, b"3")])
        except SpoolError:
            spool.done(positions)
            spool.sync()
            spool.close()
            status = 0
    finally:
        os._exit(status)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
try:
    Spool(sys.argv[1], limit=2**22, fsync="never")
except SpoolError:
    spool.append([("key", None, b"4")])
    spool.close()
"""
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert left_in(tmp_path) == [1, 2, 4]


def test_a_closed_spool_takes_nothing(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    positions = keep(spool, 1)
    spool.close()
    spool.close()
    spool.done(positions)
    with pytest.raises(SpoolError, match="is closed"):
        keep(spool, 2)
    assert left_in(tmp_path) == [1]
