"""Standard output as a place for bytes whose reader can go away."""

import select
import sys


class Output:
    """Writes to standard output.

    Attributes:
        terminal: whether a person reads it.
    """

    def __init__(self) -> None:
        self._stream = sys.stdout.buffer
        self.terminal = sys.stdout.isatty()

    def write(self, data: bytes) -> None:
        """Write and flush. Raises BrokenPipeError when the reader has gone."""
        self._stream.write(data)
        self._stream.flush()

    def reader_gone(self) -> bool:
        """Tell whether nobody reads any more, as after ``| head``, without writing anything."""
        if sys.platform == "win32" or self.terminal:
            return False
        poll = select.poll()
        poll.register(self._stream, 0)  # errors are told unasked, and a pipe without a reader is one
        return any(events & select.POLLERR for _, events in poll.poll(0))
