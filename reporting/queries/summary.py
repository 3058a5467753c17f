"""How many events a window has, and of what."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, get_args

from reporting.answers import Breakdown, Dimension, SharedValue, Summary
from reporting.queries.window_counts import WindowCounts
from reporting.ranking import Ranking
from reporting.reader import TrendsReader
from reporting.windows import Window, format_as_of, format_seconds, window_span

BREAKDOWN_VALUES: Final = 10
"""Values a breakdown names before the rest becomes `other`."""


class SummaryQuery:
    """Answers ``/v1/summary``."""

    def __init__(self, reader: TrendsReader, counts: WindowCounts, clock: Callable[[], datetime]) -> None:
        """Answer from `counts` as fresh as `reader` says; `clock` says now, with an offset."""
        self._reader = reader
        self._counts = counts
        self._clock = clock

    def __call__(self, window: Window, end: datetime | None) -> Summary:
        """Return how many events the window has, and each dimension's first values."""
        span = window_span(window, end, self._clock())
        freshness = self._reader.freshness()
        counts = self._counts.of(window, span, freshness, self._reader.all_buckets)
        hidden = self._reader.hidden()
        breakdowns = {
            dimension: _breakdown(Ranking(counts[dimension]).without(hidden[dimension]))
            for dimension in get_args(Dimension)
        }
        return Summary(
            window=window.value,
            from_=format_seconds(span.start),
            to=format_seconds(span.end),
            as_of=format_as_of(freshness.as_of),
            events=breakdowns["kind"].total,  # an event has exactly one kind
            **breakdowns,
        )


def _breakdown(ranking: Ranking) -> Breakdown:
    top = ranking.page(BREAKDOWN_VALUES)
    return Breakdown(
        total=ranking.total,
        distinct=ranking.distinct,
        items=[SharedValue(value=place.value, count=place.count, share=place.share) for place in top],
        other=ranking.total - sum(place.count for place in top),
    )
