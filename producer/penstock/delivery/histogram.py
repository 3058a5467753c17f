"""Distributions of what is measured: compact while they grow, plain values when they are reported."""

from dataclasses import dataclass
from math import ceil, frexp, ldexp, nan
from typing import Final

RELATIVE_ERROR: Final = 1 / 32
"""How far a bucket's value is from any value that was counted there, at most, as a share of it."""

_MOST_VALUE: Final = 2.0**40
_LEAST_VALUE: Final = 2.0**-20  # a microsecond; what is smaller counts as nothing


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


class Histogram:
    """Counts values from 0 in buckets that are narrow for small and wide for large ones.

    A value is counted under the nearest number with five binary digits, as HdrHistogram does with more: 16 buckets for
    each doubling, so that a millisecond and an hour take 350 between them, and there are never more than 961.
    """

    __slots__ = ("_buckets", "_last", "_last_bucket", "_max", "_min", "_sum")

    def __init__(self) -> None:
        self._buckets: dict[float, int] = {}
        self._sum = 0.0
        self._min = self._max = 0.0
        self._last = nan  # equal to nothing
        self._last_bucket = 0.0

    def add(self, value: float) -> None:
        """Count a value; a negative one, as of a clock that was set back, as 0."""
        if value == self._last:  # as most are: no retries, the same age as the others of the call
            self._sum += value
            self._buckets[self._last_bucket] += 1
            return
        value = max(value, 0.0)
        if value < _LEAST_VALUE:
            bucket = 0.0
        else:
            mantissa, exponent = frexp(min(value, _MOST_VALUE))
            bucket = ldexp(round(mantissa * 32), exponent - 5)
        buckets = self._buckets
        if not buckets:
            self._min = self._max = value
        elif value < self._min:
            self._min = value
        elif value > self._max:
            self._max = value
        self._sum += value
        buckets[bucket] = buckets.get(bucket, 0) + 1
        self._last, self._last_bucket = value, bucket

    def snapshot(self) -> Distribution:
        """Return what was counted so far."""
        buckets = tuple(sorted(self._buckets.items()))
        return Distribution(sum(self._buckets.values()), self._sum, self._min, self._max, buckets)
