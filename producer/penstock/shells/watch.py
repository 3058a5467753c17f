"""The watchdog in a shell: shown the core's signs and those of the callbacks, heard in the log."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from penstock.delivery.watchdog import Remark, Watchdog
from penstock.shells.logging_safely import log_safely
from penstock.shells.setup import Setup

_logger = logging.getLogger("penstock")


class Watch:
    """Lets a shell look whether anything stalls, whenever it polls the core. It has no thread and no timer of its own.

    Args:
        setup: whose core is watched, for how long, and for which stream.

    Attributes:
        callbacks: how many of callers' callbacks were handed to the thread that runs them.
    """

    def __init__(self, setup: Setup) -> None:
        seconds = setup.config.stall_seconds
        self._watchdog = None if seconds is None else Watchdog(setup.stream, seconds)
        self._delivery = setup.delivery
        self._finished = 0
        self._running_since: float | None = None
        self.callbacks = 0

    def run(self, callback: Callable[[], None]) -> None:
        """Run a callback, with an eye on how long it takes. On the one thread that runs callbacks."""
        self._running_since = time.monotonic()
        try:
            callback()
        finally:
            self._running_since = None
            self._finished += 1

    def look(self, now: float) -> list[Remark]:
        """Return what is to be said, by ``say``, outside of the lock. Under the lock."""
        if self._watchdog is None or not self._watchdog.due(now):
            return []
        since = self._running_since
        signs = replace(
            self._delivery.signs(now),
            callbacks=self.callbacks - self._finished,
            callback_seconds=None if since is None else now - since,
        )
        return self._watchdog.check(signs, now)

    def wake_at(self, wake_at: float | None) -> float | None:
        """Return when to look, or ``wake_at`` (when to poll, none for never) if that is sooner. Under the lock."""
        if self._watchdog is None or not (self._delivery.busy or self.callbacks > self._finished):
            return wake_at
        return self._watchdog.check_at if wake_at is None else min(wake_at, self._watchdog.check_at)


def say(remarks: list[Remark]) -> None:
    """Log what the watchdog has to say."""
    for remark in remarks:
        log_safely(_logger.log, remark.level, "%s", remark.text)
