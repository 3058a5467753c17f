"""Several values' counts over the same time."""

from collections.abc import Callable, Sequence
from datetime import datetime

from consumers.tables import Level
from reporting.answers import Comparison, Dimension, ValueSeries
from reporting.problems import bad_parameter
from reporting.queries.value_counts import ValueCounts
from reporting.queries.values import normalise
from reporting.reader import TrendsReader
from reporting.windows import SpanError, format_as_of, format_seconds, series_span


class CompareQuery:
    """Answers ``/v1/compare/{dimension}``."""

    def __init__(self, reader: TrendsReader, counts: ValueCounts, clock: Callable[[], datetime]) -> None:
        """Answer from `counts` as fresh as `reader` says; `clock` says now, with an offset."""
        self._reader = reader
        self._counts = counts
        self._clock = clock

    def __call__(
        self,
        dimension: Dimension,
        values: Sequence[str],
        granularity: Level,
        start: datetime | None,
        end: datetime | None,
    ) -> Comparison:
        """Return each value's count in each bucket from `start` to `end`, in the order of `values`.

        Raises:
            BadRequestError: two values are the same, the start is not before the end, or there are too many points.
        """
        try:
            span = series_span(granularity, start, end, self._clock())
        except SpanError as error:
            raise bad_parameter("start", str(error)) from error
        normal = [normalise(dimension, value) for value in values]
        if len(set(normal)) < len(normal):
            raise bad_parameter("values", "should differ, as events hold them")
        freshness = self._reader.freshness()
        hidden = self._reader.hidden()[dimension]
        counts = self._counts.of(dimension, set(normal) - hidden, granularity, span, freshness)
        starts = range(span.start, span.end, granularity.seconds)
        rows = {value: [counts[value][at] if value in counts else 0 for at in starts] for value in normal}
        return Comparison(
            dimension=dimension,
            granularity=granularity.value,
            from_=format_seconds(span.start),
            to=format_seconds(span.end),
            as_of=format_as_of(freshness.as_of),
            starts=[format_seconds(at) for at in starts],
            series=[ValueSeries(value=value, total=sum(row), counts=row) for value, row in rows.items()],
        )
