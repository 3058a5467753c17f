"""How much a look at a place promises: by how much it may better the best, and whether it will meet the goal.

Expected improvement, times the probability that the constraints are kept (M. Schonlau, W. J. Welch and D. R. Jones,
"Global versus local search in constrained optimization of computer models", 1998).
"""

from collections.abc import Iterable, Mapping
from math import exp, log, sqrt
from statistics import NormalDist, fmean
from typing import Final

from load.tuning.belief import Belief
from load.tuning.evaluation import Judged
from load.tuning.goal import Goal, Strategy
from load.tuning.space import Place, Space

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


class Promise:
    """Learns from what was judged, and tells how much other places promise."""

    def __init__(self, space: Space, goal: Goal, judged: Mapping[Place, Judged]) -> None:
        """Begin with what was judged so far."""
        self._goal = goal
        self._latest = _LATEST * max(goal.seconds, min(each.freshness for each in judged.values()))
        figures = [self._figures(each) for each in judged.values()]
        means = [fmean(each) for each in zip(*figures, strict=True)]
        self._belief = Belief([len(axis.choices) for axis in space.axes], means)
        for place, each in judged.items():
            self.learn(place, each)

    def learn(self, place: Place, judged: Judged) -> None:
        """Take in one more place."""
        self._belief.learn(place, self._figures(judged))

    def of(self, places: Iterable[Place], best: Judged) -> dict[Place, float]:
        """Return how much a look at each place promises next to the best so far.

        If that one meets the goal, it is the part of its cost (or whatever is to be least) that would be saved;
        otherwise the part of the goal that would not be missed any more, and the probability of meeting it.
        """
        if best.meets:
            least, *_ = self._figures(best)
            return {place: self._saving(place, least) for place in places}
        violation = best.violation
        return {place: self._nearing(place, violation) for place in places}

    def _saving(self, place: Place, best: float) -> float:
        (least, late, used), (of_least, of_late, of_used) = self._expected(place)
        better = (best - least) / of_least
        if better < -_HOPELESS or late > _HOPELESS * of_late or used > _HOPELESS * of_used:
            return 0.0
        saving = of_least * (better * _NORMAL.cdf(better) + _NORMAL.pdf(better))
        return saving * _NORMAL.cdf(-late / of_late) * _NORMAL.cdf(-used / of_used)

    def _nearing(self, place: Place, violation: float) -> float:
        (_, late, used), (_, of_late, of_used) = self._expected(place)
        # As things may be if all goes well: the mean of what is far beyond the goal tells little.
        missed = max(0.0, exp(late - of_late) - 1) + max(0.0, exp(used - of_used) - 1)
        return max(0.0, violation - missed) + _NORMAL.cdf(-late / of_late) * _NORMAL.cdf(-used / of_used)

    def _expected(self, place: Place) -> tuple[list[float], list[float]]:
        """Return the mean and the standard deviation of each figure."""
        expected = self._belief.expected(place)
        spread = sqrt(max(expected.variance, _LEAST))
        return expected.figures, [spread * each for each in self._belief.scale]

    def _figures(self, judged: Judged) -> tuple[float, float, float]:
        """Return logarithms of what is to be least, of the goal's time, and of the fullest limit; 0 is just allowed."""
        goal = self._goal
        freshness = min(judged.freshness, self._latest)
        used = max(judged.utilisation.values()) * (1 + goal.headroom)
        figures = aim(goal.strategy, judged.month, freshness), freshness / goal.seconds, used
        least, late, full = (log(max(each, _LEAST)) for each in figures)
        return least, late, full
