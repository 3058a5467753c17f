"""From when to when: the arrival times whose records are rebuilt. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Self


class SpanError(ValueError):
    """A span that can't be understood; the message names the value."""


class Span(NamedTuple):
    """Arrival times from `start` up to but not including `end`."""

    start: datetime
    end: datetime

    @classmethod
    def parse(cls, start: str, end: str) -> Self:
        """Read two times: ISO 8601 with an offset from UTC, or dates, which mean midnight in UTC.

        Raises:
            SpanError: one is none, or the end does not come after the start.

        >>> Span.parse("2026-11-20", "2026-11-21T09:30:00Z").end.isoformat()
        '2026-11-21T09:30:00+00:00'
        """
        span = cls(_time(start), _time(end))
        if span.end <= span.start:
            raise SpanError(f"the end has to come after the start, and {end!r:.40} does not come after {start!r:.40}")
        return span

    def holds(self, arrived_ms: int) -> bool:
        """Tell whether an arrival, in epoch milliseconds, is within."""
        return self.start.timestamp() * 1000 <= arrived_ms < self.end.timestamp() * 1000

    def hours(self) -> Iterator[str]:
        """Yield the UTC hours that it touches, like ``2026-11-21T09``, in order."""
        hour = self.start.replace(minute=0, second=0, microsecond=0)
        while hour < self.end:
            yield hour.strftime("%Y-%m-%dT%H")
            hour += timedelta(hours=1)


def _time(text: str) -> datetime:
    try:
        if len(text) == len("2026-11-21"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo is not None else _refuse(text)
    except (ValueError, OverflowError) as error:
        raise SpanError(
            f"a time is a date or has an offset from UTC, like 2026-11-21 or 2026-11-21T09:30:00Z: not {text!r:.40}"
        ) from error


def _refuse(text: str) -> datetime:
    raise ValueError(f"{text:.40} has no offset from UTC")
