"""What rollup tells of a batch: its metrics and its one log line. Pure."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aws_lambda_powertools.metrics import MetricUnit

from consumers.metrics import Metric

if TYPE_CHECKING:
    from consumers.metering import Units
    from consumers.pane_log.segment import Segment
    from consumers.rollup.report import Report

METRICS: Final = (
    Metric("SegmentsReceived", MetricUnit.Count),
    Metric("SegmentsApplied", MetricUnit.Count),
    Metric("SegmentsRepeated", MetricUnit.Count, rare=True),
    Metric("SegmentsGathered", MetricUnit.Count, rare=True),
    Metric("SegmentsFailed", MetricUnit.Count, rare=True),
    Metric("GapsFilled", MetricUnit.Count, rare=True),
    Metric("GapsLeftOpen", MetricUnit.Count, rare=True),
    Metric("SumsGivenUp", MetricUnit.Count, rare=True),
    Metric("BucketsWritten", MetricUnit.Count),
    Metric("BucketsRefused", MetricUnit.Count, rare=True),
    Metric("WriteUnits", MetricUnit.Count),
    Metric("ReadUnits", MetricUnit.Count),
    Metric("ArrivalToTrends", MetricUnit.Milliseconds),
    Metric("EventToTrends", MetricUnit.Milliseconds),
)


class Delays(NamedTuple):
    """How long ago it was, in milliseconds, when the trends had a batch's segments; None where they have none."""

    arrival: int | None
    """Since the newest arrival in the segment that waited longest."""
    event: int | None
    """Since the time of the median event, taken as the middle of its pane: a late event does not move it."""


def delays(segments: "Sequence[Segment]", now: float) -> Delays:
    """Return how late `segments` are that the trends have at `now` (epoch seconds)."""
    if not segments:
        return Delays(None, None)
    oldest = min(segment.arrived_ms for segment in segments)
    in_order = sorted(segments, key=lambda segment: segment.address.pane)
    sums = list(accumulate(segment.events for segment in in_order))
    median = next(segment.address for segment, events in zip(in_order, sums, strict=True) if 2 * events >= sums[-1])
    # Not below 0, since clocks differ, and clients' most of all.
    return Delays(
        arrival=max(0, round(now * 1000) - oldest),
        event=max(0, round((now - median.pane - median.seconds / 2) * 1000)),
    )


def metrics_of(report: "Report", received: int, failed: int, units: "Units", delays: Delays) -> dict[str, float | None]:
    """Return the values of `METRICS`; `received` and `failed` count segments."""
    return {
        "SegmentsReceived": received,
        "SegmentsApplied": report.applied,
        "SegmentsRepeated": report.repeated,
        "SegmentsGathered": report.gathered,
        "SegmentsFailed": failed,
        "GapsFilled": report.gaps_filled,
        "GapsLeftOpen": report.gaps_left_open,
        "SumsGivenUp": report.sums_given_up,
        "BucketsWritten": report.buckets_written,
        "BucketsRefused": report.buckets_refused,
        "WriteUnits": units.written,
        "ReadUnits": units.read,
        "ArrivalToTrends": delays.arrival,
        "EventToTrends": delays.event,
    }


def line_of(report: "Report", received: int, failed: int, units: "Units", delays: Delays) -> dict[str, Any]:
    """Return the fields of the log line, but for the errors."""
    return {
        "segments": received,
        "applied": report.applied,
        "repeated": report.repeated,
        "gathered": report.gathered,
        "failed": failed,
        "gaps_filled": report.gaps_filled,
        "gaps_left_open": report.gaps_left_open,
        "sums_given_up": report.sums_given_up,
        "buckets_written": report.buckets_written,
        "buckets_refused": report.buckets_refused,
        "closed": report.closed,
        "write_units": units.written,
        "read_units": units.read,
        "arrival_to_trends_ms": delays.arrival,
        "event_to_trends_ms": delays.event,
    }
