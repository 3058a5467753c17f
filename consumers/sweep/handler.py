"""The sweep function: invoked by a schedule."""

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from consumers.rollup.environment import environment
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> None:  # noqa: ARG001 - Lambda passes it; a tick says nothing
    """Compare the pane log with the trends, repair what is missing, close hours and days that are due."""
    report = sweep().run(lambda: context.get_remaining_time_in_millis() / 1000)
    metrics.add_metric("SegmentsRepaired", MetricUnit.Count, report.repaired)
    metrics.add_metric("AddressesChecked", MetricUnit.Count, report.addresses_checked)
    metrics.add_metric("ChecksFailed", MetricUnit.Count, report.checks_failed)
    metrics.add_metric("GapsLeftOpen", MetricUnit.Count, report.rollup.gaps_left_open)
    metrics.add_metric("SumsGivenUp", MetricUnit.Count, report.rollup.sums_given_up)
    reasons = report.rollup.reasons()
    log = logger.warning if reasons or report.repaired else logger.info
    log(
        "swept",
        hours=len(report.hours),
        checks_failed=report.checks_failed,
        addresses_checked=report.addresses_checked,
        repaired=report.repaired,
        closed=report.rollup.closed,
        errors=reasons,
    )


@cache
def sweep() -> Sweep:
    """Return what lives as long as the execution environment.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    made = environment()
    probe = LogProbe(made.client, made.settings.log_table, time.sleep)
    return Sweep(made.rollup, probe, made.settings.hours_of_segments, pool=made.pool, clock=time.time)
