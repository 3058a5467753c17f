"""Lists that were summed a moment ago, kept for their next pages.

Where no list is kept of a window, a page is cut from the sum of it all, which costs as much for the tenth page as for
the first. So a warm function keeps the lists whose first page it answered, and cuts the next pages from the same one:
they show one state of the counts, and say how old it is. A page that comes to another function, or late, is cut from a
list made anew. First pages are never answered from here.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from consumers.views.lists.top_list import DimensionList
from reporting.cursors import Listing

MAX_AGE_SECONDS: Final = 60.0
MAX_VALUES: Final = 50_000
"""Values in all kept lists together: about 20 MB."""


class RecentRankings:
    """The newest rankings, bounded by age and by number of values."""

    def __init__(
        self, clock: Callable[[], float], *, max_age: float = MAX_AGE_SECONDS, max_values: int = MAX_VALUES
    ) -> None:
        """Judge ages by `clock` (seconds)."""
        self._clock = clock
        self._max_age = max_age
        self._max_values = max_values
        self._lists: OrderedDict[Listing, tuple[float, DimensionList]] = OrderedDict()

    def get(self, listing: Listing) -> DimensionList | None:
        """Return the list of `listing`, if it is kept and not too old."""
        self._drop()
        kept = self._lists.get(listing)
        return None if kept is None else kept[1]

    def keep(self, listing: Listing, listed: DimensionList) -> None:
        """Keep `listed`, and let go of the oldest ones where there are too many values."""
        self._lists.pop(listing, None)
        self._lists[listing] = (self._clock(), listed)
        self._drop()

    def _drop(self) -> None:
        values = sum(map(_size, (listed for _, listed in self._lists.values())))
        oldest = self._clock() - self._max_age
        while self._lists:
            listing, (made, listed) = next(iter(self._lists.items()))
            if made >= oldest and values <= self._max_values:
                return
            del self._lists[listing]
            values -= _size(listed)


def _size(listed: DimensionList) -> int:
    return len(listed.top) + len(listed.risen)
