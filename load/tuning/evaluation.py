"""Judging one configuration by the model: what it costs, how fresh it is, whether it meets the goal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from load.calibration.calibration import Calibration
from load.configuration import Configuration
from load.model.outcome import Constraint, Outcome
from load.model.run import simulate
from load.model.surroundings import Surroundings
from load.model.traffic import Traffic
from load.prices.cost import Cost, cost
from load.prices.table import Prices
from load.tuning.goal import Goal
from load.workload.shapes import steady

SEARCH_SECONDS: Final = 240.0
"""Simulated of each configuration that a search looks at: whole minutes, and long enough that windows and polls, which
drift past each other, meet in many ways."""
MANY_EVENTS: Final = 100_000.0
"""A second: from there on there are so many batches that a minute is enough."""
LEAST_RATE: Final = 0.1
"""Events a second that a trough is taken for at least."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One configuration under one goal."""

    configuration: Configuration
    cost: Cost
    freshness: float
    """Seconds until the lists, the last of all answers, have an event: at the goal's percentile, at the peak."""
    utilisation: dict[Constraint, float]
    violation: float
    """By how much it misses the goal: 0 if it meets it, headroom included."""

    @property
    def meets(self) -> bool:
        """Whether it meets the goal."""
        return self.violation == 0.0

    @property
    def month(self) -> float:
        """Dollars a month."""
        return self.cost.month


Judge = Callable[[Configuration], Judged]


class Model:
    """Judges configurations by simulation, and counts how often.

    A profile is planned from its peak and its trough: freshness and limits are those of the peak, and what is paid for
    is taken from both, weighted such that their mean rate is the profile's.
    """

    def __init__(
        self,
        traffic: Traffic,
        goal: Goal,
        *,
        calibration: Calibration,
        surroundings: Surroundings,
        prices: Prices,
        seconds: float | None = None,
        seed: int = 0,
    ) -> None:
        """Judge under this traffic and goal."""
        self._goal = goal
        self._calibration = calibration
        self._surroundings = surroundings
        self._prices = prices
        self._seed = seed
        profile = traffic.profile
        peak = profile.peak
        seconds = seconds or (SEARCH_SECONDS if peak < MANY_EVENTS else SEARCH_SECONDS / 4)
        trough = max(LEAST_RATE, min(min(piece.start, piece.end) for piece in profile.pieces))
        mean = profile.events / profile.seconds
        self._peak = _at(traffic, peak, seconds)
        self._trough = _at(traffic, trough, seconds) if trough < peak else None
        self._share = 1 - (mean - trough) / (peak - trough) if trough < peak else 0.0
        """Of the time that the trough stands for."""

    def __call__(self, configuration: Configuration) -> Judged:
        """Judge a configuration."""
        return self.judged(configuration, self.peak(configuration))

    def peak(self, configuration: Configuration) -> Outcome:
        """Return what is to be expected at the peak."""
        return simulate(self._peak, configuration, self._calibration, self._surroundings, self._seed)

    def judged(self, configuration: Configuration, at_peak: Outcome) -> Judged:
        """Judge a configuration by what is to be expected of it at the peak."""
        usage = at_peak.usage
        if self._trough is not None:
            quiet = simulate(self._trough, configuration, self._calibration, self._surroundings, self._seed)
            usage = usage.blended(quiet.usage, self._share)
        goal = self._goal
        fresh = at_peak.lists.quantiles(goal.percentile)
        freshness = fresh[0] if fresh and at_peak.lists.weight else inf
        return Judged(
            configuration,
            cost(usage, self._prices),
            freshness,
            at_peak.utilisation,
            violation(freshness, at_peak.utilisation, goal),
        )


def violation(freshness: float, utilisation: dict[Constraint, float], goal: Goal) -> float:
    """Return by how much a goal is missed, in parts of it: 0 if it is met."""
    late = max(0.0, min(freshness / goal.seconds, 1e6) - 1)
    return late + sum(max(0.0, used * (1 + goal.headroom) - 1) for used in utilisation.values())


def binding(judged: Judged, goal: Goal) -> Constraint:
    """Return what binds: the goal or the limit that is nearest, headroom included."""
    used = {constraint: part * (1 + goal.headroom) for constraint, part in judged.utilisation.items()}
    used[Constraint.FRESHNESS] = judged.freshness / goal.seconds
    return max(used, key=lambda constraint: used[constraint])


def _at(traffic: Traffic, rate: float, seconds: float) -> Traffic:
    return replace(traffic, profile=steady(rate, seconds))
