"""How fast to put: an even pace without bursts."""

from collections.abc import Callable
from typing import Final

OVERSHOOT_SECONDS: Final = 0.05
"""How late a turn may be and the next be due as if it had not been: sleeping takes a little longer than asked."""


class Pace:
    """At most so many events a second, evenly spread; a pause is not made up for by a burst.

    Args:
        rate: events per second, none for as fast as they come.
        monotonic: tells the time in seconds, from any beginning.
    """

    def __init__(self, rate: float | None, monotonic: Callable[[], float]) -> None:
        self._interval = 0.0 if rate is None else 1.0 / rate
        self._monotonic = monotonic
        self._next_at = float("-inf")

    def wait(self) -> float:
        """Return how many seconds the next event has to wait; 0 takes its turn."""
        if not self._interval:
            return 0.0
        now = self._monotonic()
        if now < self._next_at:
            return self._next_at - now
        self._next_at = self._interval + (self._next_at if self._next_at >= now - OVERSHOOT_SECONDS else now)
        return 0.0
