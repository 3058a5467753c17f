"""What one execution environment of views makes once: settings, client, memory, the views themselves."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, NamedTuple

import boto3
from aws_lambda_powertools import Logger

from consumers.calls import call_config
from consumers.metering import UnitMeter
from consumers.trends.table import TrendsTable
from consumers.views.kept import views_of
from consumers.views.memory import Memory
from consumers.views.run import Views
from consumers.views.settings import ViewsSettings
from consumers.views.store import ViewStore
from consumers.views.strips.directory import Place
from consumers.views.strips.table import StripsTable
from consumers.views.strips.view import StripsView

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
    """Return what this process made at its first invocation.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    settings = ViewsSettings.read(os.environ)
    client = boto3.client("dynamodb", config=CALL_CONFIG)
    meter = UnitMeter()
    meter.watch(client)
    pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="bucket")
    trends = TrendsTable(client, settings.trends_table)
    store = ViewStore(client, settings.trends_table)
    strips = StripsView(
        trends,
        StripsTable(client, settings.trends_table, time.sleep, _warn_of_strip),
        store,
        schedule=settings.schedule,
        retention=settings.retention,
        pool=pool,
        unread=_warn_of_frame,
    )
    views = Views(Memory(trends, settings.schedule, pool), store, views_of(store, strips, pool), clock=time.time)
    return Environment(views, meter)


def _warn_of_strip(error: Exception) -> None:
    logger.warning("a strip can't be read", exc_info=error)


def _warn_of_frame(place: Place, error: Exception) -> None:
    logger.warning(
        "no strips of a time whose counts can't be read: answers are read from its items",
        exc_info=error,
        frame=place.frame,
        start=place.start,
    )
