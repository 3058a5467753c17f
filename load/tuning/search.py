"""The search: look at each axis by itself, at what their sums foresee, then wherever most is promised by all of that.

What one window saves another can spend, since the goal bounds their sum; so along single axes a search stops wherever
the goal binds. Cost and freshness are nearly sums of what each axis adds, so the best combinations can be foreseen
(`load.tuning.foresight`). Only nearly: windows drift past each other, and a pair of them may be dearer or later than
each by itself lets expect. So from then on a regression over all that was seen (`load.tuning.belief`) reckons what is
to be expected of other places, and how sure that is; the next look is where that promises the largest saving
(`load.tuning.promise`). Each configuration is looked at once, and confirmed if it may be better than the best so far.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from heapq import nlargest
from math import inf
from typing import Final

from load.tuning.evaluation import CONFIRMING_ROUNDS, Confirm, Judge, Judged
from load.tuning.foresight import foreseen
from load.tuning.goal import Goal
from load.tuning.promise import Promise, aim
from load.tuning.space import Place, Space

FORESEEN: Final = 12
"""Combinations that are looked at, from each start."""
TAKEN_ALONG: Final = 3
"""Places, from one axis to the next."""
MOST_DOUBT: Final = 16.0
"""While nothing is promised the regression is doubted twice as much, and twice as many places are taken along."""
KEPT_IN_MIND: Final = 5_000
"""Places of which it is remembered whether their choices go together."""
WORTH_A_LOOK: Final = 1e-5
"""Of the month's cost: when no place promises more, the search is over."""

LUCK: Final = 0.05
"""Of the goal: what misses it by no more may meet it by other draws, as what meets it may miss it."""
LOOKED_AT_ALONE: Final = 6
"""Of an axis with more choices, about evenly: what is between them follows from them."""

Rank = tuple[float, float]
"""The smaller the better: what is missed of the goal, then what is to be least."""

Progress = Callable[[int, Judged], object]
"""Told what was spent of the budget, and the best so far."""


