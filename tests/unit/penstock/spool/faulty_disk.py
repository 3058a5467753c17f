"""A disk that fails when told to, and says what was done to it."""

import errno
import os
from pathlib import Path

from penstock.spool.disk import Disk


class FaultyDisk(Disk):
    """A real one, with a diary.

    Attributes:
        deeds: what was done, in order: "create 1.events", "write 1.events", "sync 1.events", "sync directory"…,
            where segments are named by their first position alone.
        failing: names of methods that raise EIO.
        room: how many bytes can still be written, none for as many as there are.
    """

    def __init__(self) -> None:
        self.deeds: list[str] = []
        self.failing: set[str] = set()
        self.room: int | None = None
        self._names: dict[int, str] = {}

    def create(self, path: Path) -> int:
        self._note("create", name(path))
        descriptor = super().create(path)
        self._names[os.fstat(descriptor).st_ino] = name(path)
        return descriptor

    def append_to(self, path: Path) -> int:
        descriptor = super().append_to(path)
        self._names[os.fstat(descriptor).st_ino] = name(path)
        return descriptor

    def write(self, descriptor: int, data: bytes) -> int:
        self._note("write", self._name(descriptor))
        if self.room is not None:
            if not self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            data = data[: self.room]
            self.room -= len(data)
        return super().write(descriptor, data)

    def truncate(self, descriptor: int, size: int) -> None:
        self._note("truncate", self._name(descriptor))
        super().truncate(descriptor, size)

    def sync(self, descriptor: int) -> None:
        self._note("sync", self._name(descriptor))
        super().sync(descriptor)

    def sync_directory(self, path: Path) -> None:
        self._note("sync_directory", "")
        super().sync_directory(path)

    def read(self, path: Path) -> bytes:
        self._note("read", name(path))
        return super().read(path)

    def replace(self, path: Path, other: Path) -> None:
        self._note("replace", name(other))
        super().replace(path, other)

    def remove(self, path: Path) -> None:
        self._note("remove", name(path))
        super().remove(path)

    def _note(self, deed: str, file: str) -> None:
        self.deeds.append(f"{deed} {file}".strip())
        if deed in self.failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _name(self, descriptor: int) -> str:
        return self._names[os.fstat(descriptor).st_ino]


def name(path: Path) -> str:
    """Return a file's name without zeros and marker."""
    first = path.stem.split("-")[0].lstrip("0")
    return f"{first}{path.suffix}"
