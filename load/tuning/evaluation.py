"""Judging one configuration by the model: what it costs, how fresh it is, whether it meets the goal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf
from statistics import fmean
from typing import Final

from load.calibration.calibration import Calibration
from load.configuration import Configuration
from load.model.outcome import Constraint, Outcome, most_used
from load.model.run import simulate
from load.model.surroundings import Surroundings
from load.model.traffic import Traffic
from load.prices.cost import Cost, cost
from load.prices.table import Prices
from load.prices.usage import blend
from load.tuning.goal import Goal
from load.workload.shapes import steady

SECONDS: Final = 120.0
"""That each draw is simulated: whole minutes, and long enough that windows, which drift past each other, meet in many
ways."""
DRAWS: Final = 4
"""By which a configuration is judged unless others are given. When windows and polls begin next to each other is
chance, and what follows from it lasts for minutes: several draws tell more than one that is as long as all of them."""
MANY_EVENTS: Final = 100_000.0
"""A second: from there on there are so many batches that half of the draws, of a minute each, are enough."""
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
    """Judges configurations by simulation.

    A profile is planned from its peak and its trough: freshness and limits are those of the peak, and what is paid for
    is taken from both, weighted such that their mean rate is the profile's. Cost and freshness are means of the draws,
    limits are used as much as in the draw that uses them most. Of the freshness of all events together it would be
    chance on which side of the percentile a batch is that missed a list and waits for the next: the mean goes by how
    often that happens.
    """

    def __init__(
        self,
        traffic: Traffic,
        goal: Goal,
        *,
        calibration: Calibration,
        surroundings: Surroundings,
        prices: Prices,
        seeds: Sequence[int] = range(DRAWS),
    ) -> None:
        """Judge under this traffic and goal, by a draw for each seed."""
        self._goal = goal
        self._calibration = calibration
        self._surroundings = surroundings
        self._prices = prices
        profile = traffic.profile
        peak, seconds, self.seeds = profile.peak, SECONDS, seeds
        if peak >= MANY_EVENTS:
            seconds, self.seeds = SECONDS / 2, seeds[: ceil(len(seeds) / 2)]
        trough = max(LEAST_RATE, min(min(piece.start, piece.end) for piece in profile.pieces))
        mean = profile.events / profile.seconds
        self._peak = replace(traffic, profile=steady(peak, seconds))
        self._trough = replace(traffic, profile=steady(trough, seconds)) if trough < peak else None
        # Freshness varies by draws more than cost does, and it is that of the peak alone.
        self._trough_seeds = self.seeds[::4]
        self._share = 1 - (mean - trough) / (peak - trough) if trough < peak else 0.0
        """Of the time that the trough stands for."""

    def __call__(self, configuration: Configuration) -> Judged:
        """Judge a configuration."""
        outcomes = self.at_peak(configuration)
        parts = [(outcome.usage, 1 - self._share) for outcome in outcomes]
        if self._trough is not None:
            quiet = self._simulated(self._trough, configuration, self._trough_seeds)
            each = self._share * len(outcomes) / len(quiet)
            parts += [(outcome.usage, each) for outcome in quiet]
        freshness = fmean(self._freshness(outcome) for outcome in outcomes)
        used = {limit: max(outcome.utilisation[limit] for outcome in outcomes) for limit in outcomes[0].utilisation}
        return Judged(
            configuration, cost(blend(parts), self._prices), freshness, used, violation(freshness, used, self._goal)
        )

    def at_peak(self, configuration: Configuration) -> list[Outcome]:
        """Return what is to be expected at the peak, by each draw."""
        return self._simulated(self._peak, configuration, self.seeds)

    def _freshness(self, outcome: Outcome) -> float:
        lists = outcome.lists
        return lists.quantiles(self._goal.percentile)[0] if lists.weight else inf

    def _simulated(self, traffic: Traffic, configuration: Configuration, seeds: Sequence[int]) -> list[Outcome]:
        return [simulate(traffic, configuration, self._calibration, self._surroundings, seed) for seed in seeds]


def violation(freshness: float, utilisation: dict[Constraint, float], goal: Goal) -> float:
    """Return by how much a goal is missed, in parts of it: 0 if it is met."""
    late = max(0.0, min(freshness / goal.seconds, 1e6) - 1)
    return late + sum(max(0.0, used * (1 + goal.headroom) - 1) for used in utilisation.values())


def binding(judged: Judged, goal: Goal) -> Constraint:
    """Return what binds: the limit that is exceeded most, headroom included; else the goal or the limit next to it."""
    used = {constraint: part * (1 + goal.headroom) for constraint, part in judged.utilisation.items()}
    # What exceeds a limit waits for ever, and then no window is short enough.
    if max(used.values()) <= 1:
        used[Constraint.FRESHNESS] = judged.freshness / goal.seconds
    return most_used(used)
