"""What is to be expected of places that were not looked at, from those that were: Gaussian process regression.

(C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006, chapter 2.) The covariance is a
product over the axes of one plus a term that falls with the distance on that axis, so that what is learnt is, most of
all, what each axis adds by itself, then what pairs of axes add, and so on (N. Durrande, D. Ginsbourger and O. Roustant,
"Additive covariance kernels for high-dimensional Gaussian process modeling", 2012).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, prod, sqrt
from operator import getitem, mul
from typing import Final

from load.tuning.space import Place

WEIGHT: Final = 1.5
"""Of all axes' terms together: sums of what each axis adds then make up most of what varies."""
REACH: Final = 5.0
"""Steps of an axis over which what is known falls to 1 / e. By its exponential, not a smoother one: windows drift past
each other, so that neighbours may differ by a jump."""
NOISE: Final = 1e-4
"""Of the variance: what no place tells of another."""
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
    """Learns figures of places, all by one covariance; takes time with the square of what it has learnt."""

    def __init__(self, lengths: Sequence[int], means: Sequence[float]) -> None:
        """Know nothing but how many choices each axis has, and what the figures are on average."""
        part = WEIGHT / len(lengths)
        near = [(1 + part * exp(-steps / REACH)) / (1 + part) for steps in range(max(lengths))]
        self._near = [[[near[abs(i - j)] for j in range(length)] for i in range(length)] for length in lengths]
        self._means = list(means)
        self._expected: dict[Place, Expected] = {}
        self._learnt: list[tuple[Place, list[float], float, list[float]]] = []
        """Each place with its row of the Cholesky factor, the diagonal there, and by how much each figure surprised."""
        self._surprise = [0.0 for _ in means]
        self.scale = [1.0 for _ in means]
        """The standard deviation of each figure where nothing is known, the likeliest by the surprises so far."""

    def learn(self, place: Place, figures: Sequence[float]) -> None:
        """Take in the figures of a place."""
        known = self.expected(place)
        diagonal = sqrt(known.variance + NOISE)
        surprises = [(figure - mean) / diagonal for figure, mean in zip(figures, known.figures, strict=True)]
        self._learnt.append((place, known.row.copy(), diagonal, surprises))
        self._surprise = [total + each * each for total, each in zip(self._surprise, surprises, strict=True)]
        self.scale = [max(sqrt(total / len(self._learnt)), _LEAST) for total in self._surprise]

    def expected(self, place: Place) -> Expected:
        """Return what is expected of a place."""
        known = self._expected.get(place)
        if known is None:
            known = self._expected[place] = Expected(self._means.copy(), 1.0, [])
        row, figures = known.row, known.figures
        if len(row) == len(self._learnt):
            return known
        near = [axis[index] for axis, index in zip(self._near, place, strict=True)]
        for other, others, diagonal, surprises in self._learnt[len(row) :]:
            entry = (prod(map(getitem, near, other)) - sum(map(mul, row, others))) / diagonal
            row.append(entry)
            known.variance -= entry * entry
            for index, surprise in enumerate(surprises):
                figures[index] += entry * surprise
        return known
