"""What one execution environment of rollup or the sweep makes once: settings, client, pool."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import boto3
from botocore.config import Config

from consumers.pane_log.log import PaneLog
from consumers.rollup.contention import Contention
from consumers.rollup.rollup import Rollup
from consumers.rollup.settings import RollupSettings
from consumers.trends.table import TrendsTable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CALLS_AT_ONCE: Final = 8
"""Calls of DynamoDB under way at the same time: more wait for the processor rather than for DynamoDB."""

CALL_CONFIG: Final = Config(
    # A call takes 10 ms, a query of an hour of minutes 100. What takes seconds is a dead connection.
    connect_timeout=1,
    read_timeout=5,
    # Throttling that outlasts four attempts fails the minute it hit, and Lambda brings its segments again.
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=CALLS_AT_ONCE,
    tcp_keepalive=True,
    # Requests are built by code that the type checker and the tests hold; checking them again is an eighth of a call.
    parameter_validation=False,
)


class Environment(NamedTuple):
    """What handlers share."""

    settings: RollupSettings
    client: "DynamoDBClient"
    rollup: Rollup
    pool: ThreadPoolExecutor


@cache
def environment() -> Environment:
    """Return what this process made at its first invocation.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    settings = RollupSettings.read(os.environ)
    client = boto3.client("dynamodb", config=CALL_CONFIG)
    pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="bucket")
    rollup = Rollup(
        TrendsTable(client, settings.trends_table),
        PaneLog(client, settings.log_table),
        settings.schedule,
        settings.retention,
        pool=pool,
        clock=time.time,
        contention=Contention(time.sleep),
    )
    return Environment(settings, client, rollup, pool)
