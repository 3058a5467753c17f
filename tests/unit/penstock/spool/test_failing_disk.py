"""Whatever the disk does, what was kept is found, and nothing else is said to be."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.errors import SpoolError
from tests.unit.penstock.spool.faulty_disk import FaultyDisk
from tests.unit.penstock.spool.numbered_events import (
    LIMIT,
    events_files,
    keep,
    left_in,
    number_of,
    on_disk,
    open_spool,
    say,
)


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


def test_the_room_of_a_damaged_segment_is_the_next_event_s(tmp_path: Path) -> None:
    disk, large = FaultyDisk(), 5 * LIMIT // 8
    with open_spool(tmp_path, disk) as spool:
        disk.room, disk.failing = large // 2, {"truncate"}
        with pytest.raises(SpoolError):
            keep(spool, 0, size=large)
        disk.room, disk.failing = None, set()
        keep(spool, 1, size=large)
        assert on_disk(tmp_path) + 20 == spool.size
    assert left_in(tmp_path) == [1]


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
