"""SIGTERM: producers that ask for it are drained, then happens what the signal did before.

A signal's handler interrupts the main thread anywhere, be it while that holds the very lock that draining needs. So
this one waits for nothing: it wakes a thread that drains, and returns. When that is done, the thread sends the
signal again, and the handler lets it have its former effect.
"""

import logging
import os
import signal
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread, main_thread
from types import FrameType
from typing import Any, Final

from penstock.errors import ConfigurationError
from penstock.shells import life_cycle
from penstock.shells.deadlines import GRACE_SECONDS

_logger = logging.getLogger("penstock")

_ATTEMPTS: Final = 50


class Termination:
    """What SIGTERM does in this process."""

    def __init__(self) -> None:
        self._former: Callable[[int, FrameType | None], Any] | int = signal.SIG_DFL
        self._reset()

    def _reset(self) -> None:
        self._starting = Lock()
        self._drainer: Thread | None = None
        self._draining = self._drained = False
        self._received: SimpleQueue[None] = SimpleQueue()
        self._passing_on: SimpleQueue[None] = SimpleQueue()
        self._passed_on: SimpleQueue[None] = SimpleQueue()

    def take_over(self) -> None:
        """Have SIGTERM drain the producers that ask for it. Does nothing if it does already.

        Raises:
            ConfigurationError: if this is not the main thread, where alone Python sets handlers, or the present
                handler is unknown to Python, so that it could not be called in its turn.
        """
        former = signal.getsignal(signal.SIGTERM)
        if former is None:
            raise ConfigurationError(
                "drain_on_sigterm=True cannot keep the present handler of SIGTERM, which was not set from Python: "
                "set the option to False, and close the producer when the signal has ended what puts"
            )
        if former != self._handle:
            try:
                signal.signal(signal.SIGTERM, self._handle)
            except ValueError as error:
                raise ConfigurationError(
                    "drain_on_sigterm=True needs the producer to be made on the main thread, where alone Python sets "
                    "signal handlers: make it there, or set the option to False"
                ) from error
            self._former = former
        with self._starting:
            if self._drainer is None:
                self._drainer = Thread(target=self._drain, name="penstock-sigterm", daemon=True)
                self._drainer.start()

    def after_fork(self) -> None:
        """Take note of being the copy in a forked process, which has no thread and nothing to drain yet."""
        self._reset()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        # No locks here, but for those of SimpleQueue, whose put may interrupt itself.
        if self._drained or not self._to_drain():
            self._pass_on(number, frame)
        elif not self._draining:
            self._draining = True
            self._received.put(None)
        # Otherwise the signal came twice, as it does when a supervisor sends it both to a group and to its head.

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        self._draining = self._drained = False
        self._passing_on.put(None)
        former = self._former
        try:
            if callable(former):
                former(number, frame)
            elif former == signal.SIG_DFL:
                signal.signal(number, signal.SIG_DFL)
                signal.raise_signal(number)
        finally:
            self._passed_on.put(None)

    @staticmethod
    def _to_drain() -> list[life_cycle.Shell]:
        return [shell for shell in life_cycle.open_shells() if shell.drain_on_sigterm]

    def _drain(self) -> None:
        while True:
            self._received.get()
            shells = self._to_drain()
            try:
                life_cycle.drain(shells, terminating=True)
            except Exception:
                _logger.exception("draining on SIGTERM broke down")  # a defect; the signal has its effect all the same
            self._let_pass()
            for shell in shells:
                shell.resume()

    def _let_pass(self) -> None:
        """Have the signal have its former effect, and wait until it has, if it is one that passes."""
        self._passing_on, self._passed_on = SimpleQueue(), SimpleQueue()
        self._drained = True
        for _ in range(_ATTEMPTS):
            # One that comes just before the main thread begins to wait for something does not end that wait.
            if self._drained:
                _signal_main_thread()
            if _comes(self._passing_on, within=GRACE_SECONDS / _ATTEMPTS):
                _comes(self._passed_on, within=GRACE_SECONDS)  # it may itself wait for those who put
                return
        self._draining = self._drained = False  # somebody has replaced the handler


def _comes(queue: SimpleQueue[None], *, within: float) -> bool:
    try:
        queue.get(timeout=within)
    except Empty:
        return False
    return True


def _signal_main_thread() -> None:
    thread = main_thread().ident
    if hasattr(signal, "pthread_kill") and thread is not None:
        signal.pthread_kill(thread, signal.SIGTERM)  # also out of a call that waits
    else:  # Windows
        signal.raise_signal(signal.SIGTERM)


termination: Final = Termination()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=termination.after_fork)
