"""What the reporting API answers: each question from the trends items it needs, and no more."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, get_args

from consumers.counts import BREAKDOWN_BUCKET, Counts, add, empty
from consumers.tables import Level
from consumers.trends.item import BucketItem
from penstock.hashtags import normalise_hashtag
from reporting.answers import (
    Breakdown,
    Dimension,
    Health,
    LevelsClosed,
    Point,
    RankedValue,
    Series,
    SharedValue,
    Summary,
    Trends,
)
from reporting.cursors import Cursor, CursorError, Listing
from reporting.plan import Closed, Read, plan
from reporting.problems import bad_parameter
from reporting.ranking import Place, Ranking
from reporting.reader import Buckets, Freshness, TrendsReader
from reporting.recent import RecentRankings
from reporting.sums import RunningSum
from reporting.windows import (
    Span,
    SpanError,
    Window,
    format_milliseconds,
    format_seconds,
    series_span,
    window_span,
)

BREAKDOWN_VALUES: Final = 10
"""Values a breakdown names before the rest becomes `other`."""

STALE_AFTER_SECONDS: Final = 120
"""Age of the newest arrival from which health says stale: well beyond the seconds that batches take."""

AHEAD_SECONDS: Final = 86_400
"""How far ahead of now is read. Events later than five minutes after their arrival are not counted; the rest of the day
is for clocks that differ."""


class Queries:
    """Answers each route's question. Times are read from a clock that is passed in."""

    def __init__(self, reader: TrendsReader, recent: RecentRankings, clock: Callable[[], datetime]) -> None:
        """Answer from what `reader` reads; `clock` says now, with an offset."""
        self._reader = reader
        self._recent = recent
        self._clock = clock
        self._hashtags = {window: RunningSum("hashtag") for window in Window}

    def trends(
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
        page = ranking.page(limit, after)
        return Trends(
            dimension=dimension,
            window=window.value,
            from_=format_seconds(listing.to - window.seconds),
            to=format_seconds(listing.to),
            as_of=_instant(listing.as_of),
            total=ranking.total,
            distinct=ranking.distinct,
            items=[_ranked_value(place) for place in page],
            next_cursor=_next_cursor(listing, ranking, page),
        )

    def series(
        self, dimension: Dimension, value: str, granularity: Level, start: datetime | None, end: datetime | None
    ) -> Series:
        """Return the value's count in each bucket from `start` to `end`.

        Raises:
            BadRequestError: the start is not before the end, or there are too many points.
        """
        try:
            span = series_span(granularity, start, end, self._clock())
        except SpanError as error:
            raise bad_parameter("start", str(error)) from error
        normal = normalise(dimension, value)
        freshness = self._reader.freshness()
        counts: Counter[int] = Counter()
        reads = self._reads(span, freshness, granularity)
        for item in self._reader.read(reads, self._reader.bucket_of(dimension, normal)):
            counts[granularity.floor(item.start)] += item.counts[dimension].get(normal, 0)
        return Series(
            dimension=dimension,
            value=normal,
            granularity=granularity.value,
            from_=format_seconds(span.start),
            to=format_seconds(span.end),
            as_of=_instant(freshness.as_of),
            total=counts.total(),
            points=[
                Point(start=format_seconds(when), count=counts[when])
                for when in range(span.start, span.end, granularity.seconds)
            ],
        )

    def summary(self, window: Window, end: datetime | None) -> Summary:
        """Return how many events the window has, and each dimension's first values."""
        span = window_span(window, end, self._clock())
        freshness = self._reader.freshness()
        counts = self._counts(window, span, freshness, self._reader.all_buckets)
        breakdowns = {dimension: _breakdown(Ranking(counts[dimension])) for dimension in get_args(Dimension)}
        return Summary(
            window=window.value,
            from_=format_seconds(span.start),
            to=format_seconds(span.end),
            as_of=_instant(freshness.as_of),
            events=breakdowns["kind"].total,  # an event has exactly one kind
            **breakdowns,
        )

    def health(self) -> Health:
        """Return how fresh the trends are."""
        freshness = self._reader.freshness()
        age = _age(freshness, self._clock())
        hour, day = freshness.closed or Closed()
        return Health(
            status="empty" if age is None else "stale" if age > STALE_AFTER_SECONDS else "ok",
            as_of=_instant(freshness.as_of),
            age_seconds=age,
            stale_after_seconds=STALE_AFTER_SECONDS,
            levels=LevelsClosed(hour=format_seconds(hour) if hour else None, day=format_seconds(day) if day else None),
        )

    def _go_on(self, listing: Listing) -> tuple[Listing, Ranking]:
        kept = self._recent.get(listing)
        if kept is not None:
            return listing, kept
        return self._rank(listing.dimension, listing.window, listing.to)

    def _rank(self, dimension: str, window: Window, to: int) -> tuple[Listing, Ranking]:
        freshness = self._reader.freshness()
        span = Span(to - window.seconds, to)
        counts = self._counts(window, span, freshness, self._reader.buckets_of(dimension))
        listing, ranking = Listing(dimension, window, to, freshness.as_of), Ranking(counts[dimension])
        self._recent.keep(listing, ranking)
        return listing, ranking

    def _counts(self, window: Window, span: Span, freshness: Freshness, buckets: Buckets) -> Counts:
        counts = empty()
        hashtags: list[BucketItem] = []
        for item in self._reader.read(self._reads(span, freshness), buckets):
            if item.bucket == BREAKDOWN_BUCKET:
                add(counts, item.counts)
            else:
                hashtags.append(item)
        if hashtags:
            counts["hashtag"] = self._hashtags[window].of(hashtags)
        return counts

    def _reads(self, span: Span, freshness: Freshness, coarsest: Level = Level.DAY) -> list[Read]:
        """Plan what `span` needs: nothing before anything was counted, nor of a time that is far ahead.

        Neither has closed days, so a plan would read each of its minutes.
        """
        if freshness.closed is None:
            return []
        latest = Level.DAY.floor(self._clock().timestamp() + AHEAD_SECONDS) + Level.DAY.seconds
        return plan(Span(span.start, min(span.end, latest)), freshness.closed, coarsest)


def normalise(dimension: str, value: str) -> str:
    """Return a value as events hold it: a hashtag normalised, a language reduced to its primary tag.

    >>> normalise("hashtag", "#Café"), normalise("lang", "pt-BR")
    ('café', 'pt')
    """
    if dimension == "hashtag":
        return normalise_hashtag(value)
    if dimension == "lang":
        return value.partition("-")[0].lower()
    return value


def _cursor(text: str, dimension: str, window: Window, end: int | None) -> Cursor:
    try:
        cursor = Cursor.decode(text)
        cursor.check(dimension, window, end)
    except CursorError as error:
        raise bad_parameter("cursor", str(error)) from error
    return cursor


def _next_cursor(listing: Listing, ranking: Ranking, page: list[Place]) -> str | None:
    if not page or page[-1].rank >= ranking.distinct:
        return None
    return Cursor(listing, page[-1].count, page[-1].value).encode()


def _ranked_value(place: Place) -> RankedValue:
    return RankedValue(rank=place.rank, value=place.value, count=place.count, share=place.share)


def _breakdown(ranking: Ranking) -> Breakdown:
    top = ranking.page(BREAKDOWN_VALUES)
    return Breakdown(
        total=ranking.total,
        distinct=ranking.distinct,
        items=[SharedValue(value=place.value, count=place.count, share=place.share) for place in top],
        other=ranking.total - sum(place.count for place in top),
    )


def _age(freshness: Freshness, now: datetime) -> float | None:
    if freshness.as_of is None:
        return None
    # Never negative: an arrival stamped by a clock that runs ahead of this one is as fresh as can be.
    return max(round(now.astimezone(UTC).timestamp() - freshness.as_of / 1_000, 3), 0.0)


def _instant(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else format_milliseconds(milliseconds)
