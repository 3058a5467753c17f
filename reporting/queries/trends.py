"""The most used values of a window, and those that rose most."""

from collections.abc import Callable
from datetime import datetime

from consumers.views.lists.order import Ranks
from consumers.views.lists.ranked import ranked
from consumers.views.lists.top_list import DimensionList
from reporting.answers import Before, Dimension, RankedValue, Trends
from reporting.cursors import Cursor, CursorError, Listing
from reporting.live_lists import LiveLists
from reporting.problems import bad_parameter
from reporting.queries.window_counts import WindowCounts
from reporting.ranking import Place, Ranking, Sort
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.windows import Span, Window, format_as_of, format_seconds, window_span


class TrendsQuery:
    """Answers ``/v1/trends/{dimension}``: from a list that is kept, else by summing the window and the one before."""

    def __init__(
        self,
        reader: TrendsReader,
        lists: LiveLists,
        counts: WindowCounts,
        recent: RecentRankings,
        clock: Callable[[], datetime],
    ) -> None:
        """Answer from `lists`, or from `counts` as fresh as `reader` says; `clock` says now, with an offset."""
        self._reader = reader
        self._lists = lists
        self._counts = counts
        self._recent = recent
        self._clock = clock

    def __call__(
        self,
        dimension: Dimension,
        window: Window,
        limit: int,
        cursor: str | None,
        end: datetime | None,
        *,
        sort: Sort = Sort.COUNT,
    ) -> Trends:
        """Return one page of the dimension's values.

        Raises:
            BadRequestError: the cursor is damaged, or of another list.
        """
        to = None if end is None else window_span(window, end, self._clock()).end
        if cursor is None:
            after = None
            listing, listed = self._first(dimension, window, sort, to)
        else:
            last = _cursor(cursor, dimension, window, sort, to)
            after = (last.number, last.value)
            listing, listed = self._go_on(last.listing)
        ranking = Ranking(listed, sort).without(self._reader.hidden()[dimension])
        page = ranking.page(limit, after)
        start = listing.to - window.seconds
        return Trends(
            dimension=dimension,
            window=window.value,
            sort=sort.value,
            from_=format_seconds(start),
            to=format_seconds(listing.to),
            as_of=format_as_of(listing.as_of),
            total=ranking.total,
            distinct=ranking.distinct,
            before=Before(
                from_=format_seconds(start - window.seconds), to=format_seconds(start), total=ranking.total_before
            ),
            history_seconds=window.part_seconds,
            items=[_ranked_value(place) for place in page],
            next_cursor=_next_cursor(listing, ranking, page),
        )

    def newest(self, dimension: str, window: Window) -> tuple[Listing, DimensionList]:
        """Return the list of the window that ends now: the one kept, else one made by summing."""
        return self._first(dimension, window, Sort.COUNT, None)

    def _first(self, dimension: str, window: Window, sort: Sort, to: int | None) -> tuple[Listing, DimensionList]:
        kept = self._lists.newest(window) if to is None else self._lists.ending(window, to)
        if kept is not None:
            return Listing(dimension, window, sort, kept.end, kept.as_of), kept.dimensions[dimension]
        return self._sum(dimension, window, sort, window_span(window, None, self._clock()).end if to is None else to)

    def _go_on(self, listing: Listing) -> tuple[Listing, DimensionList]:
        summed = self._recent.get(listing)
        if summed is not None:
            return listing, summed
        kept = self._lists.as_it_was(listing.window, listing.to, listing.as_of)
        if kept is not None:
            return listing._replace(as_of=kept.as_of), kept.dimensions[listing.dimension]
        return self._sum(listing.dimension, listing.window, listing.sort, listing.to)

    def _sum(self, dimension: str, window: Window, sort: Sort, to: int) -> tuple[Listing, DimensionList]:
        freshness = self._reader.freshness()
        start = to - window.seconds
        buckets = self._reader.buckets_of(dimension)
        counts = self._counts.of(window, Span(start, to), freshness, buckets)[dimension]
        before = self._counts.before(window, Span(start - window.seconds, start), freshness, buckets)[dimension]
        listing = Listing(dimension, window, sort, to, freshness.as_of)
        listed = ranked(counts, before, Ranks(before))
        self._recent.keep(listing, listed)
        return listing, listed


def _cursor(text: str, dimension: str, window: Window, sort: Sort, end: int | None) -> Cursor:
    try:
        cursor = Cursor.decode(text)
        cursor.check(dimension, window, sort, end)
    except CursorError as error:
        raise bad_parameter("cursor", str(error)) from error
    return cursor


def _next_cursor(listing: Listing, ranking: Ranking, page: list[Place]) -> str | None:
    if not page or page[-1].rank >= ranking.places:
        return None
    return Cursor(listing, page[-1].number, page[-1].value).encode()


def _ranked_value(place: Place) -> RankedValue:
    return RankedValue(
        rank=place.rank,
        value=place.value,
        count=place.count,
        share=place.share,
        count_before=place.count_before,
        change=place.change,
        rank_before=place.rank_before,
        history=list(place.history),
    )
