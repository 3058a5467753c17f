"""The alerts of a run, as a subscriber of the topic gets them: by a queue."""

import json
from typing import Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from consumers.alerts.run import MOST_RAISED
from local.stack import LocalStack

QUEUE: Final = "penstock-run-alerts"
MOST_KEPT: Final = 1_000
MOST_AT_ONCE: Final = 10
"""Messages of one ReceiveMessage (Amazon SQS API Reference)."""


class Received(NamedTuple):
    """An alert that came."""

    message: dict[str, Any]
    """The JSON message (`consumers.alerts.message`)."""

    def __str__(self) -> str:
        """Return it as a line."""
        told = self.message
        name = f"#{told['value']}" if told["dimension"] == "hashtag" else f"{told['dimension']} {told['value']}"
        return f"{name}, {told['count']:,} at {told['window']['to'][11:16]} UTC, usually {told['usual']:,.0f}"


class AlertsInbox:
    """Receives alerts, each once: a repeat has the id of one that came before."""

    def __init__(self, stack: LocalStack) -> None:
        """Subscribe to the stack's topic.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the services refuse.
        """
        self.count = 0
        self._kept: dict[str, Received] = {}
        self._sqs = stack.client("sqs")
        self._queue = self._sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        asked = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        stack.client("sns").subscribe(
            TopicArn=stack.outputs["AlertsTopicArn"],
            Protocol="sqs",
            Endpoint=asked["Attributes"]["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )

    @property
    def alerts(self) -> list[Received]:
        """The alerts so far, oldest first; of very many the newest."""
        return list(self._kept.values())

    def newest(self) -> list[Received]:
        """Return the newest alerts, oldest first: as many as one window can raise."""
        return self.alerts[-MOST_RAISED:]

    def receive(self) -> None:
        """Take what has come since the last time.

        Without services nothing comes; the stack's own check says that they are gone.
        """
        try:
            while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=MOST_AT_ONCE).get(
                "Messages", ()
            ):
                for message in messages:
                    self._take(Received(json.loads(message["Body"])))
                    self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        except (ClientError, BotoCoreError):
            return

    def _take(self, alert: Received) -> None:
        if alert.message["id"] in self._kept:
            return
        self.count += 1
        self._kept[alert.message["id"]] = alert
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
