"""The sweep function: invoked by a schedule."""

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from consumers.metrics import FunctionMetrics
from consumers.rollup.environment import environment
from consumers.starting import make_at_start
from consumers.sweep.observation import METRICS, line_of, metrics_of
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep
from consumers.tracing import traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = FunctionMetrics(METRICS)


@traced
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> None:  # noqa: ARG001 - Lambda passes it; a tick says nothing
    """Compare the pane log with the trends, repair what is missing, close hours and days that are due."""
    report = sweep().run(lambda: context.get_remaining_time_in_millis() / 1000)
    told = report, environment().meter.take()
    metrics.log(metrics_of(*told))
    reasons = report.rollup.reasons()
    unsafe = report.horizon is not None and report.horizon.raised
    log = logger.warning if reasons or report.repaired or unsafe else logger.info
    log("swept", **line_of(*told), errors=reasons)


@cache
def sweep() -> Sweep:
    """Return what lives as long as the execution environment.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    made = environment()
    probe = LogProbe(made.client, made.settings.log_table, time.sleep)
    return Sweep(made.rollup, probe, made.settings.hours_of_segments, pool=made.pool, clock=time.time)


make_at_start(sweep)
