"""The spool: a directory that keeps events until they are acknowledged."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final, Self
from weakref import WeakSet

from penstock.aggregation import UserRecord
from penstock.config import Fsync
from penstock.errors import InvalidEventError, SpoolError
from penstock.spool.disk import Disk
from penstock.spool.entries import UnknownVersionError, encode_event
from penstock.spool.group_commit import Commit, GroupCommit
from penstock.spool.interval_sync import IntervalSync
from penstock.spool.journal import Journal
from penstock.spool.remarks import Remarks


class Spool:
    """Keeps events on disk: those of this process, and those that the last one left. Safe between threads.

    An event that was appended survives the process, however it ends. When it survives the machine too, ``fsync`` says:
    ``always``: when ``commit`` has returned; ``interval``: ``fsync_seconds`` later; ``never``: when the system pleases.

    Args:
        directory: its place, made if it does not exist. One spool at a time uses it.
        limit: most bytes on disk, at least 4 MiB.
        fsync: as above.
        fsync_seconds: as above.
        disk: the file system.

    Attributes:
        directory: as above, absolute.
        last_commit: what the latest ``append`` needs, to ``commit`` it.
        remarks: what there is to say to the log.

    Raises:
        SpoolError: if the directory cannot be used, or another spool has it.
    """

    def __init__(
        self, directory: str | Path, *, limit: int, fsync: Fsync, fsync_seconds: float = 1.0, disk: Disk | None = None
    ) -> None:
        self.directory = Path(directory).absolute()
        self._limit = limit
        self._fsync = fsync
        self._disk = disk or Disk()
        self.remarks = Remarks()
        self._make_locks()
        self.last_commit = self._commits.next
        self._closed = False
        self._unsynced = False
        self._failure: OSError | None = None
        try:
            self._make_directory()
        except OSError as error:
            raise self._error(error, "cannot be made") from error
        self._lock_file = self._disk.lock(self.directory)
        try:
            self._journal = Journal(
                self.directory, limit=limit, disk=self._disk, durable=fsync != "never", remarks=self.remarks
            )
        except BaseException as error:
            self._lock_file.release()
            if isinstance(error, OSError):
                raise self._error(error, "cannot be read") from error
            raise
        self._interval = IntervalSync(self.sync, fsync_seconds) if fsync == "interval" else None
        _spools.add(self)
        for remark in self.remarks.take():  # of the opening, where no lock is held
            remark()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._journal.size

    @property
    def has_recovered(self) -> bool:
        """Whether ``recovered`` has something to read."""
        return bool(self._journal.unread)

    def recovered(self) -> Iterator[tuple[int, UserRecord]]:
        """Return what the last process left, with positions, in the order in which it was put.

        One segment at a time is read, when it is its turn. One that cannot be read is left for the next start, and a
        warning says so.
        """
        for segment in self._journal.unread:
            with self._lock:
                if self._closed:
                    return
                try:
                    events = self._journal.read(segment)
                except (OSError, UnknownVersionError) as error:
                    self.remarks.warn(
                        "%s cannot be read, the next start will try again: %s", segment.events_path, error
                    )
                    continue
            yield from events

    def append(self, events: Sequence[tuple[str, str | None, bytes]]) -> range:
        """Keep the first of these events, as many as there is room for; return their positions.

        Args:
            events: partition key, explicit hash key and data of each, at least one.

        Returns:
            Positions, one more each. They are at least one unless there is no room for the first event.

        Raises:
            InvalidEventError: if Kinesis takes no such keys as the first has. Another ends what is kept.
            SpoolError: if they could not be written, which leaves things as they were, or what was written before
                could not be synced.
        """
        payloads: list[bytes] = []
        for event in events:
            try:
                payloads.append(encode_event(*event))
            except InvalidEventError:
                if not payloads:
                    raise
                break
        try:
            while (positions := self._append(payloads)) is None:
                self._commits.wait(self._commits.next, self._sync)
        except OSError as error:
            raise self._error(error, "cannot be written, and the event was not taken") from error
        return positions

    def retract(self, count: int) -> None:
        """Take back the last ``count`` of the events that the latest ``append`` has kept."""
        with self._lock:
            self._journal.retract(count)

    @property
    def next_position(self) -> int:
        """The position of the next event to be appended."""
        return self._journal.next_position

    def commit(self, commit: Commit) -> None:
        """Return when what was appended is on the disk, if the policy is ``always``.

        Args:
            commit: what ``last_commit`` was after that had been appended.

        Raises:
            SpoolError: if it could not be brought there.
        """
        if self._fsync == "always":
            try:
                self._commits.wait(commit, self._sync)
            except OSError as error:
                raise self._error(error, "cannot be synced, and the event may not survive the machine") from error

    def sync(self) -> None:
        """Bring to the disk what has been appended, unless the policy is ``never``. The next ``append`` tells of a
        failure.
        """
        if self._unsynced or self._commits.busy:
            try:
                self._commits.wait(self._commits.next, self._sync)
            except OSError as error:
                self._failure = error

    def done(self, positions: Iterable[int]) -> None:
        """Let go of events: they have arrived, or been given back."""
        with self._lock:
            if not self._closed:
                self._journal.done(positions)

    def close(self) -> None:
        """Sync, and let others have the directory. What is not done is left for the next process."""
        with self._lock:
            self._closed = True
        self.sync()
        with self._lock:
            if not self._lock_file.held:
                return
            self._unsynced = False
            try:
                self._journal.close()
            except OSError as error:
                self.remarks.warn("the spool %s was not closed properly: %s", self.directory, error)
            if self._failure is not None:
                self.remarks.warn("the spool %s was not synced: %s", self.directory, self._failure)
            self._lock_file.release()
        if self._interval is not None:
            self._interval.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the spool."""
        self.close()

    def _make_locks(self) -> None:
        self._lock = Lock()
        self._commits = GroupCommit(self._lock)

    def _make_directory(self) -> None:
        missing = [place for place in (self.directory, *self.directory.parents) if not place.exists()]
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._fsync != "never":
            for place in reversed(missing):
                self._disk.sync_directory(place.parent)

    def _after_fork(self) -> None:
        """Let go of what is the parent's. A thread of the parent may have held the lock."""
        self._commits.forget()
        self._make_locks()
        self.last_commit = self._commits.next
        self._unsynced = False
        if not self._closed:
            self._closed = True
            with suppress(OSError):
                self._journal.forget()
            self._lock_file.release()

    def _check_open(self) -> None:
        if self._closed:
            raise SpoolError(f"the spool {self.directory} is closed")

    def _append(self, payloads: Sequence[bytes]) -> range | None:
        """Do as ``append`` does; return none if what was written so far must be synced before that can be done."""
        with self._lock:
            self._check_open()
            if self._failure or not self._journal.takes(payloads[0]):
                ready = self._make_ready(payloads[0])
                if not ready:
                    return None if ready is None else range(0)
            positions = self._journal.append(payloads)
            self.last_commit = self._commits.next
            if not self._unsynced and self._fsync != "never":
                self._unsynced = True
                if self._interval is not None:
                    self._interval.start()
            return positions

    def _make_ready(self, payload: bytes) -> bool | None:
        """Have the journal take an event; tell whether it has room, none if a sync must come before."""
        if len(payload) > self._journal.most_payload_bytes:
            raise SpoolError(
                f"an event of {len(payload):,} bytes never has room in the spool {self.directory}, which takes "
                f"{self._limit:,} at most: raise spool_bytes"
            )
        failure, self._failure = self._failure, None
        if failure is not None:
            raise self._error(failure, "could not be synced, and the event was not taken") from failure
        while not self._journal.takes(payload):
            is_freed = self._journal.is_freed_by_leaving(payload)
            if not is_freed and not self._journal.has_room(payload):
                return False
            if self._unsynced:
                return None
            if is_freed:
                self._journal.leave_segment()
            else:
                self._journal.start_segment()
        return True

    def _sync(self) -> Callable[[], None] | None:
        """Return what syncs all that was written so far, when the lock is not held; none if all is synced."""
        if not self._unsynced:
            return None
        if self._journal.descriptor is None:
            raise RuntimeError("a segment was left before it was synced")
        # Meanwhile the journal can leave its segment.
        descriptor = self._disk.duplicate(self._journal.descriptor)
        self._unsynced = False

        def sync() -> None:
            try:
                self._disk.sync(descriptor)
            finally:
                self._disk.close(descriptor)

        return sync

    def _error(self, error: OSError, what: str) -> SpoolError:
        remedy = (
            "make room on its disk"
            if error.errno in {errno.ENOSPC, errno.EDQUOT}
            else "check its disk and its permissions, or choose another directory"
        )
        return SpoolError(f"the spool {self.directory} {what}: {error.strerror}; {remedy}")


_spools: Final[WeakSet[Spool]] = WeakSet()


def _mark_forked() -> None:
    for spool in list(_spools):
        spool._after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_mark_forked)
