"""Values by how they begin, most used first."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from consumers.schedule import HOUR
from consumers.views.lists.top_list import DimensionList
from consumers.views.search.item import DIMENSION
from consumers.views.search.nodes import most_used
from consumers.views.search.reader import Found
from consumers.views.search.view import EVERY_SECONDS
from reporting.answers import Dimension, FoundValue, Search
from reporting.live_lists import LiveLists
from reporting.queries.values import normalise
from reporting.queries.window_counts import WindowCounts
from reporting.reader import TrendsReader
from reporting.windows import Window, format_as_of, format_seconds, window_span

MOST_BEHIND_SECONDS: Final = 2 * EVERY_SECONDS
"""How much older than the newest event applied an index may be: with an older one the views stand still."""


class Index(Protocol):
    """What is needed of a `consumers.views.search.reader.SearchReader`."""

    def find(self, prefix: str, end: int) -> Found | None:
        """Return what the index of the day up to `end` has of a prefix, or None where there is none."""


class _Values(NamedTuple):
    """Values with a prefix."""

    end: int
    """Of their day, epoch seconds."""
    as_of: int | None
    """Epoch milliseconds."""
    counts: Mapping[str, int]
    complete: bool
    """Whether those are all."""


class SearchQuery:
    """Answers ``/v1/trends/{dimension}/search``.

    Hashtags come from the index, and from the lists of the day and of the last five minutes, which know what came since
    it was made; the other dimensions, of few values, from the list of the day. What is not kept up to date is summed
    instead.
    """

    def __init__(
        self,
        reader: TrendsReader,
        index: Index,
        lists: LiveLists,
        counts: WindowCounts,
        clock: Callable[[], datetime],
    ) -> None:
        """Answer from `index` and `lists`, or from `counts` where they can't; `clock` says now, with an offset."""
        self._reader = reader
        self._index = index
        self._lists = lists
        self._counts = counts
        self._clock = clock

    def __call__(self, dimension: Dimension, prefix: str, limit: int) -> Search:
        """Return up to `limit` values of the last 24 hours that begin with a prefix, most used first."""
        normal = normalise(dimension, prefix)
        hidden = self._reader.hidden()[dimension]
        found = self._indexed(normal) if dimension == DIMENSION else self._listed(dimension, normal)
        if found is None:
            found = self._summed(dimension, normal)
        shown = {value: count for value, count in found.counts.items() if value not in hidden}
        return Search(
            dimension=dimension,
            prefix=normal,
            from_=format_seconds(found.end - Window.DAY.seconds),
            to=format_seconds(found.end),
            as_of=format_as_of(found.as_of),
            items=[FoundValue(value=value, count=shown[value]) for value in most_used(shown, limit)],
            more=len(shown) > limit or not found.complete,
        )

    def _indexed(self, prefix: str) -> _Values | None:
        """Return what the newest index has, in an hour's first moments that of the hour before; if it is fresh."""
        newest_arrival, end = self._reader.freshness().as_of or 0, Window.DAY.end(self._clock().timestamp())
        found = self._index.find(prefix, end)
        if found is None:
            end -= HOUR
            found = self._index.find(prefix, end)
        if found is None or newest_arrival - found.generation.as_of > MOST_BEHIND_SECONDS * 1_000:
            return None
        # Each knows a part of the day, or all of it at a moment: nothing was counted less often than any of them says.
        counts = dict(found.entries)
        for window in (Window.DAY, Window.FIVE_MINUTES):
            for value, count in self._since(window, prefix, end).items():
                counts[value] = max(count, counts.get(value, 0))
        return _Values(end, found.generation.as_of or None, counts, found.complete)

    def _since(self, window: Window, prefix: str, end: int) -> dict[str, int]:
        """Return what the newest list of a window has of a prefix, if that lies within the day up to `end`."""
        listed = self._lists.newest(window)
        return {} if listed is None or listed.end > end else _beginning(listed.dimensions[DIMENSION], prefix)

    def _listed(self, dimension: str, prefix: str) -> _Values | None:
        listed = self._lists.newest(Window.DAY)
        if listed is None:
            return None
        of = listed.dimensions[dimension]
        return _Values(listed.end, listed.as_of, _beginning(of, prefix), complete=of.distinct == len(of.top))

    def _summed(self, dimension: str, prefix: str) -> _Values:
        freshness, span = self._reader.freshness(), window_span(Window.DAY, None, self._clock())
        counts = self._counts.of(Window.DAY, span, freshness, self._reader.buckets_of(dimension))[dimension]
        found = {value: count for value, count in counts.items() if value.startswith(prefix)}
        return _Values(span.end, freshness.as_of, found, complete=True)


def _beginning(listed: DimensionList, prefix: str) -> dict[str, int]:
    return {entry.value: entry.count for entry in listed.top if entry.value.startswith(prefix)}
