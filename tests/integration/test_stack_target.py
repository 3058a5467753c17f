"""A deployed stack as a target: what it asks for beforehand, and what CloudWatch tells of it afterwards."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.cloudwatch.models import Statistics

from load.configuration import Configuration
from load.errors import InputError
from load.runs import stack_target
from load.runs.stack_target import ASK_SECONDS, StackTarget
from load.stack.description import describe
from load.stack.metrics import StackMetrics, Wanted
from tests.integration.deployed_stack import deployed

BEGAN = int(time.time()) // 60 * 60
"""A whole minute; CloudWatch's logs take nothing that is two weeks old."""


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    known = Statistics.get_statistics_for_type

    def with_percentiles(statistics: Any, name: str) -> Any:  # noqa: ANN401 - moto's own
        if not name.startswith("p"):
            return known(statistics, name)
        values = sorted(statistics.metric_single_values_list)
        return values[min(int(float(name[1:]) / 100 * len(values)), len(values) - 1)]

    # Which moto has not.
    monkeypatch.setattr(Statistics, "get_statistics_for_type", with_percentiles)
    with deployed(monkeypatch, SystemLogLevel="INFO") as session:
        yield session


class Clock:
    """Seconds that pass while somebody waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.waits: list[str] = []
        monkeypatch.setattr(time, "time", lambda: BEGAN + self.now)

    def __call__(self) -> float:
        return self.now

    def wait(self, what: str) -> bool:
        self.waits.append(what)
        self.now += 1.0
        return True


def put(wanted: Wanted, *values: float, minute: int = 0) -> None:
    client: Any = boto3.client("cloudwatch")  # type: ignore[call-overload,unused-ignore]  # its stubs are not installed
    client.put_metric_data(
        Namespace=wanted.namespace,
        MetricData=[
            {
                "MetricName": wanted.metric,
                "Dimensions": [{"Name": name, "Value": text} for name, text in wanted.dimensions],
                "Timestamp": datetime.fromtimestamp(BEGAN + 60 * minute, UTC),
                "Value": value,
            }
            for value in values
        ],
    )


def target(session: boto3.Session, clock: Clock, **others: Any) -> StackTarget:  # noqa: ANN401 - the target's own
    stack = describe(session, "penstock")
    return StackTarget(session, stack, Configuration(), authorize=None, clock=clock, **others)


def measured(session: boto3.Session, clock: Clock, seconds: float = 60.0) -> tuple[StackTarget, StackMetrics]:
    made = target(session, clock)
    made.begin()
    clock.now += seconds
    made.end()
    return made, StackMetrics(describe(session, "penstock"))


def put_all(metrics: StackMetrics) -> None:
    """Put what comes of a minute's load."""
    put(metrics.stream("IncomingRecords"), 40.0)
    put(metrics.stream("IncomingBytes"), 2e6)
    put(metrics.stream("WriteProvisionedThroughputExceeded"), 3.0)
    put(metrics.function("ingest", "Invocations"), 30.0)
    put(metrics.function("ingest", "Throttles"), 1.0)
    put(metrics.function("ingest", "Duration"), *(float(ms) for ms in range(10, 40)))
    put(metrics.function("ingest", "ConcurrentExecutions"), 2.0, 5.0)
    put(metrics.function("ingest", "IteratorAge"), 2_500.0)
    put(metrics.function("rollup", "IteratorAge"), 4_000.0)
    put(metrics.own("ingest", "EventsReceived"), *[100.0] * 30)
    put(metrics.own("ingest", "ArrivalToLog"), *[1_500.0] * 30)
    put(metrics.own("ingest", "WriteUnits"), 90.0)
    put(metrics.table("PaneLogTable", "ConsumedWriteCapacityUnits"), 95.0)
    put(metrics.table("TrendsTable", "ConsumedReadCapacityUnits"), 7.0)
    put(metrics.table("TrendsTable", "WriteThrottleEvents"), 2.0)


