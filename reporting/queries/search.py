"""Values by how they begin, most used first."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from consumers.schedule import HOUR
from consumers.views.search.item import DIMENSION
from consumers.views.search.nodes import most_used
from consumers.views.search.reader import Found
from consumers.views.search.view import EVERY_SECONDS
from reporting.answers import Dimension, FoundValue, Search
from reporting.queries.values import normalise
from reporting.queries.window_counts import WindowCounts
from reporting.reader import Freshness, TrendsReader
from reporting.windows import Span, Window, format_as_of, format_seconds, window_span

MOST_BEHIND_SECONDS: Final = 2 * EVERY_SECONDS
"""How much older than the newest event applied an index may be: with an older one the views stand still."""


class Index(Protocol):
    """What is needed of a `consumers.views.search.reader.SearchReader`."""

    def find(self, prefix: str, end: int) -> Found | None:
        """Return what the index of the day up to `end` has of a prefix, or None where there is none."""


class _Values(NamedTuple):
    """Values with a prefix."""

    span: Span
    as_of: int | None
    """Epoch milliseconds."""
    counts: Mapping[str, int]
    complete: bool
    """Whether those are all."""


class SearchQuery:
    """Answers ``/v1/trends/{dimension}/search``."""

    def __init__(self, reader: TrendsReader, index: Index, counts: WindowCounts, clock: Callable[[], datetime]) -> None:
        """Answer from `index`, or from `counts` where that can't; `clock` says now, with an offset."""
        self._reader = reader
        self._index = index
        self._counts = counts
        self._clock = clock

    def __call__(self, dimension: Dimension, prefix: str, limit: int) -> Search:
        """Return up to `limit` values of the last 24 hours that begin with a prefix, most used first."""
        normal = normalise(dimension, prefix)
        hidden = self._reader.hidden()[dimension]
        span, freshness = window_span(Window.DAY, None, self._clock()), self._reader.freshness()
        found = self._indexed(normal, span, freshness) if dimension == DIMENSION else None
        if found is None:
            found = self._summed(dimension, normal, span, freshness)
        shown = {value: count for value, count in found.counts.items() if value not in hidden}
        return Search(
            dimension=dimension,
            prefix=normal,
            from_=format_seconds(found.span.start),
            to=format_seconds(found.span.end),
            as_of=format_as_of(found.as_of),
            items=[FoundValue(value=value, count=shown[value]) for value in most_used(shown, limit)],
            more=len(shown) > limit or not found.complete,
        )

    def _indexed(self, prefix: str, span: Span, freshness: Freshness) -> _Values | None:
        """Return what the index of `span` has, or in an hour's first moments that of an hour before; if it is fresh."""
        for back in (0, HOUR):
            found = self._index.find(prefix, span.end - back)
            if found is not None:
                as_of = found.generation.as_of
                if (freshness.as_of or 0) - as_of > MOST_BEHIND_SECONDS * 1_000:
                    return None
                return _Values(Span(span.start - back, span.end - back), as_of or None, found.entries, found.complete)
        return None

    def _summed(self, dimension: str, prefix: str, span: Span, freshness: Freshness) -> _Values:
        counts = self._counts.of(Window.DAY, span, freshness, self._reader.buckets_of(dimension))[dimension]
        found = {value: count for value, count in counts.items() if value.startswith(prefix)}
        return _Values(span, freshness.as_of, found, complete=True)
