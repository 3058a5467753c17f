"""Counting what is measured, compactly."""

from math import frexp, ldexp, nan
from typing import Final

from penstock.delivery.distribution import Distribution

_MOST_VALUE: Final = 2.0**40
_LEAST_VALUE: Final = 2.0**-20  # a microsecond; what is smaller counts as nothing


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
        value = max(float(value), 0.0)
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
