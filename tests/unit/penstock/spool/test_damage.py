"""What a killed process, a flipped bit or another release leaves on the disk costs as little as can be."""

import logging
from pathlib import Path
from zlib import crc32

import pytest

from penstock.errors import SpoolError
from tests.unit.penstock.spool.faulty_disk import FaultyDisk
from tests.unit.penstock.spool.numbered_events import events_files, keep, left_in, number_of, on_disk, open_spool, say


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
