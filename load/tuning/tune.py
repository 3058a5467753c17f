"""A tuning from end to end: search, finalists by other draws, what there is beside the choice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from load.calibration.calibration import Calibration
from load.configuration import CapacityMode, Configuration
from load.model.outcome import Constraint
from load.model.surroundings import Surroundings
from load.model.traffic import Traffic
from load.prices.table import Prices
from load.tuning.evaluation import CONFIRMING_ROUNDS, DRAWS, Judged, Model, binding
from load.tuning.goal import Goal
from load.tuning.search import Progress, Search
from load.tuning.space import Space

FINALISTS: Final = 4
"""That a run may try for real."""
CONFIRMING: Final = CONFIRMING_ROUNDS * DRAWS
"""Draws by which is judged what seems better than the best so far: others than those by which it seems so."""


@dataclass(frozen=True)
class Tuned:
    """What was found.

    Attributes:
        chosen: the configuration; if nothing meets the goal, the one that misses it least.
        finalists: the best of those that were confirmed by other draws than the search's, the chosen one first.
        frontier: of all that were judged, those of which none is both cheaper and fresher, cheapest first; and the
            chosen one.
        cheaper: the next cheaper one that misses the goal or its headroom; faster: the cheapest one that is a tenth
            fresher.
        modes: the choice with the other modes of payment.
        evaluated: configurations that were simulated.
        possible: configurations that there are.
    """

    goal: Goal
    chosen: Judged
    finalists: tuple[Judged, ...]
    frontier: tuple[Judged, ...]
    cheaper: Judged | None
    faster: Judged | None
    modes: tuple[Judged, ...]
    evaluated: int
    possible: int

    @property
    def binds(self) -> Constraint:
        """What binds the choice."""
        return binding(self.chosen, self.goal)


@dataclass(frozen=True)
class Tuner:
    """Tunes under one traffic and goal."""

    traffic: Traffic
    goal: Goal
    calibration: Calibration
    surroundings: Surroundings
    prices: Prices
    seed: int = 0
    """Of all draws."""

    def tune(self, space: Space, start: Configuration, budget: int, progress: Progress = lambda *_: None) -> Tuned:
        """Search a space from a configuration, by at most so many rounds of draws, and a few more for the finalists."""
        search = Search(space, self.searching, self.goal, budget, progress, confirm=self.confirming)
        search.run(space.starts(start))
        for place in sorted(search.judged, key=lambda each: search.rank(search.judged[each]))[:FINALISTS]:
            search.sure(place)
        finalists = sorted((search.judged[each] for each in search.confirmed), key=search.rank)[:FINALISTS]
        chosen, everyone = finalists[0], list(search.judged.values())
        cheaper = _next(everyone, lambda each: each.month < chosen.month, lambda each: (each.violation, -each.month))
        faster = _next(
            everyone,
            lambda each: each.freshness < 0.9 * chosen.freshness and each.meets,
            lambda each: (each.month, each.freshness),
        )
        return Tuned(
            self.goal,
            chosen,
            tuple(finalists),
            _frontier([chosen, *(each for each in everyone if each is not chosen)]),
            cheaper,
            faster,
            tuple(self._other_modes(chosen)),
            len(search.judged),
            space.size,
        )

    @property
    def searching(self) -> Model:
        """Judges what the search looks at."""
        return self._model(0, DRAWS)

    @property
    def confirming(self) -> Model:
        """Judges what the search has found, by draws of its own, which undo the luck of those."""
        return self._model(DRAWS, CONFIRMING)

    def _model(self, after: int, draws: int) -> Model:
        first = self.seed * (DRAWS + CONFIRMING) + after
        return Model(
            self.traffic,
            self.goal,
            calibration=self.calibration,
            surroundings=self.surroundings,
            prices=self.prices,
            seeds=range(first, first + draws),
        )

    def _other_modes(self, chosen: Judged) -> list[Judged]:
        modes = [(stream, table) for stream in CapacityMode for table in CapacityMode]
        here = chosen.configuration.stream_mode, chosen.configuration.table_mode
        return [
            self.confirming(replace(chosen.configuration, stream_mode=stream, table_mode=table))
            for stream, table in modes
            if (stream, table) != here
        ]


def _frontier(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Return those of which none is both cheaper and fresher, cheapest first; the first of them all is in it."""
    first, *others = judged
    frontier: list[Judged] = []
    for each in sorted([first, *(other for other in others if other.violation < 1)], key=lambda one: one.month):
        if each is first or not frontier or each.freshness < min(one.freshness for one in frontier):
            frontier.append(each)
    return tuple(frontier)


def _next(
    judged: Sequence[Judged], among: Callable[[Judged], bool], rank: Callable[[Judged], tuple[float, float]]
) -> Judged | None:
    return min(filter(among, judged), key=rank, default=None)
