"""Bytes from files and streams, with reading that can be interrupted."""

import gzip
import os
import select
import stat
import sys
import zlib
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Final, Protocol

from penstock.sources.source import SourceError

_CHUNK_BYTES: Final = 256 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b"  # RFC 1952, section 2.3.1


class Input(Protocol):
    """Something to read bytes from."""

    @property
    def name(self) -> str:
        """What to call it in a message."""
        ...

    @property
    def rewinds(self) -> bool:
        """Whether it can be read more than once, always with the same result."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """Read from the beginning to the end, in pieces of any size. Raises SourceError where that fails."""
        ...

    def close(self) -> None:
        """Make a read that waits, in another thread, end at once."""
        ...


class FileInput:
    """A regular file, plain or compressed by gzip; each reading opens it anew."""

    rewinds = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = str(path)

    def chunks(self) -> Iterator[bytes]:
        """Read the file, decompressed."""
        try:
            with self._path.open("rb") as file:
                if file.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC):
                    with gzip.open(file) as decompressed:
                        while chunk := decompressed.read(_CHUNK_BYTES):
                            yield chunk
                else:
                    while chunk := file.read(_CHUNK_BYTES):
                        yield chunk
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise SourceError(f"{self.name} is damaged: {error}; decompress it as far as it goes") from error
        except OSError as error:
            reason = error.strerror or error
            raise SourceError(f"cannot read {self.name}: {reason}; give a file that can be read") from error

    def compressed(self) -> bool:
        """Tell whether its bytes are others than those that reading it brings; raises OSError if it can't be read."""
        with self._path.open("rb") as file:
            return file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC

    def close(self) -> None:
        """Do nothing: reading a file never waits long."""


class StreamInput:
    """A pipe, a terminal, a device: read once, waiting for whoever writes to it.

    Args:
        stream: an open file, unbuffered; it is closed at its end.
        name: what to call it in a message.
    """

    rewinds = False

    def __init__(self, stream: FileIO, name: str) -> None:
        self.name = name
        self._stream = stream
        self._interrupted, self._interrupt = os.pipe()

    def chunks(self) -> Iterator[bytes]:
        """Read until the writer has closed its end, or until ``close``."""
        first = True
        try:
            with self._stream as stream:
                while self._readable():
                    chunk = stream.read(_CHUNK_BYTES)
                    if chunk is None:  # not blocking, and another reader was quicker
                        continue
                    if first and chunk.startswith(_GZIP_MAGIC):
                        raise SourceError(f"{self.name} is compressed; decompress it first, with gunzip")
                    first = False
                    if not chunk:
                        return
                    yield chunk
        except OSError as error:
            reason = error.strerror or error
            raise SourceError(f"cannot read {self.name}: {reason}; give a file instead") from error

    def _readable(self) -> bool:
        """Wait for input, and return false once ``close`` was called."""
        poll = select.poll()
        poll.register(self._stream, select.POLLIN)
        poll.register(self._interrupted, select.POLLIN)
        return all(descriptor != self._interrupted for descriptor, _ in poll.poll())

    def close(self) -> None:
        """Interrupt a waiting read; further reads end at once."""
        os.write(self._interrupt, b"\0")

    def __del__(self) -> None:
        os.close(self._interrupted)
        os.close(self._interrupt)


def standard_input() -> StreamInput:
    """Return what reads standard input.

    Raises:
        SourceError: there is none.
    """
    try:
        return StreamInput(FileIO(sys.stdin.fileno(), closefd=False), "standard input")
    except (AttributeError, OSError, ValueError) as error:  # none, closed, or not a file
        raise SourceError("there is no standard input; give a file") from error


def input_at(path: Path, mode: int, name: str) -> FileInput | StreamInput | None:
    """Return what reads a path, none if it is a directory or the like.

    Args:
        path: where it is.
        mode: its own, of ``stat``.
        name: what to call it in a message.

    Raises:
        OSError, ValueError: it can't be opened.
    """
    if stat.S_ISREG(mode):
        return FileInput(path)
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        # Opened without waiting for a writer, so that the wait for its first line can be interrupted.
        return StreamInput(FileIO(path, opener=lambda file, flags: os.open(file, flags | os.O_NONBLOCK)), name)
    return None
