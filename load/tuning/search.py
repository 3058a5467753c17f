"""The search: look at each axis by itself, reckon what all axes together would bring, look there, and begin again.

What one window saves another can spend, since the goal bounds their sum; so along single axes a search stops wherever
the goal binds. But cost and freshness are nearly sums of what each axis adds, so that the best combinations can be
foreseen (`load.tuning.foresight`). What budget is left goes downhill from there, by steps and exchanges of two axes.
Each configuration is judged once.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import permutations
from math import inf
from typing import Final

from load.tuning.evaluation import Judge, Judged
from load.tuning.foresight import foreseen
from load.tuning.goal import Goal
from load.tuning.space import Place, Space

LOOKS: Final = 12
"""Foreseen combinations that are judged before the axes are looked at anew."""

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
        self.judged: dict[Place, Judged] = {}

    def run(self, starts: Iterable[Place]) -> Judged:
        """Search from each start, and then once more from the best; return the best."""
        for start in starts:
            self._rank(start)
            self._look_from(start)
        if self._best is None:
            raise ValueError("a search needs a start")
        center = None
        while center != self._best and len(self.judged) < self._budget:
            center = self._best
            self._look_from(center)
        self._descend(self._best)
        return self.judged[self._best]

    def _look_from(self, center: Place) -> None:
        """Judge all that differs from a place on one axis, and then the best combinations of these."""
        alone: list[list[Judged]] = []
        for axis, choices in enumerate(self._space.axes):
            places = [(*center[:axis], index, *center[axis + 1 :]) for index in range(len(choices.choices))]
            for place in places:
                self._rank(place)
            if any(place not in self.judged for place in places):
                return
            alone.append([self.judged[place] for place in places])
        for place in foreseen(self.judged[center], alone, self._goal)[:LOOKS]:
            self._rank(place)

    def rank(self, judged: Judged) -> Rank:
        """Return how good a judged configuration is."""
        match self._goal.strategy:
            case "cost":
                return judged.violation, judged.month
            case "speed":
                return judged.violation, judged.freshness
            case "balanced":
                return judged.violation, judged.month * judged.freshness

    def _descend(self, place: Place) -> None:
        """Go downhill until no step and no exchange is better."""
        while True:
            here = place
            for axis in range(len(place)):
                place = self._along(place, axis)
            if place == here:
                place = self._exchanged(place)
            if place == here:
                return

    def _along(self, place: Place, axis: int) -> Place:
        """Follow one axis while that is better."""
        for direction in (1, -1):
            moved = False
            while (there := self._moved(place, {axis: direction})) and self._rank(there) < self._rank(place):
                place, moved = there, True
            if moved:
                break
        return place

    def _exchanged(self, place: Place) -> Place:
        """Return the first better place that gives on one axis and takes on another."""
        for there in self._exchanges(place):
            if self._rank(there) < self._rank(place):
                return there
        return place

    def _exchanges(self, place: Place) -> Iterator[Place]:
        for give, take in permutations(range(len(place)), 2):
            for given, taken in ((-1, 1), (-1, 2), (-2, 1), (1, 1)):
                if there := self._moved(place, {give: given, take: taken}):
                    yield there

    def _moved(self, place: Place, by: dict[int, int]) -> Place | None:
        moved = tuple(index + by.get(axis, 0) for axis, index in enumerate(place))
        inside = all(0 <= index < len(axis.choices) for axis, index in zip(self._space.axes, moved, strict=True))
        return moved if inside else None

    def _rank(self, place: Place) -> Rank:
        """Return how good a place is; one that there is no budget for is as bad as can be."""
        if place not in self.judged:
            if len(self.judged) >= self._budget:
                return inf, inf
            self.judged[place] = judged = self._judge(self._space.at(place))
            if self._best is None or self.rank(judged) < self.rank(self.judged[self._best]):
                self._best = place
            self._progress(len(self.judged), self.judged[self._best])
        return self.rank(self.judged[place])
