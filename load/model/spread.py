"""A distribution of seconds to which whole stretches are added at once."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate, pairwise
from math import ceil
from typing import Final

STEP: Final = 0.01
STEPS: Final = 60_000
"""Ten minutes; what takes longer is counted there."""
_NOTHING: Final = 1e-9
"""Weight of a step that is what sums of floats leave."""


class Spread:
    """How much took how long."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rises: defaultdict[int, float] = defaultdict(float)
        """By how much more each step from this one on weighs than those before it."""
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
        """Return quantiles, for fractions that rise; zeros of nothing.

        They are the middles of steps, but never longer than the longest time there is.
        """
        wanted = [fraction * self.weight - _NOTHING for fraction in fractions]
        found: list[float] = []
        before = last = 0.0
        for first, steps, each in self._stretches():
            while len(found) < len(wanted) and before + steps * each >= wanted[len(found)]:
                found.append((first + max(ceil((wanted[len(found)] - before) / each), 1) - 0.5) * STEP)
            before += steps * each
            last = (first + steps - 0.5) * STEP
        # Sums of floats may leave the whole just below what is wanted of it.
        found += [last] * (len(wanted) - len(found))
        return [min(each, self.longest) for each in found]

    def steps(self) -> Iterator[tuple[float, float]]:
        """Yield times, and how much took as long."""
        for first, steps, each in self._stretches():
            for step in range(first, first + steps):
                yield (step + 0.5) * STEP, each

    def _stretches(self) -> Iterator[tuple[int, int, float]]:
        """Yield the first of steps that weigh the same, how many these are, and the weight of each."""
        rises = sorted(self._rises.items())
        levels = accumulate(rise for _, rise in rises)
        for ((first, _), (end, _)), each in zip(pairwise(rises), levels, strict=False):
            if each > _NOTHING:
                yield first, end - first, each
