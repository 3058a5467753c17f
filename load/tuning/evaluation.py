"""Judging one configuration by the model: what it costs, how fresh it is, whether it meets the goal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
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
CONFIRMING_ROUNDS: Final = 3
"""Of so many draws each, by which a look is confirmed."""
CHANCE: Final = 0.02
"""Of the goal: what misses it by more in one round of draws, or by half of that in two, is not tried in more."""
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
    by_draw: tuple[float, ...] = ()
    """The freshness by each draw, of which the freshness is the mean."""
    rounds: int = 1
    """Of draws, by which it was judged."""

    @property
    def meets(self) -> bool:
        """Whether it meets the goal."""
        return self.violation == 0.0

    @property
    def month(self) -> float:
        """Dollars a month."""
        return self.cost.month


Judge = Callable[[Configuration], Judged]
Confirm = Callable[[Configuration, float], Judged]
"""Judges by no more rounds of draws than tell that the goal is missed by more than so much."""


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
        """Judge under this traffic and goal, by a draw for each seed, `DRAWS` of them a round."""
        self._goal = goal
        self._calibration = calibration
        self._surroundings = surroundings
        self._prices = prices
        profile = traffic.profile
        peak, seconds = profile.peak, SECONDS
        rounds = [seeds[first : first + DRAWS] for first in range(0, len(seeds), DRAWS)]
        if peak >= MANY_EVENTS:
            seconds, rounds = SECONDS / 2, [each[: DRAWS // 2] for each in rounds]
        self._rounds = rounds
        trough = max(LEAST_RATE, min(min(piece.start, piece.end) for piece in profile.pieces))
        mean = profile.events / profile.seconds
        self._peak = replace(traffic, profile=steady(peak, seconds))
        self._trough = replace(traffic, profile=steady(trough, seconds)) if trough < peak else None
        self._share = 1 - (mean - trough) / (peak - trough) if trough < peak else 0.0
        """Of the time that the trough stands for."""

    def __call__(self, configuration: Configuration, missed: float = inf) -> Judged:
        """Judge a configuration, by no more rounds than tell that it misses the goal by more than `missed`."""
        outcomes: list[Outcome] = []
        quiet: list[Outcome] = []
        for number, seeds in enumerate(self._rounds, start=1):
            outcomes += self._simulated(self._peak, configuration, seeds)
            if self._trough is not None:
                # Freshness varies by draws more than cost does, and it is that of the peak alone.
                quiet += self._simulated(self._trough, configuration, seeds[:1])
            judged = self._judged(configuration, outcomes, quiet, number)
            if judged.violation > missed + CHANCE / number:
                break
        return judged

    def at_peak(self, configuration: Configuration) -> list[Outcome]:
        """Return what is to be expected at the peak, by each draw."""
        return [each for seeds in self._rounds for each in self._simulated(self._peak, configuration, seeds)]

    def _judged(
        self, configuration: Configuration, outcomes: list[Outcome], quiet: list[Outcome], rounds: int
    ) -> Judged:
        parts = [(outcome.usage, 1 - self._share) for outcome in outcomes]
        parts += [(outcome.usage, self._share * len(outcomes) / len(quiet)) for outcome in quiet]
        by_draw = tuple(self._freshness(outcome) for outcome in outcomes)
        freshness = fmean(by_draw)
        used = {limit: max(outcome.utilisation[limit] for outcome in outcomes) for limit in outcomes[0].utilisation}
        missed = violation(freshness, used, self._goal)
        return Judged(configuration, cost(blend(parts), self._prices), freshness, used, missed, by_draw, rounds)

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
