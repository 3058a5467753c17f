"""The archive function: Lambda's entry point for batches of the event stream."""

import os
from functools import cache
from typing import Any, Final

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers import variables
from consumers.archive.observation import METRICS, metrics_of
from consumers.archive.store import ArchiveStore
from consumers.calls import call_config
from consumers.metrics import FunctionMetrics
from consumers.starting import make_at_start
from consumers.tracing import traced

CALL_CONFIG: Final = call_config(calls_at_once=1, read_seconds=10.0)
"""An object has up to some megabytes."""

logger = Logger()
metrics = FunctionMetrics(METRICS)


@traced
@logger.inject_lambda_context
def handler(batch: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda passes it, powertools reads it
    """Keep a Kinesis batch. What fails is raised, and Lambda delivers the batch again."""
    try:
        stored = store().write(batch)
    except Exception:
        logger.exception("the batch is refused as a whole", records=len(batch.get("Records", [])))
        raise
    metrics.log(metrics_of(stored))
    logger.info("archived", **stored._asdict())


@cache
def store() -> ArchiveStore:
    """Return what lives as long as the execution environment.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    return ArchiveStore(boto3.client("s3", config=CALL_CONFIG), variables.text(os.environ, "ARCHIVE_BUCKET"))


make_at_start(store)
