"""One value's counts over time."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from consumers.tables import Level
from reporting.answers import Dimension, Point, Series
from reporting.problems import bad_parameter
from reporting.queries.planning import Planning
from reporting.queries.values import normalise
from reporting.reader import TrendsReader
from reporting.windows import SpanError, format_as_of, format_seconds, series_span


class SeriesQuery:
    """Answers ``/v1/trends/{dimension}/{value}/series``."""

    def __init__(self, reader: TrendsReader, planning: Planning, clock: Callable[[], datetime]) -> None:
        """Answer from what `reader` reads; `clock` says now, with an offset."""
        self._reader = reader
        self._planning = planning
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
        counts: Counter[int] = Counter()
        shown = normal not in self._reader.hidden()[dimension]
        reads = self._planning.reads(span, freshness, granularity) if shown else []
        for item in self._reader.read(reads, self._reader.bucket_of(dimension, normal)):
            counts[granularity.floor(item.start)] += item.counts[dimension].get(normal, 0)
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
