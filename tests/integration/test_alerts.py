"""The real alerts handler against moto's DynamoDB, SNS and SQS, in this process."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from consumers.alerts.alert import Alert, Severity
from consumers.alerts.run import RESERVE_SECONDS
from consumers.counts import empty
from consumers.schedule import MINUTE, Schedule
from consumers.tables import ALERTS_STATE, Level
from consumers.trends.loading import bucket_items, load
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from tests.integration.lambda_surroundings import SCHEDULE, Context, load_handler
from tests.integration.tables import TRENDS

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_sns import SNSClient
    from types_boto3_sqs import SQSClient

NOON = 1_795_003_200
"""2026-11-18T12:00:00Z, a second after which the function runs."""
SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "TRENDS_TABLE": "trends",
    "SCHEDULE": SCHEDULE,
    "ALERT_DIMENSIONS": "hashtag,kind",
    "ALERT_SCORE": "6",
    "ALERT_LEAST_COUNT": "30",
    "ALERT_WINDOW_MINUTES": "1",
    "ALERT_COOL_DOWN_MINUTES": "30",
    "DASHBOARD_URL": "https://dash.example",
    "POWERTOOLS_METRICS_NAMESPACE": "Penstock/test",
}
USUAL = {"rivers": 5, "lakes": 100}


@dataclass
class Stack:
    """The trends, the topic with its queues, and the function."""

    dynamodb: "DynamoDBClient"
    sns: "SNSClient"
    sqs: "SQSClient"
    topic: str
    function: ModuleType
    trends: TrendsTable

    def count(self, start: int, hashtags: dict[str, int]) -> None:
        counts = {**empty(), "hashtag": dict(hashtags), "kind": {"post": 500}}
        schedule, retention = Schedule.parse(SCHEDULE), Retention.beyond(7)
        load(self.trends, bucket_items(Level.MINUTE, start, counts, schedule=schedule, retention=retention))

    def subscribe(self, name: str, **attributes: str) -> str:
        """Subscribe a new queue; return its address."""
        queue = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
        return queue

    def received(self, queue: str) -> list[dict[str, Any]]:
        messages = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    def run(self) -> None:
        self.function.handler({"source": "aws.events"}, Context("alerts"))


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    function = load_handler("alerts", monkeypatch)
    monkeypatch.setattr(function, "time", SimpleNamespace(time=lambda: NOON + 30.0))
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(TableName="trends", **TRENDS)
        sns = boto3.client("sns")
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        monkeypatch.setenv("ALERTS_TOPIC", topic)
        trends = TrendsTable(dynamodb, "trends")
        trends.create_state(LevelsState(0, 0, 0, 0, (NOON + 29) * 1000))
        made = Stack(dynamodb, sns, boto3.client("sqs"), topic, function, trends)
        for minute in range(NOON - 13 * MINUTE, NOON - MINUTE, MINUTE):
            made.count(minute, USUAL)
        yield made


SURGE = {**USUAL, "rivers": 90, 'a "b"\n<i>ü</i>': 45}


def test_subscribers_get_exactly_what_rose(stack: Stack) -> None:
    queue, high = stack.subscribe("all"), stack.subscribe("high", FilterPolicy='{"severity": ["high"]}')
    stack.count(NOON - MINUTE, SURGE)
    stack.run()
    envelopes = {json.loads(envelope["Message"])["value"]: envelope for envelope in stack.received(queue)}
    assert set(envelopes) == {"rivers", 'a "b"\n<i>ü</i>'}
    rivers = envelopes["rivers"]
    assert rivers["Subject"] == "Rising: hashtag rivers, 90 in 1 min"
    alert = Alert("hashtag", "rivers", NOON - 60, NOON, 90, 5.0, 14.3, Severity.HIGH, NOON - 60, new=False)
    assert json.loads(rivers["Message"]) == {
        "type": "penstock.alert",
        "version": 1,
        "id": alert.id,
        "dimension": "hashtag",
        "value": "rivers",
        "window": {"from": "2026-11-18T11:59:00Z", "to": "2026-11-18T12:00:00Z"},
        "count": 90,
        "usual": 6.9,  # the other new hashtag is growth of everything else
        "score": pytest.approx(14, abs=1),
        "severity": "high",
        "since": "2026-11-18T11:59:00Z",
        "new": False,
        "link": "https://dash.example/?dimension=hashtag&value=rivers",
    }
    assert rivers["MessageAttributes"]["dimension"] == {"Type": "String", "Value": "hashtag"}
    assert {json.loads(envelope["Message"])["severity"] for envelope in stack.received(high)} <= {"high"}
    assert envelopes['a "b"\n<i>ü</i>']["Subject"] == "Rising: a hashtag, 45 in 1 min"


def test_a_second_run_and_a_cold_one_publish_nothing_more(stack: Stack) -> None:
    queue = stack.subscribe("all")
    stack.count(NOON - MINUTE, SURGE)
    stack.run()
    stack.run()
    stack.function.environment.cache_clear()
    stack.run()
    assert len(stack.received(queue)) == 2


def test_alerts_without_a_topic_wait_and_the_invocation_fails_for_all_to_see(
    stack: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_TOPIC", stack.topic + "-gone")
    stack.count(NOON - MINUTE, SURGE)
    with pytest.raises(Exception, match="2 alerts wait to be published: NotFoundException"):
        stack.run()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metrics,) = [line for line in lines if "_aws" in line]
    assert (metrics["AlertsRaised"], metrics["AlertsWaiting"], metrics["service"]) == ([2], [2], "alerts")
    (told,) = [line for line in lines if line.get("message") == "judged"]
    assert (told["level"], told["waiting"], told["windows"]) == ("WARNING", 2, 1)
    queue = stack.subscribe("all")
    monkeypatch.setenv("ALERTS_TOPIC", stack.topic)
    stack.function.environment.cache_clear()
    stack.run()
    assert len(stack.received(queue)) == 2


def test_the_slowest_publish_and_write_take_less_than_what_is_reserved_for_them(stack: Stack) -> None:
    write, publish = stack.function.TABLE_CALLS, stack.function.TOPIC_CALLS
    assert publish.retries["total_max_attempts"] == 1
    seconds = sum(
        config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout)
        for config in (write, publish)
    )
    assert seconds < RESERVE_SECONDS


def test_the_state_is_one_small_item_that_expires(stack: Stack) -> None:
    stack.count(NOON - MINUTE, SURGE)
    stack.run()
    key = {"bucket": {"S": ALERTS_STATE.bucket}, "start": {"S": ALERTS_STATE.start}}
    item = stack.dynamodb.get_item(TableName="trends", Key=key)["Item"]
    assert set(item) == {"bucket", "start", "v", "r", "j", "s", "x"}
    assert int(item["x"]["N"]) > NOON
    assert len(item["s"]["B"]) < 1_024
