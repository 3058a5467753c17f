"""The functions that an event passes, and which of their own metrics tell what (docs/metrics.md)."""

from typing import Final

from load.configuration import Configuration
from load.report.model import Unit

FUNCTIONS: Final = {"ingest": "IngestFunction", "rollup": "RollupFunction", "views": "ViewsFunction"}
"""Logical ids in the template by the `service` of their metrics."""
BATCHES: Final = {"ingest": "EventsReceived", "rollup": "SegmentsReceived"}
"""What an invocation was given. Views are given notes, which say nothing of work."""
AGES: Final = {"ingest": "ArrivalToLog", "rollup": "ArrivalToTrends", "views": "ArrivalToViews"}
"""Milliseconds from arrival in the stream until an invocation is done."""


def batch_unit(service: str) -> Unit:
    """Return in what a function's batches are counted."""
    return "events" if service == "ingest" else "records"


def memory_limit_bytes(service: str, configuration: Configuration) -> int:
    """Return the memory that a configuration gives a function."""
    megabytes = {
        "ingest": configuration.ingest_memory_megabytes,
        "rollup": configuration.rollup_memory_megabytes,
        "views": configuration.views_memory_megabytes,
    }
    return megabytes[service] * 2**20
