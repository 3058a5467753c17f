"""What one execution environment of views makes once: settings, client, pool, the views themselves."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, NamedTuple

import boto3
from aws_lambda_powertools import Logger

from consumers.calls import call_config
from consumers.metering import UnitMeter
from consumers.views.kept import keep_all
from consumers.views.run import Views
from consumers.views.settings import ViewsSettings

logger = Logger()

CALLS_AT_ONCE: Final = 8
CALL_CONFIG: Final = call_config(calls_at_once=CALLS_AT_ONCE, read_seconds=5.0)


class Environment(NamedTuple):
    """What the handler uses."""

    views: Views
    meter: UnitMeter
    """Of all calls of DynamoDB."""


@cache
def environment() -> Environment:
    """Return what this process makes once.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    settings = ViewsSettings.read(os.environ)
    client = boto3.client("dynamodb", config=CALL_CONFIG)
    meter = UnitMeter()
    meter.watch(client)
    pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="bucket")
    views = keep_all(
        client,
        settings.trends_table,
        settings.schedule,
        settings.retention,
        pool=pool,
        clock=time.time,
        sleep=time.sleep,
        warn=_warn,
    )
    return Environment(views, meter)


def _warn(message: str, error: Exception) -> None:
    logger.warning(message, exc_info=error)