class Search:
    """Judges places of a space, by at most so many rounds of draws."""

    def __init__(
        self,
        space: Space,
        judge: Judge,
        goal: Goal,
        budget: int,
        progress: Progress = lambda *_: None,
        *,
        confirm: Confirm | None = None,
    ) -> None:
        """Search for a goal by its strategy; with the budget spent, the best so far is the answer.

        Where judging is partly luck, what is or may be better than the best so far is judged again by `confirm`, which
        knows more: a search that took it at its word would end where luck was greatest. The budget is of rounds of
        draws: a look is one, and confirming takes `CONFIRMING_ROUNDS` at most.
        """
        self._space = space
        self._judge = judge
        self._confirm = confirm
        self._confirming = CONFIRMING_ROUNDS if confirm is not None else 0
        self.spent = 0
        self.confirmed: set[Place] = set()
        self._known: dict[tuple[float, float], Judged] = {}
        """What was confirmed, by how it had looked."""
        self._goal = goal
        self._budget = budget
        self._progress = progress
        self._best: Place | None = None
        self._starts: list[Place] = []
        self._allows = lru_cache(KEPT_IN_MIND)(space.allows)
        self.judged: dict[Place, Judged] = {}

    def run(self, starts: Iterable[Place]) -> Judged:
        """Look around each start, then wherever most is promised; return the best."""
        for start in starts:
            self._look_around(start)
            self._starts.append(start)
        self._settle()
        if self._best is None:
            raise ValueError("a search needs a start")
        # From here on each look decides where the next one is.
        promise = Promise(self._space, self._goal, self.judged)
        while self._can_look:
            promised, place = self._most_promising(promise, self._best)
            if promised < WORTH_A_LOOK:
                break
            self._look(place)
            self._settle()
            promise.learn(place, self.judged[place])
        return self.judged[self._best]

    def rank(self, judged: Judged) -> Rank:
        """Return how good a judged configuration is."""
        return judged.violation, aim(self._goal.strategy, judged.month, judged.freshness)

    def _look_around(self, start: Place) -> None:
        """Look along each axis, and then at the best that sums of what they add foresee."""
        self._look(start)
        alone: list[dict[int, Judged]] = []
        for axis in range(len(start)):
            # What is as at another start was looked at there.
            known = any(other[axis] == start[axis] for other in self._starts)
            along = [start] if known else _some(self._along(start, axis), start)
            for place in along:
                self._look(place)
            alone.append({place[axis]: self.judged[place] for place in along if place in self.judged})
        if self._can_look:
            for place in filter(self._allows, foreseen(self.judged[start], alone, self._goal)[:FORESEEN]):
                self._look(place)

    def _along(self, place: Place, axis: int) -> list[Place]:
        """Return a place with every choice of an axis that goes together with its others."""
        choices = range(len(self._space.axes[axis].choices))
        return [there for index in choices if self._allows(there := (*place[:axis], index, *place[axis + 1 :]))]

    def _most_promising(self, promise: Promise, best: Place) -> tuple[float, Place]:
        """Return how much is promised at most, and where."""
        promise.doubt = 1.0
        while True:
            promised = self._promised_near(promise, best)
            unseen = ((each, place) for place, each in promised.items() if place not in self.judged)
            most, place = max(unseen, default=(0.0, best))
            if most >= WORTH_A_LOOK or promise.doubt >= MOST_DOUBT:
                return most, place
            promise.doubt *= 2

    def _promised_near(self, promise: Promise, best: Place) -> dict[Place, float]:
        """Return what is promised by places that differ from the best in two axes, and by what is reached from there.

        Where the goal binds, what one axis saves another has to give, so that nothing is promised by either alone. Of
        these places the most promising are taken along, an axis after the other, and what is reached from them; so are
        the starts: where little meets the goal, the best so far may be far from what is cheap and nearly meets it.
        """
        reached = {there for near in self._along_all(best) for there in self._along_all(near)}
        promised = promise.of(reached, self.judged[best])
        taken, seeds = int(TAKEN_ALONG * promise.doubt), {best, *self._starts}
        for axis in range(len(best)):
            # In an order of their own among equals, so that a search finds the same again.
            along = {*seeds, *nlargest(taken, sorted(reached), key=promised.__getitem__)}
            reached = {there for place in along for there in self._along(place, axis)}
            promised |= promise.of(reached - promised.keys(), self.judged[best])
        return promised

    def _along_all(self, place: Place) -> set[Place]:
        return {there for axis in range(len(place)) for there in self._along(place, axis)}

    @property
    def _can_look(self) -> bool:
        """Whether what is left of the budget is enough to look at one more place, and to confirm it."""
        return self.spent + 1 + self._confirming <= self._budget

    def _look(self, place: Place) -> None:
        """Judge a place, if it wasn't and there is a budget for it."""
        if place not in self.judged and self._can_look:
            self._take(place, self._judge(self._space.at(place)))

    def _take(self, place: Place, judged: Judged) -> None:
        """Take in what a place was judged to be."""
        self.judged[place] = judged
        self.spent += judged.rounds
        self._progress(self.spent, min(self.judged.values(), key=self.rank))

    def _settle(self) -> None:
        """Confirm what is or may be better than the best so far, the best of that first, until nothing is."""
        while better := [place for place in self.judged if place not in self.confirmed and self._betters(place, LUCK)]:
            if self._best is not None and self.spent + self._confirming > self._budget:
                return
            place = min(better, key=lambda each: self.rank(self.judged[each]))
            self.sure(place)
            if self._betters(place):
                self._best = place

    def sure(self, place: Place) -> Judged:
        """Return a place that was looked at as it is confirmed to be."""
        if place not in self.confirmed:
            self.confirmed.add(place)
            if self._confirm is not None:
                looked = self.judged[place]
                # What looks exactly like another differs from it in nothing that matters, as in a limit never reached.
                alike = looked.month, looked.freshness
                if alike not in self._known:
                    self._known[alike] = self._confirm(looked.configuration, self._missed)
                    self._take(place, self._known[alike])
                self.judged[place] = replace(self._known[alike], configuration=looked.configuration)
        return self.judged[place]

    @property
    def _missed(self) -> float:
        """By how much the best so far misses the goal: what misses it by clearly more need not be known better."""
        return inf if self._best is None else self.judged[self._best].violation

    def _betters(self, place: Place, luck: float = 0.0) -> bool:
        """Tell whether a place is better than the best; or would be if it missed so much less of the goal."""
        if self._best is None:
            return True
        missed, least = self.rank(self.judged[place])
        return (max(missed - luck, 0.0), least) < self.rank(self.judged[self._best])


def _some(places: list[Place], start: Place) -> list[Place]:
    """Return the first and the last of some places, so many between them, and the start."""
    steps = max((len(places) - 1) / (LOOKED_AT_ALONE - 1), 1.0)
    chosen = {places[round(number * steps)] for number in range(min(len(places), LOOKED_AT_ALONE))}
    return [place for place in places if place in chosen or place == start]
