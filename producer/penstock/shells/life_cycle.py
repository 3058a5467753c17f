"""What happens to producers when their process forks or ends.

At the interpreter's exit, exit handlers run after the threads that hold the process have ended, while daemon threads
still run: so producers can send what they hold. No thread can be started any more by then (since Python 3.12), nor
has a pool of ``concurrent.futures`` worked since the main thread ended, so shells have all their threads before.
"""

import atexit
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol
from weakref import WeakValueDictionary

from penstock.shells.logging_safely import log_safely

_logger = logging.getLogger("penstock")


class Shell(Protocol):
    """What drives a producer's core, as far as the end of its process concerns it.

    Attributes:
        drain_at_exit: the producer's option.
        drain_on_sigterm: the producer's option.
        close_timeout: the producer's ``close_timeout_seconds``.
        ended: whether it has nothing to send any more.
    """

    drain_at_exit: bool
    drain_on_sigterm: bool
    close_timeout: float | None
    ended: bool

    def begin_drain(self, *, terminating: bool) -> None:
        """Take no more events and send those there are; return at once. Called by any thread.

        Args:
            terminating: whether the process is about to end, as far as is known. Then whoever puts an event waits for
                ``resume`` instead of being refused, since the refusal could end the process first, in another way.
        """

    def end_drain(self, timeout: float | None) -> None:
        """Wait for what ``begin_drain`` began, give up the rest, and end."""

    def resume(self) -> None:
        """Refuse the events that waited: the process goes on."""

    def after_fork(self) -> None:
        """Take note of being the copy in a forked process, which has none of the threads."""


# By id: its values can be listed, at once for any thread, while other threads add theirs.
_shells: Final[WeakValueDictionary[int, Shell]] = WeakValueDictionary()
# The process whose end multiprocessing tells of, if it does.
_finalized_process: Final[list[int]] = []


def register(shell: Shell) -> None:
    """Have a shell told of the process's fork and end, until nothing else refers to it."""
    _shells[id(shell)] = shell
    _register_with_multiprocessing()


def open_shells() -> list[Shell]:
    """Return the shells that may have something to send. Takes no lock, so that a signal handler can call it."""
    return [shell for shell in _known_shells() if not shell.ended]


def drain(shells: Sequence[Shell], *, terminating: bool) -> None:
    """Have shells send what they hold, side by side, each for its ``close_timeout`` at most."""
    began = time.monotonic()
    for shell in shells:
        with _broken_down():
            shell.begin_drain(terminating=terminating)
    for shell in shells:
        timeout = shell.close_timeout
        with _broken_down():
            shell.end_drain(None if timeout is None else max(timeout - (time.monotonic() - began), 0.0))


@contextmanager
def _broken_down() -> Iterator[None]:
    """Let a defect of one shell, which is logged, not keep the others from draining."""
    try:
        yield
    except Exception:  # noqa: BLE001 - it is logged
        log_safely(_logger.exception, "a producer broke down while it sent its last events")


def _known_shells() -> list[Shell]:
    return [shell for reference in _shells.valuerefs() if (shell := reference()) is not None]


def _after_fork() -> None:
    for shell in _known_shells():
        shell.after_fork()


def _register_with_multiprocessing() -> None:
    """Have producers drained at the end of a child of ``multiprocessing``, which may leave exit handlers out.

    Not all versions of Python call them there (CPython issue 83856), but all call the finalizers of its own.
    """
    if "multiprocessing" not in sys.modules:
        return
    from multiprocessing import parent_process
    from multiprocessing.util import Finalize

    if parent_process() is not None and _finalized_process != [os.getpid()]:
        _finalized_process[:] = [os.getpid()]
        Finalize(None, _at_exit, exitpriority=100)


def _at_exit() -> None:
    drain([shell for shell in open_shells() if shell.drain_at_exit], terminating=False)


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
