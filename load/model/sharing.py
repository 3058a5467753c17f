"""What shares one machine: each goes on at its own pace while there is room, and all at the same slower one if not."""

from collections.abc import Callable

_NOTHING = 1e-9
"""Seconds of work: less than that is none."""

Then = Callable[[float], None]
"""Goes on when something has ended, and is told when that is."""


class Shared:
    """Work that is under way: environments that start, or invocations."""

    def __init__(self, at_once: float) -> None:
        """Let `at_once` of them take no longer than one; more share what these have."""
        self._at_once = at_once
        self._now = 0.0
        self._working: list[tuple[float, Then]] = []
        """Seconds of work that are left of each, and what waits for it."""

    def begin(self, now: float, seconds: float, then: Then) -> None:
        """Begin another one, which takes so many seconds by itself."""
        self._work_until(now)
        self._working.append((seconds, then))

    def due(self) -> float:
        """Return when the next one ends, if none begins meanwhile; infinity if none is under way."""
        if not self._working:
            return float("inf")
        return self._now + min(left for left, _ in self._working) / self._pace()

    def ended(self, now: float) -> list[Then]:
        """Return what waited for those that have ended by now, in the order of their beginnings."""
        self._work_until(now)
        done = [then for left, then in self._working if left <= _NOTHING]
        self._working = [each for each in self._working if each[0] > _NOTHING]
        return done

    def _pace(self) -> float:
        number = len(self._working)
        return 1.0 if number == 1 else min(1.0, self._at_once / number)

    def _work_until(self, now: float) -> None:
        if self._working:
            work = (now - self._now) * self._pace()
            self._working = [(left - work, then) for left, then in self._working]
        self._now = now
