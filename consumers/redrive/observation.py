"""What redrive's function tells of a run in metrics; its log line is its answer. Pure."""

from typing import Final

from aws_lambda_powertools.metrics import MetricUnit

from consumers.metering import Units
from consumers.metrics import Metric
from consumers.redrive.report import FoldReport, SendReport

METRICS: Final = (
    Metric("EventsRedriven", MetricUnit.Count),
    Metric("EventsUndelivered", MetricUnit.Count, rare=True),
    Metric("BatchesFolded", MetricUnit.Count),
    Metric("BatchesUnfinished", MetricUnit.Count, rare=True),
    Metric("EventsFolded", MetricUnit.Count),
    Metric("DuplicatesDropped", MetricUnit.Count, rare=True),
    Metric("WriteUnits", MetricUnit.Count),
    Metric("ReadUnits", MetricUnit.Count),
)


def metrics_of_sending(report: SendReport) -> dict[str, float | None]:
    """Return the metrics of what was sent; none of a dry run."""
    if report.dry_run:
        return {}
    return {"EventsRedriven": report.sent, "EventsUndelivered": report.undelivered.total()}


def metrics_of_folding(report: FoldReport, units: Units) -> dict[str, float | None]:
    """Return the metrics of what was folded; none of a dry run."""
    if report.dry_run:
        return {}
    return {
        "BatchesFolded": report.folded_batches,
        "BatchesUnfinished": report.unfinished.total(),
        "EventsFolded": report.counted,
        "DuplicatesDropped": report.duplicates,
        "WriteUnits": units.written,
        "ReadUnits": units.read,
    }
