"""How likely chance alone makes a difference so large: permutation tests (Good, "Permutation Tests", 2000).

Both take it that values are independent of each other. Where each is like the one before it, a difference is called
one too often.
"""

from collections.abc import Sequence
from itertools import product
from random import Random
from statistics import fmean
from typing import Final

DEALS: Final = 2_000
_ALIKE: Final = 1e-9
"""Relative: sums of floats in another order."""


def dealt(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the share of deals of all values to two sets that separates their means as far.

    If nothing differs but chance, it does not matter which value is of which set.
    """
    values, mean = [*before, *after], fmean([*before, *after])
    # Of two sets that share one sum, the means are the further apart the further one sum is from its share.
    found = abs(sum(before) - len(before) * mean)
    random = Random("deals")
    as_far = 1  # the deal that was found is one of those possible
    for _ in range(DEALS):
        as_far += abs(sum(random.sample(values, len(before))) - len(before) * mean) >= found * (1 - _ALIKE)
    return as_far / (DEALS + 1)


def flipped(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the share of ways to swap the values of pairs that puts the sums as far apart.

    If nothing differs but chance, it does not matter which value of a pair is of which set. What all pairs go through
    together, as a day's wave, is in no difference. All ways are tried, 512 of ten pairs: half are the others' mirror.
    """
    first, *others = (one - other for one, other in zip(before, after, strict=True))
    found = abs(first + sum(others))
    sums = [
        first + sum(sign * each for sign, each in zip(signs, others, strict=True))
        for signs in product((1, -1), repeat=len(others))
    ]
    return sum(abs(each) >= found * (1 - _ALIKE) for each in sums) / len(sums)
