"""What the archive function tells of a batch: its metrics; its log line has the same counts. Pure."""

from typing import Final

from aws_lambda_powertools.metrics import MetricUnit

from consumers.archive.store import Stored
from consumers.metrics import Metric

METRICS: Final = (
    Metric("RecordsArchived", MetricUnit.Count),
    Metric("EventsArchived", MetricUnit.Count),
    Metric("BytesArchived", MetricUnit.Bytes),
    Metric("ObjectsRepeated", MetricUnit.Count, rare=True),
)


def metrics_of(stored: Stored) -> dict[str, float | None]:
    """Return the values of `METRICS`."""
    return {
        "RecordsArchived": stored.records,
        "EventsArchived": stored.events,
        "BytesArchived": stored.stored_bytes,
        "ObjectsRepeated": stored.repeats,
    }
