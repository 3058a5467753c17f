"""What the spool asks of the file system. Tests put faults and witnesses here."""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

from penstock.spool.directory_lock import DirectoryLock

if sys.platform == "darwin":
    import fcntl


class Disk:
    """Files and directories. Everything raises ``OSError``, a lock `SpoolError`."""

    def lock(self, directory: Path) -> DirectoryLock:
        """Hold a directory for this process."""
        return DirectoryLock(directory)

    def create(self, path: Path) -> int:
        """Create a file that only its owner may read, for appending; return its descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def append_to(self, path: Path) -> int:
        """Open a file for appending, created if it does not exist; return its descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, descriptor: int, data: bytes) -> int:
        """Write to the end of a file; return how many bytes were written."""
        return os.write(descriptor, data)

    def write_all(self, descriptor: int, data: bytes) -> None:
        """Write to the end of a file; if that fails, a part may have been written."""
        if self.write(descriptor, data) < len(data):
            # A disk or a quota that is full cuts the write that reaches its end, without an error.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file."""
        os.ftruncate(descriptor, size)

    def duplicate(self, descriptor: int) -> int:
        """Return another descriptor of an open file, which the closing of the first does not touch."""
        return os.dup(descriptor)

    def sync(self, descriptor: int) -> None:
        """Return when what was written to a file is on the disk."""
        if sys.platform == "darwin":
            # There, fsync leaves data in the drive's cache (fsync(2)).
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fsync(descriptor)

    def sync_directory(self, path: Path) -> None:
        """Return when the names in a directory are on the disk."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self, descriptor: int) -> None:
        """Close a file."""
        os.close(descriptor)

    def read(self, path: Path) -> bytes:
        """Return what a file holds, nothing if it does not exist."""
        with suppress(FileNotFoundError):
            return path.read_bytes()
        return b""

    def replace(self, path: Path, other: Path) -> None:
        """Have a file take another's place."""
        path.replace(other)

    def remove(self, path: Path) -> None:
        """Remove a file if it exists."""
        path.unlink(missing_ok=True)
