"""What comes to a run's inbox, from moto's topic and queue."""

import json
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from local.run import alerts_inbox
from local.run.alerts_inbox import AlertsInbox
from local.stack import LocalStack


class FakeStack:
    """A stack of a topic alone."""

    def __init__(self) -> None:
        self.outputs = {"AlertsTopicArn": boto3.client("sns", "us-east-1").create_topic(Name="alerts")["TopicArn"]}

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes a client's type at run time
        return boto3.client(service, "us-east-1")  # type: ignore[call-overload] # the stubs know literal names alone

    def publish(self, value: str, *, dimension: str = "hashtag", id_: str = "") -> None:
        message = {
            "id": id_ or value,
            "dimension": dimension,
            "value": value,
            "count": 1_412,
            "usual": 12.3,
            "window": {"from": "2026-11-21T14:04:00Z", "to": "2026-11-21T14:05:00Z"},
        }
        body = json.dumps({"default": json.dumps(message), "email": "text"})
        self.client("sns").publish(TopicArn=self.outputs["AlertsTopicArn"], Message=body, MessageStructure="json")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")


@mock_aws
def test_alerts_come_in_order_and_a_repeat_does_not_count() -> None:
    stack = FakeStack()
    inbox = AlertsInbox(cast("LocalStack", stack))
    for value in ("rivers", "lakes", "rivers"):
        stack.publish(value)
    stack.publish("en", dimension="lang")
    inbox.receive()
    inbox.receive()
    assert inbox.count == 3
    assert [str(alert) for alert in inbox.newest()] == [
        "#rivers, 1,412 at 14:05 UTC, usually 12",
        "#lakes, 1,412 at 14:05 UTC, usually 12",
        "lang en, 1,412 at 14:05 UTC, usually 12",
    ]


@mock_aws
def test_of_very_many_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts_inbox, "MOST_KEPT", 2)
    stack = FakeStack()
    inbox = AlertsInbox(cast("LocalStack", stack))
    for value in ("one", "two", "three"):
        stack.publish(value)
    inbox.receive()
    assert inbox.count == 3
    assert [alert.message["value"] for alert in inbox.alerts] == ["two", "three"]


@mock_aws
def test_services_that_are_gone_bring_nothing() -> None:
    stack = FakeStack()
    inbox = AlertsInbox(cast("LocalStack", stack))
    (queue,) = stack.client("sqs").list_queues()["QueueUrls"]
    stack.client("sqs").delete_queue(QueueUrl=queue)
    inbox.receive()
    assert inbox.alerts == []
