"""When the disk is synced: by policy, before what depends on it, once for all that wait."""

import errno
import os
import threading
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import NoReturn

import pytest

from penstock.config import MIB, Fsync
from penstock.errors import SpoolError
from penstock.spool.interval_sync import IntervalSync
from penstock.spool.spool import Spool
from tests.unit.penstock.spool.faulty_disk import FaultyDisk
from tests.unit.penstock.spool.interruption import interruption

LIMIT = 4 * MIB
EVENT = ("key", None, b"data")
LARGE = ("key", None, bytes(200_000))


def open_spool(directory: Path, disk: FaultyDisk, fsync: Fsync, seconds: float = 3600.0) -> Spool:
    return Spool(directory, limit=LIMIT, fsync=fsync, fsync_seconds=seconds, disk=disk)


def test_always_syncs_the_name_of_the_segment_and_then_each_event_before_commit_returns(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, "always") as spool:
        for _ in range(2):
            spool.append([EVENT])
            spool.commit(spool.last_commit)
        assert disk.deeds == [
            "create 1.events",
            "write 1.events",
            "sync_directory",
            "write 1.events",
            "sync 1.events",
            "write 1.events",
            "sync 1.events",
        ]


def test_a_segment_is_synced_before_the_next_one_is_begun(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, "interval") as spool:
        spool.append([LARGE])
        before = len(disk.deeds)
        spool.append([LARGE])
        assert disk.deeds[before:] == [
            "sync 1.events",
            "create 2.events",
            "write 2.events",
            "sync_directory",
            "write 2.events",
        ]


def test_the_names_of_all_directories_that_were_made_are_synced(tmp_path: Path) -> None:
    disk = ListingDisk()
    with open_spool(tmp_path / "a" / "b" / "c", disk, "always"):
        assert disk.synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]


class ListingDisk(FaultyDisk):
    """Knows which directories were synced."""

    def __init__(self) -> None:
        super().__init__()
        self.synced: list[Path] = []

    def sync_directory(self, path: Path) -> None:
        self.synced.append(path)
        super().sync_directory(path)


@pytest.mark.parametrize("fsync", ["always", "interval"])
def test_what_precedes_a_write_that_cannot_be_undone_is_synced_all_the_same(tmp_path: Path, fsync: Fsync) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, fsync) as spool:
        spool.append([EVENT])
        first = spool.last_commit
        disk.failing = {"write", "truncate"}
        with pytest.raises(SpoolError, match="not taken"):
            spool.append([EVENT])
        disk.failing = set()
        assert "sync 1.events" not in disk.deeds
        spool.commit(first)
        assert ("sync 1.events" in disk.deeds) == (fsync == "always")
        again: list[range] = []
        # It once span for ever.
        other = Thread(target=lambda: again.append(spool.append([EVENT])), daemon=True)
        other.start()
        other.join(5)
        assert again == [range(2, 3)]
        assert disk.deeds.index("sync 1.events") < disk.deeds.index("create 2.events")


def test_a_spool_that_is_interrupted_anywhere_goes_on(tmp_path: Path) -> None:
    disk = FaultyDisk()
    spool = open_spool(tmp_path, disk, "always")
    for step in range(10_000):
        try:
            with interruption(step, ("/spool/",)):
                spool.append([EVENT])
                spool.commit(spool.last_commit)
        except KeyboardInterrupt:
            assert not spool._lock.locked()
            assert not spool._commits.busy
        else:
            break
        spool.append([EVENT])
        spool.commit(spool.last_commit)
    assert step > 20
    spool.close()


def test_never_syncs_nothing(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, "never") as spool:
        for _ in range(5):
            spool.append([LARGE])
            spool.commit(spool.last_commit)
        spool.sync()
    assert not [deed for deed in disk.deeds if deed.startswith("sync")]


def test_closing_syncs_what_was_not_yet(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, "interval") as spool:
        spool.append([EVENT])
        assert "sync 1.events" not in disk.deeds
    assert disk.deeds[-1] == "sync 1.events"


def test_a_rewritten_segment_is_on_the_disk_before_it_takes_the_old_one_s_place(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, "always") as spool:
        positions: list[int] = []
        while kept := spool.append([("key", None, bytes(50_000))]):
            positions += kept
        spool.done(positions[1:4])
        before = len(disk.deeds)
        assert spool.append([("key", None, bytes(50_000))])
        deeds = disk.deeds[before:]
        steps = ["create 1.rewritten", "write 1.rewritten", "sync 1.rewritten", "replace 1.events", "sync_directory"]
        assert [deed for deed in deeds if deed in steps][: len(steps)] == steps


