"""Counts by chance alone: what scores must not take for news."""

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from math import exp, lgamma, log, sqrt
from random import Random

from consumers.alerts.rules import PAST_WINDOWS
from consumers.alerts.score import score


def poisson(mean: float, random: Random) -> Callable[[], int]:
    """Return what draws Poisson counts of a mean above 0, by inverting their distribution."""
    most = int(mean + 12 * sqrt(mean) + 20)
    sums = list(accumulate(exp(count * log(mean) - mean - lgamma(count + 1)) for count in range(most)))
    return lambda: bisect(sums, random.random())


def scores(mean: float, windows: int, random: Random) -> list[float]:
    """Return the scores of so many windows, each with a past of its own of the same mean."""
    draw = poisson(mean, random)
    found = (score(draw(), [draw() for _ in range(PAST_WINDOWS)]) for _ in range(windows))
    return [each.score for each in found if each is not None]
