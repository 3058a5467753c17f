"""The rollup function: invoked with batches of the pane log's stream."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from consumers.rollup.environment import environment
from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.rollup.stream import BatchAnswer, answer, read_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> BatchAnswer:
    """Apply a batch of segments to the trends; answer which record Lambda must begin again with, if any."""

    def time_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    try:
        rollup = environment().rollup
        read, unread = read_batch(event)
        report = rollup.apply((record.segment for record in read), time_left)
        rollup.close_due(report, time_left, most=1, take_over_after=TAKE_OVER_SECONDS)
    except Exception:
        logger.exception("the batch is refused as a whole", records=len(event.get("Records", [])))
        raise

    failed = [record.sequence_number for record in read if report.failure(record.segment.address)]
    failed += [record.sequence_number for record in unread]
    reasons = report.reasons() + sorted({str(record.error) for record in unread})
    metrics.add_metric("SegmentsApplied", MetricUnit.Count, report.applied)
    metrics.add_metric("SegmentsRepeated", MetricUnit.Count, report.repeated)
    metrics.add_metric("GapsFilled", MetricUnit.Count, report.gaps_filled)
    metrics.add_metric("GapsLeftOpen", MetricUnit.Count, report.gaps_left_open)
    metrics.add_metric("SumsGivenUp", MetricUnit.Count, report.sums_given_up)
    metrics.add_metric("BucketsWritten", MetricUnit.Count, report.buckets_written)
    metrics.add_metric("BucketsRefused", MetricUnit.Count, report.buckets_refused)
    log = logger.warning if reasons else logger.info
    log(
        "batch",
        segments=len(read),
        applied=report.applied,
        repeated=report.repeated,
        gaps_filled=report.gaps_filled,
        gaps_left_open=report.gaps_left_open,
        sums_given_up=report.sums_given_up,
        buckets_written=report.buckets_written,
        buckets_refused=report.buckets_refused,
        closed=report.closed,
        failed=len(failed),
        errors=reasons,
    )
    return answer(failed)
