"""How fast to put: an even pace without bursts."""

from collections.abc import Callable


class Pace:
    """At most so many events a second, evenly spread; what a wait has cost is not made up for by a burst.

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
        # Sleeping overshoots; so much of it is made up for, that the rate is met, and no more.
        self._next_at = max(self._next_at, now - 0.05) + self._interval
        return 0.0
