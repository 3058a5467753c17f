"""What a function's processes write to their standard streams: metrics are summed, the rest goes to a log file."""

import os
import selectors
import threading
from pathlib import Path
from typing import IO, Final

from local.functions.metrics import Metrics
from local.run_folder import open_log

_CHUNK: Final = 64 * 1024


class FunctionLog:
    """The log of one function, shared by its environments. Safe for threads."""

    def __init__(self, path: Path, metrics: Metrics) -> None:
        """Write to a new file at `path`.

        Raises:
            StackError: it can't be written.
        """
        open_log(path).close()
        self._path = path
        self._metrics = metrics
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """Where the lines are."""
        return self._path

    def write(self, line: str) -> None:
        """Take one line, without its end."""
        if self._metrics.record(line):
            return
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


class OutputReader:
    """Reads one process's output to its end, in a thread of its own, and on demand.

    A function logs before it answers. `drain`, called after the answer, takes in what was logged before it, so that
    an invocation's metrics are summed when its result is known.
    """

    def __init__(self, streams: list[IO[bytes]], log: FunctionLog) -> None:
        """Read pipes of a process that has just been started."""
        self._log = log
        self._lock = threading.Lock()
        self._partial = dict.fromkeys(streams, b"")
        self._selector = selectors.DefaultSelector()
        for stream in streams:
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    def drain(self) -> None:
        """Take in everything that is written by now."""
        with self._lock:
            for stream in self._partial:
                self._read(stream)

    def join(self, timeout: float) -> None:
        """Wait until the process has closed its output, as it does when it ends."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while self._partial:
            for key, _ in self._selector.select():
                stream: IO[bytes] = key.fileobj  # type: ignore[assignment] # what was registered
                with self._lock:
                    if self._read(stream):
                        self._end(stream)
        self._selector.close()

    def _read(self, stream: IO[bytes]) -> bool:
        """Read what there is; tell whether the stream has ended."""
        while True:
            try:
                chunk = os.read(stream.fileno(), _CHUNK)
            except BlockingIOError:
                return False
            if not chunk:
                return True
            *lines, self._partial[stream] = (self._partial[stream] + chunk).split(b"\n")
            for line in lines:
                self._log.write(line.decode(errors="replace"))

    def _end(self, stream: IO[bytes]) -> None:
        rest = self._partial.pop(stream)
        if rest:
            self._log.write(rest.decode(errors="replace"))
        self._selector.unregister(stream)
        stream.close()
