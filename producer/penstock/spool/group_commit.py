"""Group commit: all who wait for the disk at the same time share one sync.

A thread can be interrupted (Ctrl-C) between any two steps of Python code. So locks are held by ``with`` alone, whose
steps on a lock are C code, and that a sync has ended is told by a plain assignment and the release of a latch, for
which nobody has to be waited.
"""

import errno
import os
from collections.abc import Callable
from threading import Lock


class Commit:
    """The next sync, for all that was written before it begins.

    Attributes:
        done: whether it has ended.
        error: why it failed, none if it did not. Until it has succeeded it counts as interrupted.
        ended: a latch: it is held until the sync has ended.
    """

    __slots__ = ("done", "ended", "error")

    def __init__(self) -> None:
        self.done = False
        self.error: OSError | None = InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
        self.ended = Lock()
        self.ended.acquire()


class GroupCommit:
    """Has one thread sync for all that wait. While it does, those that come wait for the next sync.

    A failed sync is never repeated for what it was to cover: the system may have dropped that (fsync(2) reports an
    error once).

    Args:
        lock: guards what is written, and ``next``.

    Attributes:
        next: covers what is written now.
    """

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._latest = Commit()
        self._latest.done = True
        self.next = Commit()

    @property
    def busy(self) -> bool:
        """Whether a thread syncs."""
        return not self._latest.done

    def wait(self, commit: Commit, sync: Callable[[], Callable[[], None] | None]) -> None:
        """Return when a commit is done, by this thread if no other is at it. Without the lock.

        Args:
            commit: what ``next`` was when that was written which is to be synced.
            sync: called with the lock held; returns what syncs all that was written so far, which is called
                without the lock, or none if there is nothing to sync.

        Raises:
            OSError: if the sync failed.
        """
        while not commit.done:
            self._take_part(sync)
        if commit.error is not None:
            raise commit.error

    def forget(self) -> None:
        """Have nobody wait any more: in a forked process, what was to be synced is the parent's."""
        self._latest.done = self.next.done = True

    def _take_part(self, sync: Callable[[], Callable[[], None] | None]) -> None:
        """Wait for the sync under way, or run the next one if there is none."""
        mine: Commit | None = None
        try:
            with self._lock:
                running = self._latest
                if running.done:
                    following = Commit()
                    mine, self._latest, self.next = self.next, self.next, following
                    call = sync()
            if mine is None:
                with running.ended:
                    return
            if call is not None:
                call()
            mine.error = None
        except OSError as error:
            if mine is None:
                raise
            mine.error = error
        finally:
            if mine is not None:
                mine.done = True
                mine.ended.release()
