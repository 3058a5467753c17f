"""The views function: invoked with batches of change notes from the trends table's stream, and by a schedule."""

import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from consumers.metrics import FunctionMetrics
from consumers.starting import make_at_start
from consumers.tracing import traced
from consumers.views.environment import environment
from consumers.views.observation import METRICS, line_of, metrics_of
from consumers.views.stream import hours_noted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = FunctionMetrics(METRICS)


class ViewsFailedError(Exception):
    """Views are not up to date: Lambda brings the batch again, and the next tick tries too.

    Attributes:
        failures: Why, by name of the view.
    """

    def __init__(self, failures: "Mapping[str, BaseException]") -> None:
        super().__init__("; ".join(f"{name}: {error!r}" for name, error in failures.items()))
        self.failures = failures


@traced
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Bring the views up to date.

    Raises:
        ViewsFailedError: at least one of them could not be.
    """
    made = environment()

    def time_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    report = made.views.refresh(hours_noted(event), time_left) if "Records" in event else made.views.tick(time_left)
    if report is None:
        return
    delay_ms = None if report.as_of is None else max(0, round(time.time() * 1000) - report.as_of)
    told = report, made.meter.take(), delay_ms
    metrics.log(metrics_of(*told))
    log = logger.warning if report.failures else logger.info
    log("refreshed", **line_of(*told))
    if report.failures:
        raise ViewsFailedError(report.failures)


make_at_start(environment)
