"""The disk under a simulated producer's spool: real files, which a machine that fails leaves as a disk may."""

import os
import random
from collections.abc import Callable
from pathlib import Path

from penstock.spool.directory_lock import DirectoryLock
from penstock.spool.disk import Disk
from simulation.scheduler import Killed


class SpoolDisk(Disk):
    """Files of one process.

    Attributes:
        tears: Whether the next write of an event is cut short, by the end of the process.
        torn: Called when that happens.
    """

    def __init__(self, chance: random.Random) -> None:
        """`chance` says where a file is cut."""
        self.tears = False
        self.torn: Callable[[], object] = lambda: None
        self._chance = chance
        self._open: dict[int, Path] = {}
        self._synced: dict[Path, int] = {}
        self._locks: list[DirectoryLock] = []

    def lock(self, directory: Path) -> DirectoryLock:
        """Hold a directory until the process ends."""
        self._locks.append(super().lock(directory))
        return self._locks[-1]

    def create(self, path: Path) -> int:
        """Create a file."""
        descriptor = super().create(path)
        self._open[descriptor] = path
        self._synced[path] = 0
        return descriptor

    def append_to(self, path: Path) -> int:
        """Open a file for appending."""
        descriptor = super().append_to(path)
        self._open[descriptor] = path
        return descriptor

    def duplicate(self, descriptor: int) -> int:
        """Return another descriptor of an open file."""
        other = super().duplicate(descriptor)
        self._open[other] = self._open[descriptor]
        return other

    def write(self, descriptor: int, data: bytes) -> int:
        """Write to the end of a file; or begin to, and end."""
        if self.tears and self._open[descriptor].suffix == ".events":
            self.tears = False
            super().write(descriptor, data[: self._chance.randrange(len(data))])
            self.torn()
            raise Killed
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Note that what was written survives; the real disk has nothing to do with it."""
        self._synced[self._open[descriptor]] = os.fstat(descriptor).st_size

    def sync_directory(self, path: Path) -> None:
        """Names survive."""

    def close(self, descriptor: int) -> None:
        """Close a file."""
        self._open.pop(descriptor, None)
        super().close(descriptor)

    def crash(self, *, synced: bool) -> None:
        """Let go of all files and locks; where only what was `synced` is sure to survive, cut the rest somewhere."""
        for lock in self._locks:
            lock.release()
        for descriptor in list(self._open):
            self.close(descriptor)
        for path, size in self._synced.items():
            if synced and path.exists() and path.stat().st_size > size:
                os.truncate(path, self._chance.randint(size, path.stat().st_size))
