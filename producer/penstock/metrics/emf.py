"""Statistics as CloudWatch metrics, by way of a log: the embedded metric format (EMF).

The format: Amazon CloudWatch User Guide, "Specification: Embedded metric format". It is turned into metrics where logs
come to CloudWatch Logs by way of Lambda, ECS, the CloudWatch agent or anything else that knows it. Distributions are
written with their ``Values`` and ``Counts``, like those of PutMetricData; the guide does not mention that form, which
AWS's own aws-embedded-metrics-java and OpenTelemetry exporter for EMF write, too.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from penstock.delivery.distribution import Distribution
from penstock.delivery.statistics import Statistics
from penstock.errors import ConfigurationError
from penstock.metrics.measurements import Measurement, measure

MOST_VALUES: Final = 100
"""Most values of a metric in a document (the specification's "Target members")."""

MOST_DIMENSIONS: Final = 9
"""Most dimensions of a metric (the specification's "DimensionSet array")."""

KPL_NAMESPACE: Final = "KinesisProducerLibrary"
"""Where KPL puts its metrics by default (its option MetricsNamespace)."""

_UNITS: Final = {
    "BufferingTime": "Milliseconds",
    "RequestTime": "Milliseconds",
    "UserRecordsDataPut": "Bytes",
    "KinesisRecordsDataPut": "Bytes",
    "BufferedBytes": "Bytes",
}

_TRIED: Final = {"UserRecordsPut": "UserRecordsFailed", "KinesisRecordsPut": "AllErrors"}
"""What KPL reports as 1 for each success and 0 for each failure, and what counts the failures."""


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class EmfExporter:
    """Writes what happened in each interval as lines of JSON: for the stream, each shard, and each error code of both.

    Metrics have KPL's names, units and dimensions (``StreamName``, ``ShardId``, ``ErrorCode``), so dashboards and
    alarms made for KPL go on. As with KPL, the averages of ``UserRecordsPut`` and ``KinesisRecordsPut`` are rates of
    success.

    Args:
        write: is given each line, without its end; by default they go to standard output, as Lambda wants it.
        namespace: of the metrics; by default KPL's.
        interval_seconds: the time between two reports; CloudWatch keeps metrics by the minute.
        shards: whether shards have metrics of their own: CloudWatch charges for each metric of each.
        dimensions: more dimensions for all metrics, a host's name for example; 6 at most.
        clock: returns the seconds since the Unix epoch.

    Raises:
        ConfigurationError: if the interval is not above 0, or CloudWatch takes no such namespace or dimensions.
    """

    def __init__(
        self,
        write: Callable[[str], object] = _print,
        *,
        namespace: str = KPL_NAMESPACE,
        interval_seconds: float = 60.0,
        shards: bool = True,
        dimensions: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.interval_seconds = interval_seconds
        self._write = write
        self._namespace = namespace
        self._shards = shards
        self._dimensions = dict(dimensions or {})
        self._clock = clock
        self._stream_name: str | None = None
        self._before: Statistics | None = None
        if interval_seconds <= 0:
            raise ConfigurationError(f"interval_seconds must be above 0, not {interval_seconds!r}")
        for text in (namespace, *self._dimensions, *self._dimensions.values()):
            if not isinstance(text, str) or not 1 <= len(text) <= 255:
                raise ConfigurationError(f"CloudWatch's names and values have 1 to 255 characters, not {text!r:.60}")
        if len(self._dimensions) > MOST_DIMENSIONS - 3:
            raise ConfigurationError(f"dimensions can be {MOST_DIMENSIONS - 3} at most, not {len(self._dimensions)}")

    def begin(self, stream_name: str) -> None:
        """Learn the stream; see `Exporter`."""
        if self._stream_name is not None:
            raise ConfigurationError(
                f"this EmfExporter exports {self._stream_name} already: make one for each producer"
            )
        self._stream_name = stream_name

    def export(self, statistics: Statistics) -> None:
        """Write what happened since the snapshot before."""
        measurements = measure(statistics, self._before)
        self._before = statistics
        timestamp = int(self._clock() * 1000)
        for (shard_id, code), group in groupby(measurements, key=lambda one: (one.shard_id, one.error_code)):
            if shard_id is None or self._shards:
                dimensions = {"StreamName": self._stream_name, "ShardId": shard_id, "ErrorCode": code}
                present = {name: value for name, value in dimensions.items() if value is not None}
                document = self._document(timestamp, {**present, **self._dimensions}, group)
                self._write(json.dumps(document, separators=(",", ":")))

    def _document(
        self, timestamp: int, dimensions: Mapping[str, str], measurements: Iterable[Measurement]
    ) -> dict[str, Any]:
        values = {measurement.metric: measurement.value for measurement in measurements}
        metrics = {metric: _target(metric, values) for metric in values}
        directive = {
            "Namespace": self._namespace,
            "Dimensions": [list(dimensions)],
            "Metrics": [{"Name": metric, "Unit": _UNITS.get(metric, "Count")} for metric in metrics],
        }
        return {"_aws": {"Timestamp": timestamp, "CloudWatchMetrics": [directive]}, **dimensions, **metrics}


def _target(metric: str, values: Mapping[str, int | Distribution]) -> int | dict[str, Any]:
    value = values[metric]
    if isinstance(value, Distribution):
        return _spread(value, scale=1000 if _UNITS.get(metric) == "Milliseconds" else 1)
    failures = values.get(_TRIED.get(metric, ""))
    if isinstance(failures, int) and (value or failures):
        buckets = tuple(bucket for bucket in ((0.0, failures), (1.0, value)) if bucket[1])
        return _spread(Distribution(value + failures, value, buckets[0][0], buckets[-1][0], buckets), scale=1)
    return value


def _spread(distribution: Distribution, *, scale: float) -> dict[str, Any]:
    buckets = list(distribution.buckets)
    while len(buckets) > MOST_VALUES:
        # Neighbours become one; the pair that is counted least loses least.
        at = min(range(len(buckets) - 1), key=lambda index: buckets[index][1] + buckets[index + 1][1])
        (low, few), (high, more) = buckets[at : at + 2]
        buckets[at : at + 2] = [((low * few + high * more) / (few + more), few + more)]
    return {
        "Values": [_number(value * scale) for value, _ in buckets],
        "Counts": [count for _, count in buckets],
        "Min": _number(distribution.min * scale),
        "Max": _number(distribution.max * scale),
        "Count": distribution.count,
        "Sum": _number(distribution.sum * scale),
    }


def _number(value: float) -> float:
    """Return a number that is short to write: whole if it is, with 9 digits otherwise."""
    return int(value) if value == int(value) else float(f"{value:.9g}")
