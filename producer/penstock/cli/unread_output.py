"""Output that outlives whoever reads it: a command's work is not ended by its progress being read no more."""

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Lasting(io.FileIO):
    """What is written to a descriptor, until its reader has gone; from then on it is dropped.

    Args:
        descriptor: stays open when this is closed.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        # A terminal that was closed answers with EIO; of a file that is a fault of the disk, which is not to be hidden.
        self._gone = {errno.EPIPE, errno.EIO} if self.isatty() else {errno.EPIPE}

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write; return how many bytes that took.

        Raises:
            OSError: it can't be written, and that is not for want of a reader.
        """
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in self._gone:
                raise
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return memoryview(data).nbytes


def drop_unread_output() -> None:
    """Drop from now on what is written to standard error once its reader has gone, as that of ``2>&1 | head`` does.

    Without this it ends the command, with all that it has measured. The same goes for standard output on a terminal
    that is closed; a reader of it that leaves a pipe still ends the command. `sys.stderr` and `sys.stdout` are
    replaced, unless something else has taken their place already.
    """
    if sys.stderr is sys.__stderr__ and sys.stderr is not None:
        sys.stderr = _lasting(sys.stderr)
    if sys.stdout is sys.__stdout__ and sys.stdout is not None and sys.stdout.isatty():
        sys.stdout = _lasting(sys.stdout)


def _lasting(stream: TextIO) -> TextIO:
    stream.flush()
    buffer = io.BufferedWriter(Lasting(stream.fileno()))
    return io.TextIOWrapper(buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=True)
