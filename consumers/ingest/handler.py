"""The ingest function: Lambda's entry point for batches of the event stream."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.failed_events import FailedEventStore
from consumers.ingest.clients import CALLS_AT_ONCE, dynamodb_client, s3_client
from consumers.ingest.ingest import Ingest, Result
from consumers.ingest.settings import Settings
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Writer

logger = Logger()
metrics = Metrics()


@logger.inject_lambda_context
def handler(batch: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Fold a Kinesis batch into the pane log and answer which record to repeat from, if any."""
    try:
        result = ingest().process(batch, lambda: context.get_remaining_time_in_millis() / 1000)
    except Exception:
        logger.exception("the batch is refused as a whole", records=len(batch.get("Records", [])))
        raise
    _report(result)
    return result.answer


@cache
def ingest() -> Ingest:
    """Make what lives as long as the execution environment: clients, threads, memory of the log."""
    settings = Settings.read(os.environ)
    return Ingest(
        Writer(PaneLog(dynamodb_client(), settings.log_table), settings.segment_retention_seconds),
        FailedEventStore(s3_client(), settings.failed_events_bucket),
        ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="ingest"),
        schedule=settings.schedule,
        dedup_seconds=settings.dedup_seconds,
    )


def _report(result: Result) -> None:
    folded, duplicates, failed = result.tally
    for name, value in {
        "RecordsReceived": result.records,
        "EventsFolded": folded,
        "DuplicatesDropped": duplicates,
        "FailedEvents": failed.total(),
        "SegmentsWritten": result.segments,
        "SegmentsRefused": result.refused,
    }.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    metrics.flush_metrics()
    for reason, value in failed.items():
        with single_metric(
            "FailedEvents", MetricUnit.Count, value, default_dimensions={"service": metrics.service or ""}
        ) as metric:
            metric.add_dimension("reason", reason)
    log = logger.warning if result.errors else logger.info
    log(
        "batch",
        records=result.records,
        folded=folded,
        duplicates=duplicates,
        failed=failed,
        addresses=result.addresses,
        segments=result.segments,
        refused=result.refused,
        errors=result.errors,
        checkpoint=None if result.checkpoint is None else str(result.checkpoint),
    )
