"""What alerts tell of a run: metrics and one log line. Pure."""

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.metrics import MetricUnit

from consumers.metrics import Metric

if TYPE_CHECKING:
    from consumers.alerts.run import Report
    from consumers.metering import Units

METRICS: Final = (
    Metric("WindowsJudged", MetricUnit.Count),
    Metric("AlertsRaised", MetricUnit.Count, rare=True),
    Metric("AlertsPublished", MetricUnit.Count, rare=True),
    Metric("AlertsWaiting", MetricUnit.Count, rare=True),
    Metric("AlertsLeftOut", MetricUnit.Count, rare=True),
    Metric("AlertsHidden", MetricUnit.Count, rare=True),
    Metric("AlertsGivenUp", MetricUnit.Count, rare=True),
    Metric("WriteUnits", MetricUnit.Count),
    Metric("ReadUnits", MetricUnit.Count),
)


def metrics_of(report: "Report", units: "Units") -> dict[str, float | None]:
    """Return the values of `METRICS`."""
    return {
        "WindowsJudged": report.windows,
        "AlertsRaised": report.raised,
        "AlertsPublished": len(report.published),
        "AlertsWaiting": report.waiting,
        "AlertsLeftOut": report.left_out,
        "AlertsHidden": report.hidden,
        "AlertsGivenUp": report.given_up,
        "WriteUnits": units.written,
        "ReadUnits": units.read,
    }


def line_of(report: "Report", units: "Units") -> dict[str, Any]:
    """Return the fields of the log line."""
    return {
        "windows": report.windows,
        "raised": report.raised,
        "published": [alert.id for alert in report.published],
        "usual_then": report.usual_then,
        "left_out": report.left_out,
        "hidden": report.hidden,
        "given_up": report.given_up,
        "waiting": report.waiting,
        "other_run": report.other_run,
        "errors": sorted({repr(error) for error in report.errors}),
        "write_units": units.written,
        "read_units": units.read,
    }
