"""A dimension's list from counts: the same for who keeps lists and for who sums what no list is kept of. Pure."""

from collections.abc import Mapping

from consumers.views.lists.order import Ranks, risen, top
from consumers.views.lists.top_list import MAX_RANK, MAX_RISEN, DimensionList, Entry


def ranked(counts: Mapping[str, int], before: Mapping[str, int], ranks: Ranks) -> DimensionList:
    """Return the list of a window's `counts`, without histories.

    Args:
        counts: The window's.
        before: Those of the window before.
        ranks: The places of `before`.
    """
    first, rose = top(counts, MAX_RANK), risen(counts, before, MAX_RISEN)
    places = ranks.of(list({*first, *rose}))

    def entry(value: str) -> Entry:
        return Entry(value, counts[value], before.get(value, 0), places.get(value), ())

    return DimensionList(
        total=sum(counts.values()),
        distinct=len(counts),
        total_before=sum(before.values()),
        top=tuple(map(entry, first)),
        risen=tuple(map(entry, rose)),
    )
