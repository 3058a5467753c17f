"""What a handler adds to the start of its function, next to what any function must do that calls AWS.

A start is measured in processor time of a fresh interpreter, which waiting for a busy machine does not lengthen, and
the least of several is taken: what disturbs a start makes it longer, never shorter, so more starts bring both figures
nearer to the truth, and none of them lets a handler pass that is really too slow.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from consumers.starting import VARIABLE

ROOT = Path(__file__).parents[2]
FEWEST, MOST = 3, 15
"""Starts of each: after the fewest a handler may pass, after the most it has failed."""


class Start(NamedTuple):
    """What a function does before its first batch, and how much of it anyone would have to do."""

    makes: str
    """The handler's cached function that makes its clients, as it is imported; empty if it has none."""
    clients: tuple[str, ...]
    limit: float = 1.6
    """Times the start of a module that imports boto3 and makes the clients."""


STARTS = {
    "consumers.alerts.handler": Start("environment", ("dynamodb", "sns")),
    "consumers.archive.handler": Start("store", ("s3",)),
    "consumers.ingest.handler": Start("ingest", ("dynamodb",)),
    "consumers.redrive.handler": Start("parts", ("s3",)),
    "consumers.rollup.handler": Start("environment", ("dynamodb",)),
    "consumers.sweep.handler": Start("sweep", ("dynamodb",)),
    "consumers.views.handler": Start("environment", ("dynamodb",)),
    "reporting.handler": Start("", ("dynamodb",), limit=1.9),
}
VARIABLES = {
    VARIABLE: "127.0.0.1:9",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "LOG_TABLE": "log",
    "TRENDS_TABLE": "trends",
    "FAILED_EVENTS_BUCKET": "failed-events",
    "ARCHIVE_BUCKET": "archive",
    "STREAM": "events",
    "ALERTS_TOPIC": "arn:aws:sns:eu-west-1:123456789012:alerts",
    "ALERT_SCORE": "6",
    "ALERT_LEAST_COUNT": "50",
    "ALERT_WINDOW_MINUTES": "5",
    "ALERT_COOL_DOWN_MINUTES": "60",
    "ALERT_DIMENSIONS": "hashtag",
    "DEDUP_DAYS": "7",
    "STREAM_RETENTION_HOURS": "24",
    "SCHEDULE": '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]',
    "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
    "POWERTOOLS_SERVICE_NAME": "any",
}


def processor_seconds(code: str) -> float:
    """Run `code` in an interpreter of its own; return the processor time that it took."""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ | VARIABLES)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, code
    return used.ru_utime + used.ru_stime


def bare(clients: tuple[str, ...]) -> str:
    return "import boto3\n" + "\n".join(f"boto3.client({client!r})" for client in clients)


def full(handler: str) -> str:
    made = STARTS[handler].makes
    # Nothing is left to be made at the first invocation.
    return f"import {handler} as handler" + (f"\nassert handler.{made}.cache_info().currsize == 1" if made else "")


@pytest.mark.parametrize("handler", STARTS)
def test_a_handler_starts_nearly_as_fast_as_anything_with_its_clients(handler: str) -> None:
    start = STARTS[handler]
    ours: list[float] = []
    theirs: list[float] = []  # in turn with ours, since a machine is slower at one time than at another
    for code in (bare(start.clients), full(handler)):
        processor_seconds(code)  # so that files are compiled and cached
    for _ in range(MOST):
        theirs.append(processor_seconds(bare(start.clients)))
        ours.append(processor_seconds(full(handler)))
        if len(ours) >= FEWEST and min(ours) <= start.limit * min(theirs):
            return
    pytest.fail(f"{min(ours) / min(theirs):.2f} times as long, more than {start.limit}: see python -X importtime")


def test_every_function_of_the_template_is_measured() -> None:
    class Loader(yaml.SafeLoader):
        """Reads CloudFormation's short forms as what is in them."""

    Loader.add_multi_constructor("!", lambda *_: None)
    template: Any = yaml.load((ROOT / "template.yaml").read_text(), Loader)  # noqa: S506 - a SafeLoader, but for tags
    functions = [each for each in template["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    assert {each["Properties"]["Handler"].removesuffix(".handler") for each in functions} == STARTS.keys()
