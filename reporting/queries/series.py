"""One value's counts over time."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from consumers.tables import Level
from reporting.answers import Dimension, Point, Series
from reporting.problems import bad_parameter
from reporting.queries.value_counts import ValueCounts
from reporting.queries.values import normalise
from reporting.reader import TrendsReader
from reporting.windows import SpanError, format_as_of, format_seconds, series_span


class SeriesQuery:
    """Answers ``/v1/trends/{dimension}/{value}/series``."""

    def __init__(self, reader: TrendsReader, counts: ValueCounts, clock: Callable[[], datetime]) -> None:
        """Answer from `counts` as fresh as `reader` says; `clock` says now, with an offset."""
        self._reader = reader
        self._counts = counts
        self._clock = clock

    def __call__(
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
        shown = [] if normal in self._reader.hidden()[dimension] else [normal]
        counts = self._counts.of(dimension, shown, granularity, span, freshness).get(normal, Counter())
        return Series(
            dimension=dimension,
            value=normal,
            granularity=granularity.value,
            from_=format_seconds(span.start),
            to=format_seconds(span.end),
            as_of=format_as_of(freshness.as_of),
            total=counts.total(),
            points=[
                Point(start=format_seconds(when), count=counts[when])
                for when in range(span.start, span.end, granularity.seconds)
            ],
        )