def test_what_cloudwatch_tells_becomes_the_reports_figures(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    made, metrics = measured(session, clock)
    put_all(metrics)
    put(metrics.function("ingest", "Invocations"), 1_000.0, minute=-1)

    insides = made.insides(clock.wait)

    ingest = insides.functions["IngestFunction"]
    assert (ingest.invocations, ingest.throttles, ingest.most_at_once) == (30, 1, 5)
    assert ingest.duration is not None
    assert ingest.duration.count == 30
    assert ingest.duration.p50 == pytest.approx(0.025, rel=0.1)
    assert ingest.batch is not None
    assert (ingest.batch.unit, ingest.batch.p50) == ("events", 100.0)
    assert ingest.iterator_age is not None
    assert ingest.iterator_age.p99 == pytest.approx(1.5, rel=0.01)
    assert ingest.memory_limit_bytes == 1_024 * 2**20
    log, trends = insides.tables["PaneLogTable"], insides.tables["TrendsTable"]
    assert (log.write_units, log.throttles, trends.read_units, trends.throttles) == (95.0, 0, 7.0, 2)
    assert insides.ages == ((60.0, 4.0),)
    assert not any(finding.kind == "limit" for finding in insides.findings)
    assert "40 records and 2.0 MB into the stream" in insides.findings[0].text
    assert "3 refused" in insides.findings[0].text


def test_it_waits_until_the_last_minute_is_there_and_stays_the_same(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    made, metrics = measured(session, clock)

    def wait(what: str) -> bool:
        if len(clock.waits) == int(2 * ASK_SECONDS):
            put_all(metrics)
        return clock.wait(what)

    assert made.insides(wait).functions["IngestFunction"].invocations == 30
    assert 3 * ASK_SECONDS <= len(clock.waits) <= 5 * ASK_SECONDS
    assert clock.waits[0] == "waiting for CloudWatch's metrics, at most 300 s more"


def test_it_waits_no_longer_than_it_was_told_and_says_what_is_missing(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    made, _ = measured(session, clock)
    insides = made.insides(clock.wait)
    assert len(clock.waits) == pytest.approx(300, abs=2)
    assert insides.findings[0].kind == "limit"
    assert "CloudWatch has told nothing of the stream" in insides.findings[0].text
    assert "not all of CloudWatch's metrics had come" in insides.findings[-1].text


def test_an_interrupt_ends_the_wait(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    made, metrics = measured(session, clock)
    put(metrics.function("ingest", "Invocations"), 30.0)
    assert made.insides(lambda _: False).functions["IngestFunction"].invocations == 30


def test_metrics_that_may_not_be_read_cost_no_report(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    made, _ = measured(session, clock)

    def denied(*_: object) -> None:
        raise InputError("not allowed to read metrics")

    monkeypatch.setattr(stack_target, "read_metrics", denied)
    insides = made.insides(clock.wait)
    assert insides.functions == {}
    assert insides.findings[0].text == "what functions and tables did is not known: not allowed to read metrics"


def test_memory_is_what_lambda_reports_in_the_logs(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    made, metrics = measured(session, clock)
    put_all(metrics)
    logs: Any = boto3.client("logs")  # type: ignore[call-overload,unused-ignore]  # its stubs are not installed
    logs.create_log_stream(logGroupName="/penstock/Ingest", logStreamName="one")
    report = (
        "REPORT RequestId: a\tDuration: 20 ms\tBilled Duration: 20 ms\tMemory Size: 1024 MB\tMax Memory Used: 77 MB"
    )
    event = {"timestamp": BEGAN * 1000 + 500, "message": report}
    logs.put_log_events(logGroupName="/penstock/Ingest", logStreamName="one", logEvents=[event])
    assert made.insides(clock.wait).functions["IngestFunction"].memory_bytes == 77 * 2**20


def test_before_anything_is_sent_each_permission_is_tried(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = target(session, Clock(monkeypatch))
    made.check()

    def denied(*_: object) -> None:
        raise InputError("not allowed to read metrics from CloudWatch (GetMetricData): no")

    monkeypatch.setattr(stack_target, "read_metrics", denied)
    with pytest.raises(InputError, match="GetMetricData"):
        made.check()


def test_a_role_that_may_not_be_assumed_is_said(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    made = target(session, Clock(monkeypatch), role="arn:aws:iam::123456789012:role/producers")

    def denied(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")

    made.check()
    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", denied)
    with pytest.raises(InputError, match=r"not allowed to read the stream's shards \(AssumeRole\)"):
        made.check()
