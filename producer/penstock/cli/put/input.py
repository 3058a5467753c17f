"""Where lines come from: a file, whose size tells how far it is, or something that writes them."""

import os
import stat
import sys
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Final

from penstock.sources.inputs import FileInput, Input, StreamInput
from penstock.sources.source import SourceError

_GZIP_MAGIC: Final = b"\x1f\x8b"  # RFC 1952, section 2.3.1


class LineInput:
    """An open input.

    Attributes:
        name: what to call it in a message.
        size: its bytes, none if that is not known, as of a pipe or of a compressed file.
    """

    def __init__(self, source: Input, size: int | None) -> None:
        self._source = source
        self.name = source.name
        self.size = size

    def chunks(self) -> Iterator[bytes]:
        """Read to the end, or until ``close``; raises SourceError where that fails."""
        return self._source.chunks()

    def close(self) -> None:
        """Make a read that waits end at once; a signal's handler may call it."""
        self._source.close()


def open_input(spec: str) -> LineInput:
    """Open a file, plain or compressed by gzip, a pipe, or standard input (``-``).

    Raises:
        SourceError: if it does not exist or cannot be read; the message is one line.
    """
    if spec == "-":
        try:
            status = os.fstat(sys.stdin.fileno())
            size = status.st_size if stat.S_ISREG(status.st_mode) else None
            return LineInput(StreamInput(FileIO(sys.stdin.fileno(), closefd=False), "standard input"), size)
        except (AttributeError, OSError, ValueError) as error:  # none, closed, or not a file
            raise SourceError("there is no standard input; give a file") from error
    path = Path(spec)
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb") as file:
                compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            return LineInput(FileInput(path), None if compressed else status.st_size)
        if stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode):
            # Opened without waiting for a writer, so that the wait for its first line can be interrupted.
            pipe = FileIO(path, opener=lambda file, flags: os.open(file, flags | os.O_NONBLOCK))
            return LineInput(StreamInput(pipe, spec), None)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"cannot read {spec!r:.200}: {reason}; give a file that can be read, or -") from error
    what = "a directory" if stat.S_ISDIR(status.st_mode) else "no file of lines"
    raise SourceError(f"{spec!r:.200} is {what}; give a file of JSON lines, or -")
