"""The spool: the next process finds what was appended and is not done; within a bound."""

from pathlib import Path
from random import Random

import pytest

from penstock.aggregation import UserRecord
from penstock.errors import SpoolError
from penstock.spool.disk import Disk
from penstock.spool.done_files import DoneFiles
from penstock.spool.remarks import Remarks
from penstock.spool.segment import Segment
from tests.unit.penstock.spool.faulty_disk import FaultyDisk
from tests.unit.penstock.spool.numbered_events import (
    LIMIT,
    SEGMENT,
    event,
    events_files,
    keep,
    left_in,
    number_of,
    on_disk,
    open_spool,
)


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


def test_a_closed_spool_takes_nothing(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    positions = keep(spool, 1)
    spool.close()
    spool.close()
    spool.done(positions)
    with pytest.raises(SpoolError, match="is closed"):
        keep(spool, 2)
    assert left_in(tmp_path) == [1]


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


@pytest.mark.parametrize("fsync", ["never", "always"])
def test_the_room_of_a_large_event_that_is_done_is_the_next_one_s(tmp_path: Path, fsync: str) -> None:
    large = UserRecord("key", None, b"x" * (3 * LIMIT // 4))
    with open_spool(tmp_path, fsync=fsync) as spool:
        for _ in range(3):
            (position,) = spool.append((large,))
            assert not spool.append((large,))
            spool.done([position])
