"""What ingest tells of a batch: its metrics and its one log line. Pure."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from aws_lambda_powertools.metrics import MetricUnit

from consumers.ingest.ingest import Result
from consumers.metering import Units
from consumers.metrics import Metric

METRICS: Final = (
    Metric("RecordsReceived", MetricUnit.Count),
    Metric("EventsReceived", MetricUnit.Count),
    Metric("EventsFolded", MetricUnit.Count),
    Metric("DuplicatesDropped", MetricUnit.Count),
    Metric("FailedEvents", MetricUnit.Count, rare=True),
    Metric("SegmentsWritten", MetricUnit.Count),
    Metric("SegmentsRefused", MetricUnit.Count, rare=True),
    Metric("WritesFailed", MetricUnit.Count, rare=True),
    Metric("WriteUnits", MetricUnit.Count),
    Metric("ReadUnits", MetricUnit.Count),
    Metric("ArrivalToLog", MetricUnit.Milliseconds),
    Metric("HottestKeyGroupShare", MetricUnit.Percent),
)

HOT_EVENTS: Final = 10_000
"""New events of one key group in one batch that are worth a warning, if they are also `HOT_SHARE` of the batch. At some
15 bytes an event they are 150 write units at once, for partition keys that take 1,000 a second."""
HOT_SHARE: Final = 0.5


class Delays(NamedTuple):
    """How old a batch is, in milliseconds."""

    arrival_to_log: int | None
    """Of its first record, from its arrival to the answer; None while that record is not done with."""
    iterator_age: int | None
    """Of its last record, when the batch was begun: what AWS's own metric `IteratorAge` says."""


def delays(batch: Mapping[str, Any], checkpoint: int | None, *, began: float, now: float) -> Delays:
    """Return how old `batch` is; `began` and `now` are epoch seconds.

    A shard's records come in the order of their arrival, so the first one is the oldest.
    """
    records = batch["Records"]
    if not records:
        return Delays(None, None)
    first, last = records[0]["kinesis"], records[-1]["kinesis"]
    done = checkpoint is None or int(first["sequenceNumber"]) < checkpoint
    return Delays(_since(first, now) if done else None, _since(last, began))


def metrics_of(result: Result, units: Units, delays: Delays) -> dict[str, float | None]:
    """Return the values of `METRICS`."""
    return {
        "RecordsReceived": result.records,
        "EventsReceived": result.events,
        "EventsFolded": result.tally.folded,
        "DuplicatesDropped": result.tally.duplicates,
        "FailedEvents": result.tally.failed.total(),
        "SegmentsWritten": result.segments,
        "SegmentsRefused": result.refused,
        "WritesFailed": result.errors.total(),
        "WriteUnits": units.written,
        "ReadUnits": units.read,
        "ArrivalToLog": delays.arrival_to_log,
        "HottestKeyGroupShare": None if result.hottest is None else 100 * result.hottest.share,
    }


def line_of(result: Result, units: Units, delays: Delays) -> dict[str, Any]:
    """Return the fields of the log line: no payload, and no author."""
    hottest = result.hottest
    return {
        "records": result.records,
        "events": result.events,
        "folded": result.tally.folded,
        "duplicates": result.tally.duplicates,
        "failed": result.tally.failed,
        "addresses": result.addresses,
        "segments": result.segments,
        "refused": result.refused,
        "write_units": units.written,
        "read_units": units.read,
        "arrival_to_log_ms": delays.arrival_to_log,
        "iterator_age_ms": delays.iterator_age,
        "hottest_key_group": None if hottest is None else f"{hottest.group}/{hottest.groups}",
        "hottest_key_group_share": None if hottest is None else round(hottest.share, 3),
        "hot": is_hot(result),
        "errors": result.errors,
        "checkpoint": None if result.checkpoint is None else str(result.checkpoint),
    }


def is_hot(result: Result) -> bool:
    """Tell whether one key group's events are so many, and such a part of the batch, that someone should know."""
    hottest = result.hottest
    return hottest is not None and hottest.events >= HOT_EVENTS and hottest.share >= HOT_SHARE


def _since(kinesis: Mapping[str, Any], when: float) -> int:
    # Two clocks that may differ, hence not below 0.
    arrived: float = kinesis["approximateArrivalTimestamp"]
    return max(0, round((when - arrived) * 1000))
