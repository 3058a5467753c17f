"""Group commit: all who wait for the disk at the same time share one sync."""

import errno
import os
from collections.abc import Callable
from threading import Condition


class Commit:
    """The next sync, for all that was written before it begins.

    Attributes:
        done: whether it has ended.
        error: why it failed, none if it did not.
    """

    __slots__ = ("done", "error")

    def __init__(self) -> None:
        self.done = False
        self.error: OSError | None = None


class GroupCommit:
    """Has one thread sync for all that wait. While it does, those that come wait for the next sync.

    A failed sync is never repeated for what it was to cover: the system may have dropped that (fsync(2) reports an
    error once).

    Args:
        lock: guards what is written; its holder calls every method here.

    Attributes:
        next: covers what is written now.
        busy: whether a thread syncs.
    """

    def __init__(self, lock: Condition) -> None:
        self._lock = lock
        self.busy = False
        self.next = Commit()

    def wait(self, commit: Commit, sync: Callable[[], Callable[[], None] | None]) -> None:
        """Return when a commit is done, by this thread if no other is at it.

        Args:
            commit: what ``next`` was when that was written which is to be synced.
            sync: called with the lock held; returns what syncs all that was written so far, which is called
                without the lock, or none if there is nothing to sync.

        Raises:
            OSError: if the sync failed.
        """
        while not commit.done:
            if self.busy:
                self._lock.wait()
            else:
                self._run(sync)
        if commit.error is not None:
            raise commit.error

    def _run(self, sync: Callable[[], Callable[[], None] | None]) -> None:
        commit, self.next = self.next, Commit()
        self.busy = True
        try:
            call = sync()
            if call is not None:
                self._lock.release()
                try:
                    call()
                finally:
                    self._lock.acquire()
        except OSError as error:
            commit.error = error
        except BaseException:
            commit.error = InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
            raise
        finally:
            self.busy = False
            commit.done = True
            self._lock.notify_all()
