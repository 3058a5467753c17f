"""What axes weigh in the covariance: those that change much by themselves change much together.

So what was seen along single axes tells where pairs of them are to be learnt, in place of a likelihood's maximum over a
parameter an axis (automatic relevance determination), which takes more looks than there are and more time.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import sqrt
from statistics import pstdev
from typing import Final

from load.tuning.space import Place

WEIGHT: Final = 1.5
"""Of all axes together: sums of what each axis adds then make up most of what varies."""
EVEN: Final = 0.5
"""Of that, what is the same for all of them: an axis that changes nothing by itself may do so beside others."""


def weights(figures: Mapping[Place, Sequence[float]]) -> list[float]:
    """Return what each axis weighs by the figures of some places, of which many differ on one axis alone."""
    length = len(next(iter(figures)))
    scales = [pstdev(each) or 1.0 for each in zip(*figures.values(), strict=True)]
    squares: list[list[float]] = [[] for _ in range(length)]
    for one, other in combinations(figures, 2):
        differing = [axis for axis in range(length) if one[axis] != other[axis]]
        if len(differing) == 1:
            both = zip(figures[one], figures[other], scales, strict=True)
            squares[differing[0]].append(sum(((mine - its) / scale) ** 2 for mine, its, scale in both))
    moved = [sqrt(sum(each) / len(each)) if each else 0.0 for each in squares]
    whole = sum(moved) or 1.0
    return [WEIGHT * (EVEN / length + (1 - EVEN) * each / whole) for each in moved]
