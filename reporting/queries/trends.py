"""The most used values of a window."""

from collections.abc import Callable
from datetime import datetime

from reporting.answers import Dimension, RankedValue, Trends
from reporting.cursors import Cursor, CursorError, Listing
from reporting.problems import bad_parameter
from reporting.queries.window_counts import WindowCounts
from reporting.ranking import Place, Ranking
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.windows import Span, Window, format_as_of, format_seconds, window_span


class TrendsQuery:
    """Answers ``/v1/trends/{dimension}``."""

    def __init__(
        self, reader: TrendsReader, counts: WindowCounts, recent: RecentRankings, clock: Callable[[], datetime]
    ) -> None:
        """Answer from `counts` as fresh as `reader` says; `clock` says now, with an offset."""
        self._reader = reader
        self._counts = counts
        self._recent = recent
        self._clock = clock

    def __call__(
        self, dimension: Dimension, window: Window, limit: int, cursor: str | None, end: datetime | None
    ) -> Trends:
        """Return one page of the dimension's values, most used first.

        Raises:
            BadRequestError: the cursor is damaged, or of another list.
        """
        to = window_span(window, end, self._clock()).end
        if cursor is None:
            after = None
            listing, ranking = self._rank(dimension, window, to)
        else:
            last = _cursor(cursor, dimension, window, None if end is None else to)
            after = (last.count, last.value)
            listing, ranking = self._go_on(last.listing)
        ranking = ranking.without(self._reader.hidden()[dimension])
        page = ranking.page(limit, after)
        return Trends(
            dimension=dimension,
            window=window.value,
            from_=format_seconds(listing.to - window.seconds),
            to=format_seconds(listing.to),
            as_of=format_as_of(listing.as_of),
            total=ranking.total,
            distinct=ranking.distinct,
            items=[_ranked_value(place) for place in page],
            next_cursor=_next_cursor(listing, ranking, page),
        )

    def _go_on(self, listing: Listing) -> tuple[Listing, Ranking]:
        kept = self._recent.get(listing)
        if kept is not None:
            return listing, kept
        return self._rank(listing.dimension, listing.window, listing.to)

    def _rank(self, dimension: str, window: Window, to: int) -> tuple[Listing, Ranking]:
        freshness = self._reader.freshness()
        span = Span(to - window.seconds, to)
        counts = self._counts.of(window, span, freshness, self._reader.buckets_of(dimension))
        listing, ranking = Listing(dimension, window, to, freshness.as_of), Ranking(counts[dimension])
        self._recent.keep(listing, ranking)
        return listing, ranking


def _cursor(text: str, dimension: str, window: Window, end: int | None) -> Cursor:
    try:
        cursor = Cursor.decode(text)
        cursor.check(dimension, window, end)
    except CursorError as error:
        raise bad_parameter("cursor", str(error)) from error
    return cursor


def _next_cursor(listing: Listing, ranking: Ranking, page: list[Place]) -> str | None:
    if not page or page[-1].rank >= ranking.places:
        return None
    return Cursor(listing, page[-1].count, page[-1].value).encode()


def _ranked_value(place: Place) -> RankedValue:
    return RankedValue(rank=place.rank, value=place.value, count=place.count, share=place.share)
