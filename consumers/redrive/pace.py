"""How fast to send: an even pace, so that a redrive leaves the stream's room to what is new."""

from collections.abc import Callable
from typing import Final

LEAST_RATE: Final = 0.1
"""Fewest events a second that can be asked for, so that a function's time does not run out in a single wait."""
OVERSHOOT_SECONDS: Final = 0.05
"""How late a turn may be and the next still be due as if it had not been: sleeping takes a little longer than asked."""


class Pace:
    """At most so many events a second. What a wait overshoots is made up for; a pause is not followed by a burst."""

    def __init__(self, rate: float | None, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Allow `rate` events a second, or any number if it is None; `monotonic` and `sleep` are in seconds."""
        self._interval = 0.0 if rate is None else 1.0 / rate
        self._monotonic = monotonic
        self._sleep = sleep
        self._due = float("-inf")

    def wait(self) -> None:
        """Wait for the next event's turn."""
        if not self._interval:
            return
        now = self._monotonic()
        if self._due > now:
            self._sleep(self._due - now)
        self._due = self._interval + (self._due if self._due >= now - OVERSHOOT_SECONDS else now)
