"""What views tell of a run: metrics and one log line. Pure."""

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.metrics import MetricUnit

from consumers.metrics import Metric

if TYPE_CHECKING:
    from consumers.metering import Units
    from consumers.views.run import Report

METRICS: Final = (
    Metric("ItemsPut", MetricUnit.Count),
    Metric("ItemsRefused", MetricUnit.Count, rare=True),
    Metric("ViewsFailed", MetricUnit.Count, rare=True),
    Metric("WriteUnits", MetricUnit.Count),
    Metric("ReadUnits", MetricUnit.Count),
    Metric("ArrivalToViews", MetricUnit.Milliseconds),
)


def metrics_of(report: "Report", units: "Units", delay_ms: int | None) -> dict[str, float | None]:
    """Return the values of `METRICS`; `delay_ms` is the age of the newest arrival in the views if it is a newer one."""
    return {
        "ItemsPut": report.put,
        "ItemsRefused": report.refused,
        "ViewsFailed": len(report.failures),
        "WriteUnits": units.written,
        "ReadUnits": units.read,
        "ArrivalToViews": delay_ms,
    }


def line_of(report: "Report", units: "Units", delay_ms: int | None) -> dict[str, Any]:
    """Return the fields of the log line."""
    return {
        "hours": report.hours,
        "put": report.put,
        "refused": report.refused,
        "errors": sorted(f"{name}: {error!r}" for name, error in report.failures.items()),
        "write_units": units.written,
        "read_units": units.read,
        "arrival_to_views_ms": delay_ms,
    }