class SlowDisk(FaultyDisk):
    """Syncs when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.syncing = Event()
        self.let = Event()

    def sync(self, descriptor: int) -> None:
        self.syncing.set()
        assert self.let.wait(30)
        super().sync(descriptor)


def test_threads_that_come_while_the_disk_is_synced_share_the_next_sync(tmp_path: Path) -> None:
    disk = SlowDisk()
    with open_spool(tmp_path, disk, "always") as spool:
        appended = Barrier(9)

        def put(*, first: bool = False) -> None:
            spool.append([EVENT])
            commit = spool.last_commit
            if not first:
                appended.wait(30)
            spool.commit(commit)

        first = Thread(target=put, kwargs={"first": True})
        first.start()
        assert disk.syncing.wait(30)
        others = [Thread(target=put) for _ in range(8)]
        for thread in others:
            thread.start()
        appended.wait(30)  # none of them is held up by the sync under way
        disk.let.set()
        for thread in [first, *others]:
            thread.join(30)
        assert disk.deeds.count("sync 1.events") == 2


def test_a_commit_begun_by_another_thread_s_sync_is_not_synced_twice(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, "always") as spool:
        spool.append([EVENT])
        mine = spool.last_commit
        spool.append([EVENT])
        spool.commit(spool.last_commit)
        spool.commit(mine)
        assert disk.deeds.count("sync 1.events") == 1


def test_a_failed_sync_is_told_to_all_whom_it_concerns_and_to_nobody_else(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, "always") as spool:
        spool.append([EVENT])
        first, second = spool.last_commit, spool.last_commit
        disk.failing = {"sync"}
        with pytest.raises(SpoolError, match="may not survive the machine"):
            spool.commit(first)
        disk.failing = set()
        with pytest.raises(SpoolError, match="Input/output error"):
            spool.commit(second)
        spool.append([EVENT])
        spool.commit(spool.last_commit)


def test_a_segment_that_cannot_be_synced_refuses_the_event_that_begins_the_next(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with open_spool(tmp_path, disk, "always") as spool:
        spool.append([LARGE])
        commit = spool.last_commit
        disk.failing = {"sync"}
        with pytest.raises(SpoolError, match="not taken"):
            spool.append([LARGE])
        disk.failing = set()
        with pytest.raises(SpoolError, match="may not survive"):
            spool.commit(commit)
        assert spool.append([LARGE])


class InterruptedDisk(FaultyDisk):
    """Is interrupted by Ctrl-C once."""

    interrupted = False

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        if not self.interrupted:
            self.interrupted = True
            raise KeyboardInterrupt


def test_a_sync_that_was_interrupted_is_no_success_for_others_who_wait(tmp_path: Path) -> None:
    with open_spool(tmp_path, InterruptedDisk(), "always") as spool:
        spool.append([EVENT])
        commit = spool.last_commit
        with pytest.raises(KeyboardInterrupt):
            spool.commit(commit)
        with pytest.raises(SpoolError, match="Interrupted"):
            spool.commit(commit)
        spool.append([EVENT])
        spool.commit(spool.last_commit)


class ExhaustedDisk(FaultyDisk):
    """Has no more descriptors."""

    def duplicate(self, descriptor: int) -> int:
        if "duplicate" in self.failing:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().duplicate(descriptor)


def test_a_sync_that_cannot_begin_fails_and_the_next_covers_what_it_would_have(tmp_path: Path) -> None:
    disk = ExhaustedDisk()
    with open_spool(tmp_path, disk, "always") as spool:
        spool.append([EVENT])
        disk.failing = {"duplicate"}
        for _ in range(2):
            with pytest.raises(SpoolError, match="Too many open files"):
                spool.commit(spool.last_commit)
        disk.failing = set()
        spool.sync()
        assert disk.deeds.count("sync 1.events") == 1


def test_the_interval_s_sync_comes_by_itself_and_its_failure_is_told_by_an_append(tmp_path: Path) -> None:
    disk = SlowDisk()
    disk.let.set()
    disk.failing = {"sync"}
    with open_spool(tmp_path, disk, "interval", seconds=0.001) as spool:
        spool.append([EVENT])
        assert disk.syncing.wait(30)
        spool.sync()  # has waited for the other when it returns
        disk.failing = set()
        with pytest.raises(SpoolError, match="could not be synced, and the event was not taken"):
            append_for_ever(spool)  # the thread that has failed may not have said so yet
        assert spool.append([EVENT])


def append_for_ever(spool: Spool) -> NoReturn:
    while True:
        spool.append([EVENT])


def test_interval_sync_counts_from_the_first_start_and_ends_when_stopped() -> None:
    synced = threading.Semaphore(0)
    interval = IntervalSync(synced.release, 0.0)
    interval.start()
    assert synced.acquire(timeout=30)
    interval.start()
    assert synced.acquire(timeout=30)
    interval.stop()
