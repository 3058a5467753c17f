"""The ingest function: Lambda's entry point for batches of the event stream."""

import gc
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.failed_events import FailedEventStore, LaterSink
from consumers.ingest.clients import CALLS_AT_ONCE, dynamodb_client, s3_client
from consumers.ingest.ingest import Ingest, Result
from consumers.ingest.observation import METRICS, delays, is_hot, line_of, metrics_of
from consumers.ingest.remembered import Remembered
from consumers.ingest.settings import Settings
from consumers.metering import UnitMeter
from consumers.metrics import FunctionMetrics
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Writer
from consumers.starting import make_at_start
from consumers.tracing import traced

OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000

logger = Logger()
metrics = FunctionMetrics(METRICS)
meter = UnitMeter()


@traced
@logger.inject_lambda_context
def handler(batch: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Fold a Kinesis batch into the pane log and answer which record to repeat from, if any."""
    began = time.time()
    try:
        result = ingest().process(batch, lambda: context.get_remaining_time_in_millis() / 1000)
    except Exception:
        logger.exception("the batch is refused as a whole", records=len(batch.get("Records", [])))
        raise
    _report(batch, result, began)
    return result.answer


@cache
def ingest() -> Ingest:
    """Make what lives as long as the execution environment: clients, threads, memory of the log."""
    settings = Settings.read(os.environ)
    # A batch makes tens of thousands of objects, hardly one in a cycle: looking for cycles each 700 of them, Python's
    # default, is an eighth of all work.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    dynamodb = dynamodb_client()
    meter.watch(dynamodb)
    return Ingest(
        Writer(PaneLog(dynamodb, settings.log_table), settings.segment_retention_seconds),
        LaterSink(lambda: FailedEventStore(s3_client(), settings.failed_events_bucket)),
        ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="ingest"),
        schedule=settings.schedule,
        dedup_seconds=settings.dedup_seconds,
        forgotten_before=Remembered.of(settings, dynamodb, time.time).forgotten_before,
    )


def _report(batch: dict[str, Any], result: Result, began: float) -> None:
    told = result, meter.take(), delays(batch, result.checkpoint, began=began, now=time.time())
    metrics.log(metrics_of(*told))
    metrics.log_by("reason", "FailedEvents", result.tally.failed)
    log = logger.warning if result.errors or is_hot(result) else logger.info
    log("batch", **line_of(*told))


make_at_start(ingest)
