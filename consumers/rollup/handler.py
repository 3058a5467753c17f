"""The rollup function: invoked with batches of the pane log's stream."""

import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from consumers.metrics import FunctionMetrics
from consumers.rollup.environment import environment
from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.rollup.observation import METRICS, delays, line_of, metrics_of
from consumers.rollup.stream import BatchAnswer, answer, read_batch
from consumers.starting import make_at_start
from consumers.tracing import traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = FunctionMetrics(METRICS)


@traced
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> BatchAnswer:
    """Apply a batch of segments to the trends; answer which record Lambda must begin again with, if any."""

    def time_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    try:
        made = environment()
        rollup = made.rollup
        read, unread = read_batch(event)
        report = rollup.apply((record.segment for record in read), time_left)
        rollup.close_due(report, time_left, most=1, take_over_after=TAKE_OVER_SECONDS)
        rollup.corrections.apply_due(report, time_left)
    except Exception:
        logger.exception("the batch is refused as a whole", records=len(event.get("Records", [])))
        raise

    failed = [record.sequence_number for record in read if report.failure(record.segment.address)]
    failed += [record.sequence_number for record in unread]
    done = [record.segment for record in read if not report.failure(record.segment.address)]
    told = report, len(read) + len(unread), len(failed), made.meter.take(), delays(done, time.time())
    metrics.log(metrics_of(*told))
    reasons = report.reasons() + sorted({str(record.error) for record in unread})
    log = logger.warning if reasons else logger.info
    log("batch", **line_of(*told), errors=reasons)
    return answer(failed)


make_at_start(environment)
