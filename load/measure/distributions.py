"""Distributions of what was measured: HdrHistograms of one resolution, in blocks that tell the noise.

Gil Tene's HdrHistogram (hdrhistogram.org) keeps every value to a number of significant digits in constant memory, and
histograms are added up without loss, so that processes and blocks can be joined.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

from hdrh.histogram import HdrHistogram

from load.report.histograms import decoded
from load.report.model import Distribution, Unit

SIGNIFICANT_DIGITS: Final = 3

_SCALES: Final[dict[Unit, float]] = {"s": 1e-6, "events": 1.0, "records": 1.0, "bytes": 1.0}
_HIGHEST: Final = 10**12
"""In steps of the scale: eleven days of microseconds, a terabyte."""


class Measured:
    """Values of one kind, in blocks.

    Args:
        unit: of the values.
        blocks: how many blocks there are.
    """

    def __init__(self, unit: Unit, blocks: int = 1) -> None:
        self.unit: Final[Unit] = unit
        self.scale: Final = _SCALES[unit]
        self._blocks = [_histogram() for _ in range(blocks)]

    def record(self, value: float, *, block: int = 0, times: int = 1) -> None:
        """Take a value; below 0 counts as 0, which the clocks of two machines can lead to."""
        self._blocks[block].record_value(min(max(0, round(value / self.scale)), _HIGHEST), times)

    def add(self, encoded: str, *, block: int = 0) -> None:
        """Take all values of an encoded histogram of the same unit."""
        self._blocks[block].add(decoded(encoded))

    def encoded(self, block: int = 0) -> str:
        """Return a block's values, for `add`."""
        return _encoded(self._blocks[block])

    @property
    def count(self) -> int:
        """How many values there are."""
        return sum(int(each.get_total_count()) for each in self._blocks)

    def quantiles(self, *fractions: float) -> list[float]:
        """Return quantiles of all values; nothing without any."""
        if not self.count:
            return []
        whole = self._blocks[0] if len(self._blocks) == 1 else merged(self._blocks)
        return [each * self.scale for each in quantiles(whole, fractions)]

    def distribution(self) -> Distribution | None:
        """Return what the report holds of it; None without values."""
        if not self.count:
            return None
        whole = merged(self._blocks)
        found = steps(whole)
        p50, p90, p95, p99, p999 = (each * self.scale for each in _quantiles(found, (0.5, 0.9, 0.95, 0.99, 0.999)))
        return Distribution(
            unit=self.unit,
            count=self.count,
            mean=sum(value * times for value, times in found) / self.count * self.scale,
            min=whole.get_min_value() * self.scale,
            p50=p50,
            p90=p90,
            p95=p95,
            p99=p99,
            p999=p999,
            max=whole.get_max_value() * self.scale,
            histogram=_encoded(whole),
            scale=self.scale,
            blocks=tuple(_encoded(each) for each in self._blocks if each.get_total_count())
            if len(self._blocks) > 1
            else (),
        )


def merged(histograms: Iterable[HdrHistogram]) -> HdrHistogram:
    """Return a histogram of all values of some."""
    whole = _histogram()
    for each in histograms:
        whole.add(each)
    return whole


def quantiles(histogram: HdrHistogram, fractions: Sequence[float]) -> list[int]:
    """Return quantiles in steps of the scale, as HdrHistogram has them; of no values, all are 0.

    Its own method looks at each of its 30,000 counts from Python, once for each quantile.
    """
    return _quantiles(steps(histogram), fractions)


def _quantiles(found: Sequence[tuple[int, int]], fractions: Sequence[float]) -> list[int]:
    if not found:
        return [0] * len(fractions)
    until = list(accumulate(times for _, times in found))
    return [found[bisect_left(until, max(1, int(each * until[-1] + 0.5)))][0] for each in fractions]


def quantile(histogram: HdrHistogram, fraction: float) -> int:
    """Return one quantile, as `quantiles` does."""
    return quantiles(histogram, [fraction])[0]


def steps(histogram: HdrHistogram) -> Sequence[tuple[int, int]]:
    """Return the values that occur, in steps of the scale, and how often, lowest first."""
    counts: list[int] = histogram.counts[:]
    return [
        (int(histogram.get_highest_equivalent_value(histogram.get_value_from_index(index))), count)
        for index, count in enumerate(counts)
        if count
    ]


def _histogram() -> HdrHistogram:
    return HdrHistogram(1, _HIGHEST, SIGNIFICANT_DIGITS)


def _encoded(histogram: HdrHistogram) -> str:
    text: bytes = histogram.encode()
    return text.decode("ascii")
