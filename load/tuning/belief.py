"""What is to be expected of places that were not looked at, from those that were: Gaussian process regression.

(C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006, chapter 2.) The covariance is a
product over the axes of one plus a term that falls with the distance on that axis, so that what is learnt is, most of
all, what each axis adds by itself, then what pairs of axes add, and so on (N. Durrande, D. Ginsbourger and O. Roustant,
"Additive covariance kernels for high-dimensional Gaussian process modeling", 2012).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt
from operator import mul
from statistics import fmean
from typing import Final

from load.tuning.space import Place

REACH: Final = 3.0
"""Steps of an axis over which what is known falls to 1 / e. By its exponential, not a smoother one: windows drift past
each other, so that neighbours may differ by a jump."""
NOISE: Final = 1e-2
"""Of the variance: what no place tells of another, as windows that drift past each other meet by chance. Of the
standard deviation it is a tenth, about as much as another seed changes."""
_LEAST: Final = 1e-9


@dataclass(slots=True)
class Expected:
    """What is expected of one place.

    Attributes:
        figures: the mean of each figure.
        variance: in units of `Belief.scale`, squared.
        row: of the covariance's Cholesky factor, as far as it was needed.
    """

    figures: list[float]
    variance: float
    row: list[float]


class Belief:
    """Learns figures of places, all by one covariance.

    A place takes time with the square of what was learnt; one that was asked for since the last but one was learnt,
    with what was learnt since. Others are forgotten, so that memory does not grow with the number of looks.
    """

    def __init__(self, lengths: Sequence[int], weights: Sequence[float], means: Sequence[float]) -> None:
        """Know nothing but how many choices each axis has, what it weighs, and what the figures are on average."""
        self._near = [
            [(1 + weight * exp(-steps / REACH)) / (1 + weight) for steps in range(length)]
            for weight, length in zip(weights, lengths, strict=True)
        ]
        """For each axis, how near places are by the steps between them."""
        self._axes: list[list[list[float]]] = [[[] for _ in range(length)] for length in lengths]
        """For each axis and each of its choices, how near the places that were learnt are on that axis."""
        self._means = list(means)
        self._asked: dict[Place, Expected] = {}
        self._asked_before: dict[Place, Expected] = {}
        self._learnt: list[tuple[list[float], float]] = []
        """Of each place its row of the Cholesky factor, and the diagonal there."""
        self._surprises: list[list[float]] = [[] for _ in means]
        """By how much each figure of each place surprised, in parts of the diagonal."""
        self.scale = [1.0 for _ in means]
        """The standard deviation of each figure where nothing is known, the likeliest by the surprises so far."""

    def learn(self, place: Place, figures: Sequence[float]) -> None:
        """Take in the figures of a place."""
        known = self.expected(place)
        diagonal = sqrt(known.variance + NOISE)
        for surprises, figure, mean in zip(self._surprises, figures, known.figures, strict=True):
            surprises.append((figure - mean) / diagonal)
        self._learnt.append((known.row.copy(), diagonal))
        for axis, by_steps, index in zip(self._axes, self._near, place, strict=True):
            for choice, near in enumerate(axis):
                near.append(by_steps[abs(choice - index)])
        self.scale = [max(sqrt(fmean(map(mul, each, each))), _LEAST) for each in self._surprises]
        self._asked_before, self._asked = self._asked, {}

    def expected(self, place: Place) -> Expected:
        """Return what is expected of a place."""
        known = self._asked.get(place)
        if known is None:
            known = self._asked_before.get(place) or Expected(self._means.copy(), 1.0, [])
            self._asked[place] = known
        row, begin = known.row, len(known.row)
        if begin == len(self._learnt):
            return known
        near, *others = (axis[index][begin:] for axis, index in zip(self._axes, place, strict=True))
        for other in others:
            near = list(map(mul, near, other))
        for entry, (factors, diagonal) in zip(near, self._learnt[begin:], strict=True):
            row.append((entry - sum(map(mul, factors, row))) / diagonal)
        entries = row[begin:]
        known.variance -= sum(map(mul, entries, entries))
        for index, surprises in enumerate(self._surprises):
            known.figures[index] += sum(map(mul, entries, surprises[begin:]))
        return known
