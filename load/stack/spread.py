"""Distributions out of CloudWatch's statistics: a minute's least, percentiles and most, joined by straight lines.

CloudWatch keeps no values, and percentiles of minutes can't be added up; so each minute's values are taken to lie
evenly between its percentiles. What comes out is true at the percentiles of a single minute, and close between them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from load.measure.distributions import Measured
from load.report.model import Distribution, Unit

SHARES: Final = {"Minimum": 0.0, "p10": 0.1, "p50": 0.5, "p90": 0.9, "p99": 0.99, "Maximum": 1.0}
"""What part of a minute's values lies below each statistic."""
STEPS: Final = 100
"""Values that stand for those of a minute, at most."""


def spread(minutes: Mapping[str, Mapping[int, float]], unit: Unit, *, scale: float = 1.0) -> Distribution | None:
    """Return the distribution of some minutes' values; None without any.

    Args:
        minutes: by statistic (those of `SHARES`, and ``SampleCount``), values by minute.
        unit: of the distribution.
        scale: what 1 of CloudWatch's values is in `unit`.
    """
    measured = Measured(unit)
    for minute, count in minutes.get("SampleCount", {}).items():
        known = [(share, minutes[name][minute]) for name, share in SHARES.items() if minute in minutes.get(name, {})]
        if known:
            for value, times in _values(known, round(count)):
                measured.record(value * scale, times=times)
    return measured.distribution()


def _values(known: list[tuple[float, float]], count: int) -> Iterator[tuple[float, int]]:
    """Yield values and how often each came, `count` in all; the least and the most are among them."""
    steps = min(count, STEPS)
    for step in range(steps):
        times = count * (step + 1) // steps - count * step // steps
        yield _at(known, step / (steps - 1) if steps > 1 else 0.5), times


def _at(known: list[tuple[float, float]], share: float) -> float:
    left = known[0]
    for right in known:
        if right[0] >= share:
            if right[0] == left[0]:
                return right[1]
            return left[1] + (right[1] - left[1]) * (share - left[0]) / (right[0] - left[0])
        left = right
    return left[1]
