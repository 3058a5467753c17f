"""SQS in memory behind boto3's client: standard queues, with faults as told.

Source: Amazon Simple Queue Service API Reference, each operation; Developer Guide, "At-least-once delivery": a message
may be delivered twice and not in order, and one that is received stays unseen for a while. Each call is one step.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import md5
from typing import TYPE_CHECKING, Any, Final, cast

from simulation.services.service import SimulatedService, client_error

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

MAX_MESSAGE_BYTES: Final = 2**20
MAX_RECEIVED: Final = 10
VISIBILITY_SECONDS: Final = 30
RETENTION_SECONDS: Final = 4 * 86_400

_URL: Final = "https://sqs.eu-west-1.amazonaws.com/123456789012/"
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(eq=False)
class Message:
    """A message of a queue. Times are epoch seconds."""

    message_id: str
    body: str
    sent_at: float
    unseen_until: float
    received: int = 0


@dataclass(eq=False)
class Queue:
    """A queue's messages, by ID."""

    name: str
    messages: dict[str, Message] = field(default_factory=dict)
    sent: int = 0

    def send(self, body: str, now: float, delay: float = 0.0) -> Message:
        """Add a message, which is to be seen after `delay` seconds."""
        self.sent += 1
        message = Message(f"{self.name}-{self.sent}", body, now, now + delay)
        self.messages[message.message_id] = message
        return message


class SimulatedSQS(SimulatedService):
    """Queues by name; `client()` is what code takes for a boto3 client."""

    def __init__(self, *queues: str, clock: Callable[[], float]) -> None:
        """Hold `queues`, which are empty; `clock` tells epoch seconds."""
        super().__init__("sqs", "RequestThrottled")
        self.queues = {name: Queue(name) for name in queues}
        self.given: Callable[[int], int] = lambda most: most
        """How many messages an answer brings of those it could: it samples, and may bring fewer."""
        self.repeats: Callable[[], bool] = lambda: False
        """Whether a message that is given stays to be seen, so that it is delivered again."""
        self._clock = clock

    def client(self) -> "SQSClient":
        """Return what code takes for a boto3 client."""
        return cast("SQSClient", self)

    def get_queue_url(self, *, QueueName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        """GetQueueUrl."""
        return self.call("GetQueueUrl", lambda: {"QueueUrl": _URL + self._queue(QueueName, "GetQueueUrl").name})

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0) -> dict[str, Any]:  # noqa: N803
        """SendMessage."""

        def send() -> dict[str, Any]:
            if not 1 <= len(MessageBody.encode()) <= MAX_MESSAGE_BYTES:
                size = len(MessageBody.encode())
                raise client_error(
                    "InvalidParameterValue", "SendMessage", f"{size} bytes, not 1 to {MAX_MESSAGE_BYTES}"
                )
            if _FORBIDDEN.search(MessageBody):
                raise client_error("InvalidMessageContents", "SendMessage", "a character that no message can have")
            message = self._queue(QueueUrl, "SendMessage").send(MessageBody, self._clock(), DelaySeconds)
            return {"MessageId": message.message_id, "MD5OfMessageBody": _digest(MessageBody)}

        return self.call("SendMessage", send)

    def receive_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803 - boto3's names
        MaxNumberOfMessages: int = 1,  # noqa: N803
        VisibilityTimeout: int = VISIBILITY_SECONDS,  # noqa: N803
        WaitTimeSeconds: int = 0,  # noqa: N803, ARG002 - nothing comes while a call is under way
    ) -> dict[str, Any]:
        """ReceiveMessage; says nothing of messages where there are none."""

        def receive() -> dict[str, Any]:
            if not 1 <= MaxNumberOfMessages <= MAX_RECEIVED:
                message = f"{MaxNumberOfMessages} messages, not 1 to {MAX_RECEIVED}"
                raise client_error("InvalidParameterValue", "ReceiveMessage", message)
            queue, now = self._queue(QueueUrl, "ReceiveMessage"), self._clock()
            for old in [each for each in queue.messages.values() if each.sent_at < now - RETENTION_SECONDS]:
                del queue.messages[old.message_id]
            seen = [each for each in queue.messages.values() if each.unseen_until <= now][:MaxNumberOfMessages]
            given = seen[: self.given(len(seen))]
            for each in given:
                each.received += 1
                if not self.repeats():
                    each.unseen_until = now + VisibilityTimeout
            messages = [
                {
                    "MessageId": each.message_id,
                    "ReceiptHandle": f"{each.message_id}/{each.received}",
                    "MD5OfBody": _digest(each.body),
                    "Body": each.body,
                }
                for each in given
            ]
            return {"Messages": messages} if messages else {}

        return self.call("ReceiveMessage", receive)

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """DeleteMessage; what is gone is deleted all the same."""

        def delete() -> dict[str, Any]:
            message_id, slash, _ = ReceiptHandle.rpartition("/")
            if not slash:
                raise client_error("ReceiptHandleIsInvalid", "DeleteMessage", f"{ReceiptHandle!r:.80} is no handle")
            self._queue(QueueUrl, "DeleteMessage").messages.pop(message_id, None)
            return {}

        return self.call("DeleteMessage", delete)

    def _queue(self, url: str, operation: str) -> Queue:
        try:
            return self.queues[url.rpartition("/")[2]]
        except KeyError:
            raise client_error("AWS.SimpleQueueService.NonExistentQueue", operation, f"there is no {url}") from None


def _digest(body: str) -> str:
    return md5(body.encode(), usedforsecurity=False).hexdigest()
