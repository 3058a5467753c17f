"""How measured values are spread, as it is reported."""

from dataclasses import dataclass
from math import ceil
from typing import Final

RELATIVE_ERROR: Final = 1 / 32
"""How far a bucket's value is from any value that was counted there, at most, as a share of it."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many values there were and how they are spread. Nothing was measured where ``count`` is 0.

    Attributes:
        count: how many.
        sum: all of them added up.
        min: the smallest, 0 if there is none.
        max: the largest, 0 if there is none.
        buckets: values and how often they occurred, by value. Each is within ``RELATIVE_ERROR`` of those it stands for;
            whole numbers up to 32 are exact.
    """

    count: int
    sum: float
    min: float
    max: float
    buckets: tuple[tuple[float, int], ...]

    @property
    def mean(self) -> float:
        """The average, 0 if there is no value."""
        return self.sum / self.count if self.count else 0.0

    def percentile(self, percent: float) -> float:
        """Return the value that ``percent`` (0 to 100) of all do not exceed, within ``RELATIVE_ERROR``; 0 if none."""
        rank = max(1, ceil(self.count * percent / 100))
        for value, count in self.buckets:
            rank -= count
            if rank <= 0:
                return min(max(value, self.min), self.max)
        return self.max

    def since(self, earlier: "Distribution") -> "Distribution":
        """Return the distribution of what was added after an earlier snapshot of the same measure.

        Its smallest and largest are those of its buckets, since nobody has kept them.
        """
        before = dict(earlier.buckets)
        counts = ((value, count - before.get(value, 0)) for value, count in self.buckets)
        added = tuple((value, count) for value, count in counts if count > 0)
        if not added:
            return NOTHING
        return Distribution(
            count=self.count - earlier.count,
            sum=self.sum - earlier.sum,
            min=min(max(added[0][0], self.min), self.max),
            max=max(min(added[-1][0], self.max), self.min),
            buckets=added,
        )


NOTHING: Final = Distribution(0, 0.0, 0.0, 0.0, ())
"""The distribution of no values."""
