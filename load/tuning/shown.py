"""What of a search is shown: the best, the frontier of cost and freshness, and what is next to the choice."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Self

from load.tuning.evaluation import Judged
from load.tuning.search import Search
from load.tuning.space import Place

FINALISTS: Final = 4
"""That a run may try for real."""
FASTER: Final = 0.9
"""Times the choice's freshness, or less."""


class Shown(NamedTuple):
    """Places of a search, by what was judged so far.

    Attributes:
        finalists: the best, the chosen one first.
        frontier: those of which none is both cheaper and fresher, cheapest first; and the chosen one.
        cheaper: of those that are cheaper the one that misses least, and of these the dearest.
        faster: of those that are clearly fresher and meet the goal the cheapest.
    """

    finalists: list[Place]
    frontier: list[Place]
    cheaper: Place | None
    faster: Place | None

    @classmethod
    def of(cls, search: Search) -> Self:
        """Return what is to be shown of a search."""
        judged = search.judged
        finalists = sorted(judged, key=lambda place: search.rank(judged[place]))[:FINALISTS]
        chosen = judged[finalists[0]]
        cheaper = (place for place, each in judged.items() if each.month < chosen.month)
        faster = (place for place, each in judged.items() if each.freshness < FASTER * chosen.freshness and each.meets)
        return cls(
            finalists,
            list(_frontier(judged, finalists[0])),
            min(cheaper, key=lambda place: (judged[place].violation, -judged[place].month), default=None),
            min(faster, key=lambda place: (judged[place].month, judged[place].freshness), default=None),
        )

    @property
    def places(self) -> set[Place]:
        """All of them."""
        beside = (place for place in (self.cheaper, self.faster) if place is not None)
        return {*self.finalists, *self.frontier, *beside}


def _frontier(judged: Mapping[Place, Judged], chosen: Place) -> Iterator[Place]:
    near = (place for place, each in judged.items() if each.violation < 1 or place == chosen)
    freshest = float("inf")
    for place in sorted(near, key=lambda each: (judged[each].month, judged[each].freshness)):
        if place == chosen or judged[place].freshness < freshest:
            freshest = min(freshest, judged[place].freshness)
            yield place
