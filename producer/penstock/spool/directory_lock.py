"""One process a directory: the lock that is held while a spool is open."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from penstock.errors import SpoolError

if sys.platform != "win32":
    import fcntl


LOCK_BYTES: Final = 20
"""What its file takes at most."""


class DirectoryLock:
    """Holds a directory for this process until it is released or the process ends, however it ends.

    It is flock's, which belongs to the open file and not to the process: so two spools of one process are kept apart as
    well, and what a forked process inherits must be released there: closing it is right there too, since the lock ends
    when the last copy of the open file is closed.

    Raises:
        SpoolError: if another process, or another producer of this one, holds it, or it cannot be locked.
    """

    def __init__(self, directory: Path) -> None:
        if sys.platform == "win32":
            raise SpoolError("the spool needs flock, which Windows does not have: leave spool unset there")
        try:
            self._descriptor: int | None = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SpoolError(
                f"the spool {directory} cannot be locked: {error.strerror}; let this user write there, or choose "
                "another directory"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._descriptor, LOCK_BYTES, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            if not isinstance(error, BlockingIOError):
                raise SpoolError(
                    f"the spool {directory} cannot be locked: {error.strerror}; choose a directory on a local disk"
                ) from error
            who = "another producer of this process" if holder == str(os.getpid()) else f"another process ({holder})"
            raise SpoolError(
                f"the spool {directory} is in use by {who}: give each producer a directory of its own"
            ) from error
        with suppress(OSError):  # who holds it is for messages alone, and a full disk must not keep events from leaving
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    @property
    def held(self) -> bool:
        """Whether others have to wait for the directory."""
        return self._descriptor is not None

    def release(self) -> None:
        """Let others have the directory."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
