"""What one execution environment of views makes once: settings, client, memory, the views themselves."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, NamedTuple

import boto3

from consumers.calls import call_config
from consumers.metering import UnitMeter
from consumers.trends.table import TrendsTable
from consumers.views.kept import views_of
from consumers.views.memory import Memory
from consumers.views.run import Views
from consumers.views.settings import ViewsSettings
from consumers.views.store import ViewStore

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
    memory = Memory(TrendsTable(client, settings.trends_table), settings.schedule, pool)
    store = ViewStore(client, settings.trends_table)
    return Environment(Views(memory, store, views_of(store, pool), clock=time.time), meter)
