"""How abnormal a count is, seen from its own past: pure.

Counts are compared on a scale on which chance has the same size everywhere: ``2 * sqrt(count + 3/8)``. A Poisson count
of any mean above about 4 has a standard deviation of 1 there, and a smaller one less (F. J. Anscombe, "The
transformation of Poisson, binomial and negative-binomial data", Biometrika 35, 1948). On that scale the past has a
centre, its median, and a spread, its median absolute deviation; both stay put while less than half of the past is
itself abnormal, which is why an earlier surge hides no later one (F. R. Hampel, "The influence curve and its role in
robust estimation", JASA 69, 1974; B. Iglewicz and D. Hoaglin, "How to detect and handle outliers", 1993, whose
"modified z-score" this is). The score is how many spreads the count lies above the centre.

The spread is never taken for less than what chance alone brings, so twelve equal counts, or none at all, are no
certainty. And chance is more than Poisson's where counts are large: people follow each other. A count that varies by a
share `LOOSENESS` of its mean besides has the negative binomial's variance, ``mean + (LOOSENESS * mean) ** 2``, which is
``1 + LOOSENESS ** 2 * mean`` on this scale.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import median
from typing import Final, NamedTuple

LEAST_PAST: Final = 6
"""Fewer counts say too little of what is usual: no score. A new stack is silent at first."""

LOOSENESS: Final = 0.1
"""A tenth more or less is no news, however sure the count."""

MEDIAN_DEVIATION_OF_NORMAL: Final = 0.6745
"""The median absolute deviation of a normal distribution with standard deviation 1."""

MOST_GROWTH: Final = 10.0
"""Where everything else was counted this many times less, the pipeline or its sources stood still: no comparison."""

SMALL_REST: Final = 20
"""Added to both sides of a comparison of everything else, so that growth from 1 to 3 is not a tripling. And where less
than this is counted of everything else now, it can't tell growth or a standstill from news of one value."""


class Score(NamedTuple):
    """What a count is like next to its past."""

    score: float
    """Spreads above the centre."""
    usual: float
    """The count that the past lets expect."""
    spread: float
    """On the scale of `even`."""


def even(count: float) -> float:
    """Return a count on the scale on which chance is 1.

    >>> round(even(100) - even(81), 2)
    1.99
    """
    return 2 * sqrt(count + 0.375)


def uneven(level: float) -> float:
    """Return the count that `even` puts at `level`."""
    return max((level / 2) ** 2 - 0.375, 0.0)


def growth(rest: int, past_rest: int) -> float | None:
    """Return by what the past must be multiplied to be compared with now, or None if it can't be compared.

    Args:
        rest: What was counted now of all other values of the dimension.
        past_rest: What was counted of them then.

    Growth that everything shares, as every morning's, is no news of one value. Decline is left out of account: a value
    that stays where it was is no news either.
    """
    if rest > MOST_GROWTH * past_rest:
        return None
    return max((rest + SMALL_REST) / (past_rest + SMALL_REST), 1.0)


def score(count: int, past: Sequence[float]) -> Score | None:
    """Judge `count` by what was counted in windows of the same length before it.

    Args:
        count: What was counted now.
        past: Earlier counts, in any order, each multiplied by the `growth` since.

    Returns:
        The score, or None where the past is too short.

    >>> score(40, [10, 12, 9, 11, 10, 8, 12]).usual
    10.0
    >>> score(40, [10, 12])
    """
    if len(past) < LEAST_PAST:
        return None
    levels = [even(each) for each in past]
    centre = median(levels)
    usual = uneven(centre)
    deviation = median([abs(level - centre) for level in levels]) / MEDIAN_DEVIATION_OF_NORMAL
    return _score(count, centre, max(deviation, _chance(usual)))


def score_against(count: int, other: float, spread: float) -> Score:
    """Judge `count` by one other count, like that of the same time yesterday, with the `spread` of a score."""
    return _score(count, even(other), max(spread, _chance(other)))


def _score(count: int, centre: float, spread: float) -> Score:
    return Score((even(count) - centre) / spread, uneven(centre), spread)


def _chance(mean: float) -> float:
    return sqrt(1 + LOOSENESS**2 * mean)
