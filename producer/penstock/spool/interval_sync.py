"""The thread that syncs a while after something was written."""

from collections.abc import Callable
from threading import Event, Thread


class IntervalSync:
    """Calls ``sync`` some seconds after ``start``, once for all calls of ``start`` until then.

    Args:
        sync: raises nothing.
        seconds: the time between.
    """

    def __init__(self, sync: Callable[[], None], seconds: float) -> None:
        self._sync = sync
        self._seconds = seconds
        self._wanted = Event()
        self._stopped = Event()
        Thread(target=self._run, name="penstock-spool", daemon=True).start()

    def start(self) -> None:
        """Begin to count, unless it has begun."""
        self._wanted.set()

    def stop(self) -> None:
        """Call ``sync`` no more."""
        self._stopped.set()
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            if self._stopped.wait(self._seconds):
                return
            self._wanted.clear()
            self._sync()
