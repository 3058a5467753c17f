"""What the sweep tells of a run: its metrics and its one log line. Pure."""

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.metrics import MetricUnit

from consumers.metrics import Metric

if TYPE_CHECKING:
    from consumers.metering import Units
    from consumers.sweep.sweep import SweepReport

METRICS: Final = (
    Metric("AddressesChecked", MetricUnit.Count),
    Metric("SegmentsRepaired", MetricUnit.Count, rare=True),
    Metric("ChecksFailed", MetricUnit.Count, rare=True),
    Metric("GapsLeftOpen", MetricUnit.Count, rare=True),
    Metric("SumsGivenUp", MetricUnit.Count, rare=True),
    Metric("HorizonRaised", MetricUnit.Count, rare=True),
    Metric("WriteUnits", MetricUnit.Count),
    Metric("ReadUnits", MetricUnit.Count),
)


def metrics_of(report: "SweepReport", units: "Units") -> dict[str, float | None]:
    """Return the values of `METRICS`."""
    return {
        "AddressesChecked": report.addresses_checked,
        "SegmentsRepaired": report.repaired,
        "ChecksFailed": report.checks_failed,
        "GapsLeftOpen": report.rollup.gaps_left_open,
        "SumsGivenUp": report.rollup.sums_given_up,
        "HorizonRaised": int(report.horizon is not None and report.horizon.raised),
        "WriteUnits": units.written,
        "ReadUnits": units.read,
    }


def line_of(report: "SweepReport", units: "Units") -> dict[str, Any]:
    """Return the fields of the log line, but for the errors."""
    return {
        "hours": len(report.hours),
        "addresses_checked": report.addresses_checked,
        "checks_failed": report.checks_failed,
        "repaired": report.repaired,
        "gaps_left_open": report.rollup.gaps_left_open,
        "sums_given_up": report.rollup.sums_given_up,
        "closed": report.rollup.closed,
        "forgets_until": report.horizon.sure_from if report.horizon is not None and report.horizon.raised else None,
        "write_units": units.written,
        "read_units": units.read,
    }
