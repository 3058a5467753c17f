"""How much a look at a place promises: by how much it may better the best, and whether it will meet the goal.

Expected improvement, times the probability that the constraints are kept (M. Schonlau, W. J. Welch and D. R. Jones,
"Global versus local search in constrained optimization of computer models", 1998).
"""

from collections.abc import Iterable, Mapping
from math import exp, hypot, log, log1p, sqrt
from statistics import NormalDist, fmean
from typing import Final, NamedTuple

from load.tuning.belief import NOISE, Belief
from load.tuning.evaluation import Judged, violation
from load.tuning.goal import Goal, Strategy
from load.tuning.space import Place, Space
from load.tuning.weights import weights

WEIGHED: Final = 2
"""Of the figures, the first ones: what is to be least and what the goal bounds tell which axes matter."""
_NORMAL: Final = NormalDist()
_LATEST: Final = 10.0
"""Times the goal, or the freshest there is if that is later: whatever is later still is as bad."""
_HOPELESS: Final = 8.0
"""Standard deviations, beyond which nothing is promised."""
_LEAST: Final = 1e-9
"""Above 0, so that it has a logarithm."""


def aim(strategy: Strategy, month: float, freshness: float) -> float:
    """Return what is to be least among those that meet the goal."""
    match strategy:
        case "cost":
            return month
        case "speed":
            return freshness
        case "balanced":
            return month * freshness


class Figures(NamedTuple):
    """What is learnt of a place, in logarithms.

    Attributes:
        least: of what is to be least.
        late: of the freshness in parts of the goal, and used: of how full the fullest limit is; 0 is just allowed.
        over: of one more than what all limits together are exceeded by, so that it falls when one is kept though
            another is not.
    """

    least: float
    late: float
    used: float
    over: float


class Promise:
    """Learns from what was judged, and tells how much other places promise."""

    def __init__(self, space: Space, goal: Goal, judged: Mapping[Place, Judged]) -> None:
        """Begin with what was judged so far."""
        self.doubt = 1.0
        """Times what the regression says that it is unsure of."""
        self._goal = goal
        self._latest = _LATEST * max(goal.seconds, min(each.freshness for each in judged.values()))
        figures = [self._figures(each) for each in judged.values()]
        means = [fmean(each) for each in zip(*figures, strict=True)]
        moved = weights(dict(zip(judged, (each[:WEIGHED] for each in figures), strict=True)))
        self._belief = Belief([len(axis.choices) for axis in space.axes], moved, means)
        for place, each in judged.items():
            self.learn(place, each)

    def learn(self, place: Place, judged: Judged) -> None:
        """Take in one more place."""
        self._belief.learn(place, self._figures(judged))

    def of(self, places: Iterable[Place], best: Judged) -> dict[Place, float]:
        """Return how much a look at each place promises next to the best so far.

        That is the part of its cost (or whatever is to be least) that would be saved without missing the goal by more
        than the best does; and if that one misses it, the part of the goal that would not be missed any more, and the
        probability of meeting it.
        """
        figures = self._figures(best)
        promised = self._saving if best.meets else self._nearing
        return {place: promised(place, figures) for place in places}

    def _saving(self, place: Place, best: Figures) -> float:
        expected, deviation = self._expected(place)
        better = (best.least - expected.least) / deviation.least
        if better < -_HOPELESS:
            return 0.0
        return deviation.least * _improvement(better) * _kept(expected, deviation)

    def _nearing(self, place: Place, best: Figures) -> float:
        expected, deviation = self._expected(place)
        in_time = _NORMAL.cdf(-expected.late / deviation.late)
        # What is surely in time is no less so for being less sure of.
        of_missed = hypot(exp(expected.late) * deviation.late * (1 - in_time), exp(expected.over) * deviation.over)
        nearer = (_missed(best) - _missed(expected)) / (of_missed + _LEAST)
        if nearer < -_HOPELESS:
            return 0.0
        no_later = _NORMAL.cdf((max(best.late, 0.0) - expected.late) / deviation.late)
        no_fuller = _NORMAL.cdf((best.over - expected.over) / deviation.over)
        saved = deviation.least * _improvement((best.least - expected.least) / deviation.least)
        return of_missed * _improvement(nearer) + saved * no_later * no_fuller + _kept(expected, deviation)

    def _expected(self, place: Place) -> tuple[Figures, Figures]:
        """Return the mean and the standard deviation of each figure.

        What is to be least and the freshness have something of their own at each place; limits don't go by chance.
        """
        expected = self._belief.expected(place)
        unknown = max(expected.variance, _LEAST)
        spread, chance = self.doubt * sqrt(unknown), self.doubt * sqrt(unknown + NOISE)
        least, late, used, over = self._belief.scale
        return Figures(*expected.figures), Figures(chance * least, chance * late, spread * used, spread * over)

    def _figures(self, judged: Judged) -> Figures:
        goal = self._goal
        freshness = min(judged.freshness, self._latest)
        used = max(judged.utilisation.values()) * (1 + goal.headroom)
        figures = aim(goal.strategy, judged.month, freshness), freshness / goal.seconds, used
        least, late, full = (log(max(each, _LEAST)) for each in figures)
        return Figures(least, late, full, log1p(violation(0.0, judged.utilisation, goal)))


def _kept(expected: Figures, deviation: Figures) -> float:
    """Return the probability that the goal is met."""
    return _NORMAL.cdf(-expected.late / deviation.late) * _NORMAL.cdf(-expected.used / deviation.used)


def _missed(figures: Figures) -> float:
    """Return what is missed of the goal."""
    return max(0.0, exp(figures.late) - 1) + max(0.0, exp(figures.over) - 1)


def _improvement(better: float) -> float:
    """Return by how much a figure may be expected to better another, if it does; all in its standard deviations."""
    return better * _NORMAL.cdf(better) + _NORMAL.pdf(better)
