"""Statistics as OpenTelemetry metrics.

Instruments are those that take what is added (counters, up-down counters, histograms), not those that ask for it by a
callback: a callback can't be taken back from a meter, so producers that come and go would stay in memory and go on
being reported. The names are Penstock's; the attributes ``aws.kinesis.stream_name`` and ``error.type`` are those of the
OpenTelemetry semantic conventions.
"""

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, Final

from penstock.delivery.distribution import Distribution
from penstock.delivery.statistics import Statistics
from penstock.errors import ConfigurationError
from penstock.metrics.measurements import ERRORS, LEVELS, Measurement, measure

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram, Meter, UpDownCounter

STREAM: Final = "aws.kinesis.stream_name"
SHARD: Final = "aws.kinesis.shard_id"
ERROR: Final = "error.type"

COUNTERS: Final = {
    "UserRecordsReceived": ("penstock.user_records.received", "{record}", "Events that put has taken"),
    "UserRecordsRecovered": ("penstock.user_records.recovered", "{record}", "Events kept by a spool for this process"),
    "UserRecordsPut": ("penstock.user_records.put", "{record}", "Events acknowledged"),
    "UserRecordsDataPut": ("penstock.user_records.data_put", "By", "Data of the events acknowledged"),
    "UserRecordsFailed": ("penstock.user_records.failed", "{record}", "Events that will not be delivered"),
    "UserRecordsResent": ("penstock.user_records.resent", "{record}", "Events sent again after a split"),
    "UserRecordExpired": ("penstock.user_records.expired", "{record}", "Events whose time to live was over"),
    "KinesisRecordsPut": ("penstock.kinesis_records.put", "{record}", "Kinesis records acknowledged"),
    "KinesisRecordsDataPut": ("penstock.kinesis_records.data_put", "By", "Data of the Kinesis records acknowledged"),
    "KinesisRecordsMisrouted": ("penstock.kinesis_records.misrouted", "{record}", "Records in an unforeseen shard"),
    ERRORS: ("penstock.errors", "{error}", "Errors of records and of calls"),
}
"""By KPL's name: the instrument's name, unit and description. ``AllErrors`` is the sum of ``penstock.errors``."""

UP_DOWN_COUNTERS: Final = {
    "UserRecordsPending": ("penstock.user_records.pending", "{record}", "Events without an outcome"),
    "BufferedBytes": ("penstock.buffered", "By", "What pending events hold of the buffer"),
}

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300)
_NUMBERS: Final = (0, 1, 2, 3, 5, 7, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000)
# The SDK's own boundaries, from 5 on, would put nearly all seconds into one bucket.

HISTOGRAMS: Final = {
    "RetriesPerRecord": ("penstock.retries_per_record", "{retry}", "Retries of each Kinesis record"),
    "BufferingTime": ("penstock.buffering_time", "s", "Time from a record's first event to its first call"),
    "RequestTime": ("penstock.request_time", "s", "Time that each PutRecords call took"),
    "UserRecordsPerKinesisRecord": ("penstock.user_records_per_kinesis_record", "{record}", "Events in each record"),
    "KinesisRecordsPerPutRecordsRequest": ("penstock.kinesis_records_per_request", "{record}", "Records in each call"),
    "UserRecordsPerPutRecordsRequest": ("penstock.user_records_per_request", "{record}", "Events in each call"),
}


MOST_RECORDED: Final = 5000
"""Values recorded at most in an interval, one for each histogram and shard apart: some 10 microseconds each."""


