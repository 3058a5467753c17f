"""Interrupts of a run: SIGINT (Ctrl-C), SIGTERM, and SIGHUP, which a terminal sends that is closed."""

import signal
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Ends a run that starts; turns the first interrupt of one that feeds into a wish to end; then ends it at once."""

    def __init__(self) -> None:
        """Take the signals over, but no SIGHUP that nohup ignores. Until `heed`, each raises `KeyboardInterrupt`."""
        self.signal: int | None = None
        self._heeded = False
        self._roused: SimpleQueue[None] = SimpleQueue()  # its put may interrupt its get, an Event's set not its wait
        for number in SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)

    def heed(self) -> None:
        """Let the first interrupt be a wish from now on, and the second end the run.

        Raises:
            KeyboardInterrupt: there was one already. What was being started, other people's code, may have caught it.
        """
        self._heeded = True
        if self.wanted:
            raise KeyboardInterrupt

    @property
    def wanted(self) -> bool:
        """Whether there was an interrupt."""
        return self.signal is not None

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for an interrupt; tell whether there was one."""
        if not self.wanted:
            try:
                self._roused.get(timeout=seconds)
            except Empty:
                return self.wanted
        return True

    def _note(self, number: int, _frame: FrameType | None) -> None:
        again, self.signal = self.wanted, number
        self._roused.put(None)
        if again or not self._heeded:
            raise KeyboardInterrupt
