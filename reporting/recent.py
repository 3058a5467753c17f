"""Rankings of a moment ago, kept for their next pages.

A page is cut from a whole window, which costs as much for the tenth page as for the first. So a warm function
keeps the rankings whose first page it answered, and cuts the next pages from the same one: they show one state of
the counts, and say how old it is. A page that comes to another function, or late, is cut from a ranking made anew.
First pages are never answered from here.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from reporting.cursors import Listing
from reporting.ranking import Ranking

MAX_AGE_SECONDS: Final = 60.0
MAX_VALUES: Final = 300_000
"""Values in all kept rankings together: about 50 MB."""


class RecentRankings:
    """The newest rankings, bounded by age and by number of values."""

    def __init__(
        self, clock: Callable[[], float], *, max_age: float = MAX_AGE_SECONDS, max_values: int = MAX_VALUES
    ) -> None:
        """Judge ages by `clock` (seconds)."""
        self._clock = clock
        self._max_age = max_age
        self._max_values = max_values
        self._rankings: OrderedDict[Listing, tuple[float, Ranking]] = OrderedDict()

    def get(self, listing: Listing) -> Ranking | None:
        """Return the ranking of `listing`, if it is kept and not too old."""
        self._drop()
        kept = self._rankings.get(listing)
        return None if kept is None else kept[1]

    def keep(self, listing: Listing, ranking: Ranking) -> None:
        """Keep `ranking`, and let go of the oldest ones where there are too many values."""
        self._rankings.pop(listing, None)
        self._rankings[listing] = (self._clock(), ranking)
        self._drop()

    def _drop(self) -> None:
        values = sum(ranking.distinct for _, ranking in self._rankings.values())
        oldest = self._clock() - self._max_age
        while self._rankings:
            listing, (made, ranking) = next(iter(self._rankings.items()))
            if made >= oldest and values <= self._max_values:
                return
            del self._rankings[listing]
            values -= ranking.distinct
