"""The alerts function: invoked by a schedule."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
from aws_lambda_powertools import Logger

from consumers.alerts.minutes import MinutesReader
from consumers.alerts.observation import METRICS, line_of, metrics_of
from consumers.alerts.publisher import Publisher
from consumers.alerts.run import Alerts, Report
from consumers.alerts.settings import AlertsSettings
from consumers.alerts.store import AlertsStore
from consumers.calls import call_config
from consumers.metering import UnitMeter
from consumers.metrics import FunctionMetrics
from consumers.starting import make_at_start
from consumers.tracing import traced
from consumers.trends.table import TrendsTable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

CALLS_AT_ONCE: Final = 8
TABLE_CALLS: Final = call_config(calls_at_once=CALLS_AT_ONCE, read_seconds=3.0, attempts=2)
TOPIC_CALLS: Final = call_config(calls_at_once=1, read_seconds=3.0, attempts=1)
"""The next run is the second attempt: here it would take the time of judging."""

logger = Logger()
metrics = FunctionMetrics(METRICS)


class Environment(NamedTuple):
    """What lives as long as the execution environment."""

    alerts: Alerts
    meter: UnitMeter
    """Of all calls of DynamoDB."""


class NotPublishedError(Exception):
    """SNS did not take an alert: it waits for the next run, if that can help. Fails the invocation, to be seen."""


@traced
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> None:  # noqa: ARG001 - Lambda passes it; a tick says nothing
    """Judge the windows that are new, publish alerts.

    Raises:
        NotPublishedError: an alert could not be published.
    """
    made = environment()
    report = Report()
    try:
        made.alerts.run(report, lambda: context.get_remaining_time_in_millis() / 1000)
    finally:
        told = report, made.meter.take()
        metrics.log(metrics_of(*told))
        log = logger.warning if report.errors or report.left_out or report.given_up else logger.info
        log("judged", **line_of(*told))
    if report.errors:
        raise NotPublishedError(f"{report.waiting} alerts wait to be published: {report.errors[0]!r}")


@cache
def environment() -> Environment:
    """Return what this process makes once.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    settings = AlertsSettings.read(os.environ)
    client = boto3.client("dynamodb", config=TABLE_CALLS)
    meter = UnitMeter()
    meter.watch(client)
    trends = TrendsTable(client, settings.trends_table)
    pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="bucket")
    publisher = Publisher(boto3.client("sns", config=TOPIC_CALLS), settings.topic, settings.dashboard)
    alerts = Alerts(
        trends,
        MinutesReader(trends, settings.schedule, settings.rules, pool),
        AlertsStore(client, settings.trends_table),
        publisher.publish,
        settings.rules,
        clock=time.time,
    )
    return Environment(alerts, meter)


make_at_start(environment)
