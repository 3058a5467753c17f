"""What one execution environment of rollup or the sweep makes once: settings, client, pool."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import boto3

from consumers.calls import call_config
from consumers.metering import UnitMeter
from consumers.pane_log.log import PaneLog
from consumers.rollup.allowance import Allowance
from consumers.rollup.contention import Contention
from consumers.rollup.rollup import Rollup
from consumers.rollup.settings import RollupSettings
from consumers.trends.table import TrendsTable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CALLS_AT_ONCE: Final = 8
"""Calls of DynamoDB under way at the same time: more wait for the processor rather than for DynamoDB."""

CALL_CONFIG: Final = call_config(calls_at_once=CALLS_AT_ONCE, read_seconds=5.0)


class Environment(NamedTuple):
    """What handlers share."""

    settings: RollupSettings
    client: "DynamoDBClient"
    meter: UnitMeter
    """Of all calls of `client`."""
    rollup: Rollup
    pool: ThreadPoolExecutor


@cache
def environment() -> Environment:
    """Return what this process makes once.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    settings = RollupSettings.read(os.environ)
    client = boto3.client("dynamodb", config=CALL_CONFIG)
    meter = UnitMeter()
    meter.watch(client)
    pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="bucket")
    rollup = Rollup(
        TrendsTable(client, settings.trends_table),
        PaneLog(client, settings.log_table),
        settings.schedule,
        settings.retention,
        pool=pool,
        clock=time.time,
        contention=Contention(time.sleep),
        allowance=Allowance(settings.correction_percent / 100),
        spent=lambda: meter.cost,
    )
    return Environment(settings, client, meter, rollup, pool)
