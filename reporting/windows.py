"""Which time an answer counts: windows and series, always whole UTC buckets, the current one included."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from consumers.tables import Level
from consumers.views.windows import Window

__all__ = [
    "MAX_POINTS",
    "Span",
    "SpanError",
    "Window",
    "format_as_of",
    "format_milliseconds",
    "format_seconds",
    "parse_instant",
    "series_span",
    "window_span",
]

MAX_POINTS: Final = 1_500
"""Longest series of one answer."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(3000, 1, 1, tzinfo=UTC)
_RFC_3339: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE
)
"""Its section 5.6; Python reads all of ISO 8601, weeks and comma fractions too."""

_DEFAULT_POINTS: Final = {Level.MINUTE: 60, Level.HOUR: 24, Level.DAY: 30}


class Span(NamedTuple):
    """A stretch of time in epoch seconds, `start` included, `end` not."""

    start: int
    end: int


class SpanError(ValueError):
    """A series was asked for over a time that has no buckets, or too many."""


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant between 1970 and 3000.

    Raises:
        ValueError: the text is no such instant; the message says what one looks like.
    """
    try:
        if _RFC_3339.fullmatch(text) and _EPOCH <= (instant := datetime.fromisoformat(text.upper())) <= _LATEST:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # answered below, in the API's own words
    raise ValueError(
        "should be an RFC 3339 instant between 1970 and 3000, with seconds and an offset, "
        "like 2026-04-29T09:30:00Z (a plus sign is sent as %2B)"
    )


def format_seconds(epoch: int) -> str:
    """Write epoch seconds as answers do: ``2026-04-29T09:30:00Z``."""
    return (_EPOCH + timedelta(seconds=epoch)).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_milliseconds(epoch: int) -> str:
    """Write epoch milliseconds as answers do: ``2026-04-29T09:30:12.345Z``."""
    instant = _EPOCH + timedelta(milliseconds=epoch)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_as_of(epoch: int | None) -> str | None:
    """Write a freshness in epoch milliseconds as answers do; None while nothing was applied stays None."""
    return None if epoch is None else format_milliseconds(epoch)


def window_span(window: Window, end: datetime | None, now: datetime) -> Span:
    """Return the time that `window` counts: up to `end` rounded up, or through the bucket that `now` is in.

    >>> start, end = window_span(Window.HOUR, None, datetime(2026, 4, 29, 12, 34, 56, tzinfo=UTC))
    >>> format_seconds(start), format_seconds(end)
    ('2026-04-29T11:35:00Z', '2026-04-29T12:35:00Z')
    """
    to = _end(window.level, end, now)
    return Span(to - window.seconds, to)


def series_span(granularity: Level, start: datetime | None, end: datetime | None, now: datetime) -> Span:
    """Return the time of a series: `start` rounds down, `end` up; 60 minutes, 24 hours or 30 days by default.

    Raises:
        SpanError: the start is not before the end, or there are more than `MAX_POINTS` buckets between them.
    """
    to = _end(granularity, end, now)
    if start is None:
        return Span(to - _DEFAULT_POINTS[granularity] * granularity.seconds, to)
    since = _floor(start, granularity.seconds)
    points = (to - since) // granularity.seconds
    if points < 1:
        raise SpanError(f"should be before the end, {format_seconds(to)}")
    if points > MAX_POINTS:
        raise SpanError(
            f"a series has at most {MAX_POINTS} points, not {points}: ask for less time or a coarser granularity"
        )
    return Span(since, to)


def _end(level: Level, end: datetime | None, now: datetime) -> int:
    if end is None:
        return _floor(now, level.seconds) + level.seconds
    return -(-(end - _EPOCH) // timedelta(seconds=level.seconds)) * level.seconds


def _floor(instant: datetime, seconds: int) -> int:
    return (instant - _EPOCH) // timedelta(seconds=seconds) * seconds
