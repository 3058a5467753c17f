"""How many events a window has, and of what."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, get_args

from consumers.views.lists.order import Ranks
from consumers.views.lists.ranked import ranked
from consumers.views.lists.top_list import DimensionList
from reporting.answers import Breakdown, Dimension, SharedValue, Summary
from reporting.live_lists import LiveLists
from reporting.queries.window_counts import WindowCounts
from reporting.ranking import Ranking
from reporting.reader import TrendsReader
from reporting.windows import Span, Window, format_as_of, format_seconds, window_span

BREAKDOWN_VALUES: Final = 10
"""Values a breakdown names before the rest becomes `other`."""


class SummaryQuery:
    """Answers ``/v1/summary``: from a list that is kept, else by summing the window."""

    def __init__(
        self, reader: TrendsReader, lists: LiveLists, counts: WindowCounts, clock: Callable[[], datetime]
    ) -> None:
        """Answer from `lists`, or from `counts` as fresh as `reader` says; `clock` says now, with an offset."""
        self._reader = reader
        self._lists = lists
        self._counts = counts
        self._clock = clock

    def __call__(self, window: Window, end: datetime | None) -> Summary:
        """Return how many events the window has, and each dimension's first values."""
        to, as_of, dimensions = self._listed(window, window_span(window, end, self._clock()), newest=end is None)
        hidden = self._reader.hidden()
        breakdowns = {
            dimension: _breakdown(Ranking(dimensions[dimension]).without(hidden[dimension]))
            for dimension in get_args(Dimension)
        }
        return Summary(
            window=window.value,
            from_=format_seconds(to - window.seconds),
            to=format_seconds(to),
            as_of=format_as_of(as_of),
            events=breakdowns["kind"].total,  # an event has exactly one kind
            **breakdowns,
        )

    def _listed(
        self, window: Window, span: Span, *, newest: bool
    ) -> tuple[int, int | None, Mapping[str, DimensionList]]:
        kept = self._lists.newest(window) if newest else self._lists.ending(window, span.end)
        if kept is not None:
            return kept.end, kept.as_of, kept.dimensions
        freshness = self._reader.freshness()
        counts = self._counts.of(window, span, freshness, self._reader.all_buckets)
        nothing = Ranks({})
        return span.end, freshness.as_of, {name: ranked(values, {}, nothing) for name, values in counts.items()}


def _breakdown(ranking: Ranking) -> Breakdown:
    top = ranking.page(BREAKDOWN_VALUES)
    return Breakdown(
        total=ranking.total,
        distinct=ranking.distinct,
        items=[SharedValue(value=place.value, count=place.count, share=place.share) for place in top],
        other=ranking.total - sum(place.count for place in top),
    )
