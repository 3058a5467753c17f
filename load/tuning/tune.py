"""A tuning from end to end: search, finalists by other draws, what there is beside the choice."""

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
from load.tuning.shown import Shown
from load.tuning.space import Space

CONFIRMING: Final = CONFIRMING_ROUNDS * DRAWS
"""Draws by which is judged what seems better than the best so far: others than those by which it seems so."""


@dataclass(frozen=True)
class Tuned:
    """What was found.

    Attributes:
        chosen: the configuration; if nothing meets the goal, the one that misses it least.
        finalists: the best, the chosen one first. They, and what follows, are confirmed by other draws than the
            search's.
        frontier: of all that were judged, those of which none is both cheaper and fresher, cheapest first; and the
            chosen one.
        cheaper: the next cheaper one, which misses the goal or its headroom if all that are cheaper do; faster: the
            cheapest one that meets them and is a tenth fresher.
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

    @property
    def late(self) -> str:
        """How often what the choice meets on average is not met, in words; empty if it always is."""
        goal, draws = self.goal, self.chosen.by_draw
        late = sum(each > goal.seconds for each in draws)
        if not late:
            return ""
        times = f"by {late} of {len(draws)} draws p{100 * goal.percentile:g} is later than {goal.seconds:g} s"
        return f"{times}, {max(draws):,.2f} s at most"


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
        # What is shown beside the choice would otherwise be what was luckiest.
        while unsure := [place for place in Shown.of(search).places if place not in search.confirmed]:
            for place in unsure:
                search.sure(place)
        shown, judged = Shown.of(search), search.judged
        chosen = judged[shown.finalists[0]]
        return Tuned(
            self.goal,
            chosen,
            tuple(judged[place] for place in shown.finalists),
            tuple(judged[place] for place in shown.frontier),
            None if shown.cheaper is None else judged[shown.cheaper],
            None if shown.faster is None else judged[shown.faster],
            tuple(self._other_modes(chosen)),
            len(judged),
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
