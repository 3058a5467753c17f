"""A distribution of seconds to which whole stretches are added at once."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

STEP: Final = 0.01
STEPS: Final = 60_000
"""Ten minutes; what takes longer is counted there."""


class Spread:
    """How much took how long."""

    def __init__(self) -> None:
        self._rises = [0.0] * (STEPS + 2)
        self.weight = 0.0
        self._sum = 0.0
        self.longest = 0.0

    def add(self, weight: float, shortest: float, longest: float) -> None:
        """Add a weight that is spread evenly from the shortest time to the longest one."""
        first = min(max(int(shortest / STEP), 0), STEPS)
        last = min(max(int(longest / STEP), first), STEPS)
        each = weight / (last - first + 1)
        self._rises[first] += each
        self._rises[last + 1] -= each
        self.weight += weight
        self._sum += weight * (shortest + longest) / 2
        self.longest = max(self.longest, longest)

    @property
    def mean(self) -> float:
        """The average, 0 of nothing."""
        return self._sum / self.weight if self.weight else 0.0

    def quantiles(self, *fractions: float) -> list[float]:
        """Return quantiles, for fractions that rise; zeros of nothing."""
        found: list[float] = []
        total = 0.0
        for step, weight in enumerate(accumulate(self._rises)):
            total += weight
            while len(found) < len(fractions) and total >= fractions[len(found)] * self.weight - 1e-9:
                found.append((step + 0.5) * STEP if self.weight else 0.0)
            if len(found) == len(fractions):
                break
        return found

    def steps(self) -> Iterator[tuple[float, float]]:
        """Yield times, and how much took as long."""
        for step, weight in enumerate(accumulate(self._rises[:-1])):
            if weight > 1e-9:
                yield (step + 0.5) * STEP, weight