class OpenTelemetryExporter:
    """Adds what happened in each interval to instruments of an OpenTelemetry meter.

    What is known by shard carries the shard, so that a sum over shards is the stream's; what belongs to no shard
    carries none. Histograms are fed with values that are within 1/32 of the true ones and, since OpenTelemetry takes
    them one by one, with an even choice of them when there are many: how many there were, the counters tell.

    Args:
        meter: where to make the instruments; by default the global meter provider's meter ``penstock``.
        interval_seconds: the time between two reports; best not longer than that of the meter's reader.

    Raises:
        ConfigurationError: if the interval is not above 0, or there is no meter and the package opentelemetry-api is
            not installed.
    """

    def __init__(self, meter: "Meter | None" = None, *, interval_seconds: float = 10.0) -> None:
        if interval_seconds <= 0:
            raise ConfigurationError(f"interval_seconds must be above 0, not {interval_seconds!r}")
        self.interval_seconds = interval_seconds
        meter = meter or _global_meter()
        self._counters: dict[str, Counter] = {
            metric: meter.create_counter(name, unit, description)
            for metric, (name, unit, description) in COUNTERS.items()
        }
        self._levels: dict[str, UpDownCounter] = {
            metric: meter.create_up_down_counter(name, unit, description)
            for metric, (name, unit, description) in UP_DOWN_COUNTERS.items()
        }
        self._histograms: dict[str, Histogram] = {
            metric: meter.create_histogram(
                name, unit, description, explicit_bucket_boundaries_advisory=_SECONDS if unit == "s" else _NUMBERS
            )
            for metric, (name, unit, description) in HISTOGRAMS.items()
        }
        self._stream_name: str | None = None
        self._before: Statistics | None = None

    def begin(self, stream_name: str) -> None:
        """Learn the stream; see `Exporter`."""
        if self._stream_name is not None:
            raise ConfigurationError(
                f"this OpenTelemetryExporter exports {self._stream_name} already: make one for each producer"
            )
        self._stream_name = stream_name

    def export(self, statistics: Statistics) -> None:
        """Add what happened since the snapshot before."""
        before, self._before = self._before, statistics
        measurements = _by_shard(measure(statistics, before))
        spread = sum(one.value.count for one in measurements if isinstance(one.value, Distribution))
        for measurement in measurements:
            attributes = {STREAM: self._stream_name or ""}
            if measurement.shard_id is not None:
                attributes[SHARD] = measurement.shard_id
            if measurement.error_code is not None:
                attributes[ERROR] = measurement.error_code
            value = measurement.value
            if isinstance(value, Distribution):
                histogram = self._histograms[measurement.metric]
                for sample in _thinned(value, min(1.0, MOST_RECORDED / spread)):
                    histogram.record(sample, attributes)
            elif measurement.metric in LEVELS:
                attribute = LEVELS[measurement.metric]
                earlier = 0 if before is None else getattr(before, attribute)
                self._levels[measurement.metric].add(value - earlier, attributes)
            elif measurement.metric in self._counters and value:
                self._counters[measurement.metric].add(value, attributes)


def _thinned(distribution: Distribution, share: float) -> Iterator[float]:
    """Return a share of the values, one at least, evenly from small to large."""
    passed = taken = 0
    for value, count in distribution.buckets:
        passed += count
        until = ceil(passed * share)
        for _ in range(until - taken):
            yield value
        taken = until


def _by_shard(measurements: list[Measurement]) -> list[Measurement]:
    """Return the measurements such that nothing is in both the stream's and a shard's."""
    of_shards = [measurement for measurement in measurements if measurement.shard_id is not None]
    counted: dict[tuple[str, str | None], int] = {}
    spread = set()
    for metric, value, _, code in of_shards:
        if isinstance(value, Distribution):
            spread.add(metric)
        else:
            counted[metric, code] = counted.get((metric, code), 0) + value
    rest = []
    for measurement in measurements:
        if measurement.shard_id is None and measurement.metric not in spread:
            value = measurement.value
            if not isinstance(value, Distribution):
                value -= counted.get((measurement.metric, measurement.error_code), 0)
            rest.append(measurement._replace(value=value))
    return rest + of_shards


def _global_meter() -> "Meter":
    try:
        from opentelemetry import metrics
    except ImportError as error:
        raise ConfigurationError(
            "the package opentelemetry-api is not installed: pip install 'penstock[opentelemetry]'"
        ) from error
    return metrics.get_meter("penstock")
