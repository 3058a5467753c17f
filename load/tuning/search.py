"""The search: look at each axis by itself, then wherever most is promised by what was seen so far.

What one window saves another can spend, since the goal bounds their sum; so along single axes a search stops wherever
the goal binds. Nor are cost and freshness sums of what each axis adds: windows drift past each other, and a pair of
them may be dearer or later than each by itself lets expect. So after each look a regression over all of them
(`load.tuning.belief`) reckons what is to be expected of other places, and how sure that is; the next look is where that
promises the largest saving (`load.tuning.promise`). Each configuration is judged once.
"""

from collections.abc import Callable, Iterable
from heapq import nlargest
from typing import Final

from load.tuning.evaluation import Judge, Judged
from load.tuning.goal import Goal
from load.tuning.promise import Promise, aim
from load.tuning.space import Place, Space

FEW: Final = 5_000
"""Places of a space: what each of them promises is reckoned anew before each look."""
TAKEN_ALONG: Final = 16
"""Of larger spaces: places, from one axis to the next."""
WORTH_A_LOOK: Final = 1e-5
"""Of the month's cost: when no place promises more, the search is over."""

Rank = tuple[float, float]
"""The smaller the better: what is missed of the goal, then what is to be least."""

Progress = Callable[[int, Judged], object]
"""Told how many were judged, and the best of them so far."""


class Search:
    """Judges places of a space, at most so many of them."""

    def __init__(
        self, space: Space, judge: Judge, goal: Goal, budget: int, progress: Progress = lambda *_: None
    ) -> None:
        """Search for a goal by its strategy; with the budget spent, the best so far is the answer."""
        self._space = space
        self._judge = judge
        self._goal = goal
        self._budget = budget
        self._progress = progress
        self._best: Place | None = None
        self._allowed: dict[Place, bool] = {}
        self.judged: dict[Place, Judged] = {}

    def run(self, starts: Iterable[Place]) -> Judged:
        """Look around each start, and then wherever most is promised; return the best."""
        for start in starts:
            for place in self._around(start):
                self._look(place)
        if self._best is None:
            raise ValueError("a search needs a start")
        # From here on each look decides where the next one is.
        promise = Promise(self._space, self._goal, self.judged)
        while len(self.judged) < self._budget:
            promised, place = self._most_promising(promise, self._best)
            if promised < WORTH_A_LOOK:
                break
            self._look(place)
            promise.learn(place, self.judged[place])
        return self.judged[self._best]

    def rank(self, judged: Judged) -> Rank:
        """Return how good a judged configuration is."""
        return judged.violation, aim(self._goal.strategy, judged.month, judged.freshness)

    def _around(self, center: Place) -> list[Place]:
        """Return a place and all that differs from it on one axis."""
        around = (place for axis in range(len(center)) for place in self._along(center, axis))
        return [place for place in (center, *around) if self._allows(place)]

    def _along(self, place: Place, axis: int) -> list[Place]:
        """Return a place with every choice of an axis."""
        return [(*place[:axis], index, *place[axis + 1 :]) for index in range(len(self._space.axes[axis].choices))]

    def _most_promising(self, promise: Promise, best: Place) -> tuple[float, Place]:
        """Return how much is promised at most, and where."""
        if self._space.size <= FEW:
            unseen = [place for place in self._space.places() if place not in self.judged and self._allows(place)]
            promised = promise.of(unseen, self.judged[best])
        else:
            promised = self._promised_near(promise, best)
        return max(((promised[place], place) for place in promised if place not in self.judged), default=(0.0, best))

    def _promised_near(self, promise: Promise, best: Place) -> dict[Place, float]:
        """Return what is promised by places that are reached from the best one, an axis after the other.

        Of what is reached with one axis, the most promising are taken along to the next one, and the best place too.
        """
        promised: dict[Place, float] = {}
        along = {best}
        for axis in range(len(best)):
            reached = {there for place in along for there in self._along(place, axis) if self._allows(there)}
            promised |= promise.of(reached - promised.keys(), self.judged[best])
            # In an order of their own among equals, so that a search finds the same again.
            along = {best, *nlargest(TAKEN_ALONG, sorted(reached), key=promised.__getitem__)}
        return promised

    def _allows(self, place: Place) -> bool:
        if place not in self._allowed:
            self._allowed[place] = self._space.allows(place)
        return self._allowed[place]

    def _look(self, place: Place) -> None:
        """Judge a place, if it wasn't and there is a budget for it."""
        if place in self.judged or len(self.judged) >= self._budget:
            return
        self.judged[place] = judged = self._judge(self._space.at(place))
        if self._best is None or self.rank(judged) < self.rank(self.judged[self._best]):
            self._best = place
        self._progress(len(self.judged), self.judged[self._best])
