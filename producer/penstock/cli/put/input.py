"""Where lines come from: a file, whose size tells how far it is, or something that writes them."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from penstock.sources.inputs import FileInput, Input, input_at, standard_input
from penstock.sources.source import SourceError


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
        source = standard_input()
        status = os.fstat(sys.stdin.fileno())
        return LineInput(source, status.st_size if stat.S_ISREG(status.st_mode) else None)
    path = Path(spec)
    try:
        status = path.stat()
        opened = input_at(path, status.st_mode, spec)
        if isinstance(opened, FileInput):
            return LineInput(opened, None if opened.compressed() else status.st_size)
        if opened is not None:
            return LineInput(opened, None)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"cannot read {spec!r:.200}: {reason}; give a file that can be read, or -") from error
    what = "a directory" if stat.S_ISDIR(status.st_mode) else "no file of lines"
    raise SourceError(f"{spec!r:.200} is {what}; give a file of JSON lines, or -")
