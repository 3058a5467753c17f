"""All about one value: its counts in each window, since when it is there, when it was used most."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from consumers.schedule import DAY
from consumers.tables import Level
from consumers.trends.retention import DAY_DAYS
from reporting.answers import Dimension, FirstSeen, Peak, ValueAnswer, ValueWindow, ValueWindows
from reporting.plan import Closed
from reporting.queries.trends import TrendsQuery
from reporting.queries.value_counts import ValueCounts
from reporting.queries.values import normalise
from reporting.ranking import Ranking
from reporting.reader import Freshness, TrendsReader
from reporting.windows import Span, Window, format_as_of, format_seconds

PEAK_DAYS: Final = 7

_FINER: Final = {Level.DAY: Level.HOUR, Level.HOUR: Level.MINUTE}
_BY_MINUTE: Final = tuple(window for window in Window if window.level is Level.MINUTE)


class ValueQuery:
    """Answers ``/v1/trends/{dimension}/{value}``."""

    def __init__(
        self,
        reader: TrendsReader,
        trends: TrendsQuery,
        counts: ValueCounts,
        clock: Callable[[], datetime],
    ) -> None:
        """Rank by the lists of `trends`; count by `counts`, as fresh as `reader` says; `clock` says now."""
        self._reader = reader
        self._trends = trends
        self._counts = counts
        self._clock = clock

    def __call__(self, dimension: Dimension, value: str) -> ValueAnswer:
        """Return what is known of the value."""
        normal = normalise(dimension, value)
        hidden = self._reader.hidden()[dimension]
        freshness = self._reader.freshness()
        listed = {window: self._trends.newest(dimension, window) for window in Window}
        shown = [] if normal in hidden else [normal]
        places = {
            window: Ranking(kept).without(hidden).place_of(normal) if shown else None
            for window, (_, kept) in listed.items()
        }
        to = listed[Window.DAY][0].to
        recent = Span(to - PEAK_DAYS * DAY, max(to, Window.DAY.end(self._clock().timestamp())))
        # Minutes of hours that are not closed, and where a list does not have the value those of two windows.
        unclosed = min(max((freshness.closed or Closed()).hour, recent.start), recent.end)
        listless = [listed[window][0].to - 2 * window.seconds for window in _BY_MINUTE if places[window] is None]
        minutes = self._of(dimension, shown, Level.MINUTE, Span(min([unclosed, *listless]), recent.end), freshness)
        known = _Known(
            self._of(dimension, shown, Level.HOUR, Span(recent.start, unclosed), freshness),
            Counter({start: count for start, count in minutes.items() if start >= unclosed}),
        )
        hours = known.by_hour(recent.end)
        windows = {}
        least = _Least()
        for window, (listing, kept) in listed.items():
            span = Span(listing.to - window.seconds, listing.to)
            place = places[window]
            if place is not None:
                now, before = place.count, place.count_before
            else:
                counted = minutes if window in _BY_MINUTE else hours
                now, before = _sum(counted, span), _sum(counted, Span(span.start - window.seconds, span.start))
            now, total = least.of(span, max(now, known.least(span)), kept.total)
            windows[window] = ValueWindow(
                from_=format_seconds(span.start),
                to=format_seconds(span.end),
                count=now,
                count_before=before,
                change=round(now / before - 1, 6) if before else None,
                share=round(now / max(total, now), 6) if now else 0.0,  # `now` may be newer than the list's total
                rank=place.rank if place is not None else None,
            )
        arrivals = [listing.as_of for listing, _ in listed.values() if listing.as_of is not None]
        return ValueAnswer(
            dimension=dimension,
            value=normal,
            as_of=format_as_of(min(arrivals, default=None)),
            windows=ValueWindows(
                five_minutes=windows[Window.FIVE_MINUTES], hour=windows[Window.HOUR], day=windows[Window.DAY]
            ),
            first_seen=self._first_seen(dimension, shown, freshness, recent, known),
            # No newer than the window of an hour, which has the current hour up to there.
            peak=_peak(known.by_hour(min(to, listed[Window.HOUR][0].to))),
        )

    def _first_seen(
        self, dimension: Dimension, shown: list[str], freshness: Freshness, recent: Span, known: "_Known"
    ) -> FirstSeen | None:
        """Look for the first day, in it for the first hour, in that for the first minute, as far as they are kept.

        Of `recent` the counts are `known` already.
        """
        end = Level.DAY.floor(recent.start) + DAY
        days = self._of(dimension, shown, Level.DAY, Span(end - DAY_DAYS * DAY, end), freshness)
        if not days and not known.hours and known.minutes:
            return FirstSeen(start=format_seconds(min(known.minutes)), granularity=Level.MINUTE.value)
        counted, level = (days, Level.DAY) if days else (known.hours, Level.HOUR)
        found: FirstSeen | None = None
        while counted:
            start = min(counted)
            found = FirstSeen(start=format_seconds(start), granularity=level.value)
            if level is Level.MINUTE:
                break
            span, level = Span(start, start + level.seconds), _FINER[level]
            counted = self._of(dimension, shown, level, span, freshness)
        return found

    def _of(
        self, dimension: Dimension, shown: list[str], level: Level, span: Span, freshness: Freshness
    ) -> Counter[int]:
        """Return the counts of the value, without zeros."""
        counts = self._counts.of(dimension, shown, level, span, freshness)
        return +counts[shown[0]] if shown else Counter()


class _Known(NamedTuple):
    """What was read of a value, by its start: newer than the lists, from which windows are counted."""

    hours: Counter[int]
    """Of the closed time."""
    minutes: Counter[int]
    """Since then."""

    def by_hour(self, end: int) -> Counter[int]:
        """Return the counts of hours, of all that is before `end`."""
        hours = Counter({start: count for start, count in self.hours.items() if start < end})
        for start, count in self.minutes.items():
            if start < end:
                hours[Level.HOUR.floor(start)] += count
        return hours

    def least(self, span: Span) -> int:
        """Return what `span` has at least: its closed hours that are whole, and its minutes since then."""
        whole = Span(span.start, span.end - Level.HOUR.seconds + 1)
        return _sum(self.hours, whole) + _sum(self.minutes, span)


class _Least:
    """Lists of longer windows are made less often: one may lack what a shorter window's, within it, has already."""

    def __init__(self) -> None:
        self._span = Span(0, 0)
        self._counts = 0, 0

    def of(self, span: Span, count: int, total: int) -> tuple[int, int]:
        """Return a value's count and its dimension's, no less than in the shorter window that was asked for before."""
        if span.start <= self._span.start and self._span.end <= span.end:
            count, total = max(count, self._counts[0]), max(total, self._counts[1])
        self._span, self._counts = span, (count, total)
        return count, total


def _sum(counted: Counter[int], span: Span) -> int:
    return sum(count for start, count in counted.items() if span.start <= start < span.end)


def _peak(hours: Counter[int]) -> Peak | None:
    """Return the hour with the highest count, the latest of equal ones."""
    if not hours:
        return None
    start, count = max(hours.items(), key=lambda hour: (hour[1], hour[0]))
    return Peak(start=format_seconds(start), granularity="hour", count=count)
