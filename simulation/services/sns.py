"""SNS in memory behind boto3's client: standard topics that hand what is published to queues, with faults as told.

Source: Amazon Simple Notification Service API Reference, Publish; Developer Guide, "Fanout to Amazon SQS queues". Each
call is one step.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from simulation.services.service import SimulatedService, client_error
from simulation.services.sqs import Queue

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient

MAX_MESSAGE_BYTES: Final = 256 * 1024
MAX_SUBJECT: Final = 99
"""Characters: "less than 100"."""

_ARN: Final = "arn:aws:sns:eu-west-1:123456789012:"
_FIRST_PRINTABLE: Final = " "


class Published(NamedTuple):
    """A message of a topic."""

    message_id: str
    message: str
    subject: str | None
    attributes: Mapping[str, Mapping[str, str]]
    by_protocol: bool
    """Whether the message is a JSON object of messages by protocol."""


@dataclass(eq=False)
class Topic:
    """What was published to a topic, and the queues that get it."""

    name: str
    queues: list[Queue] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)

    @property
    def arn(self) -> str:
        """The topic's name for callers."""
        return _ARN + self.name


class SimulatedSNS(SimulatedService):
    """Topics by name; `client()` is what code takes for a boto3 client."""

    def __init__(self, *topics: str, clock: Callable[[], float]) -> None:
        """Hold `topics`, to which nothing was published; `clock` tells epoch seconds."""
        super().__init__("sns", "Throttled")
        self.topics = {name: Topic(name) for name in topics}
        self._clock = clock

    def client(self) -> "SNSClient":
        """Return what code takes for a boto3 client."""
        return cast("SNSClient", self)

    def publish(
        self,
        *,
        TopicArn: str,  # noqa: N803 - boto3's names
        Message: str,  # noqa: N803
        Subject: str | None = None,  # noqa: N803
        MessageStructure: str | None = None,  # noqa: N803
        MessageAttributes: dict[str, dict[str, str]] | None = None,  # noqa: N803
    ) -> dict[str, Any]:
        """Publish."""
        by_protocol = MessageStructure is not None

        def publish() -> dict[str, Any]:
            topic = self.topics.get(TopicArn.removeprefix(_ARN))
            if topic is None:
                raise client_error("NotFound", "Publish", f"there is no topic {TopicArn}")
            attributes = MessageAttributes or {}
            _check(Message, Subject, attributes)
            for_queues = _of_protocol(Message, "sqs") if by_protocol else Message
            message_id = f"{topic.name}-{len(topic.published) + 1}"
            topic.published.append(Published(message_id, Message, Subject, attributes, by_protocol))
            for queue in topic.queues:
                queue.send(self._notification(topic, topic.published[-1], for_queues), self._clock())
            return {"MessageId": message_id}

        return self.call("Publish", publish)

    def _notification(self, topic: Topic, published: Published, message: str) -> str:
        """Return what a queue gets of a message, where delivery is not raw."""
        told: dict[str, Any] = {
            "Type": "Notification",
            "MessageId": published.message_id,
            "TopicArn": topic.arn,
            "Message": message,
            "Timestamp": datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds"),
        }
        if published.subject is not None:
            told["Subject"] = published.subject
        if published.attributes:
            told["MessageAttributes"] = {
                name: {"Type": value["DataType"], "Value": value["StringValue"]}
                for name, value in published.attributes.items()
            }
        return json.dumps(told)


def _check(message: str, subject: str | None, attributes: Mapping[str, Mapping[str, str]]) -> None:
    size = len(message.encode()) + sum(
        len((name + value["DataType"] + value["StringValue"]).encode()) for name, value in attributes.items()
    )
    if not message or size > MAX_MESSAGE_BYTES:
        raise client_error("InvalidParameter", "Publish", f"{size} bytes, not 1 to {MAX_MESSAGE_BYTES}")
    if subject is not None and (
        not 1 <= len(subject) <= MAX_SUBJECT or any(character < _FIRST_PRINTABLE for character in subject)
    ):
        raise client_error("InvalidParameter", "Publish", f"the subject {subject!r:.120} is empty, too long or no line")


def _of_protocol(message: str, protocol: str) -> str:
    try:
        messages = json.loads(message)
        text = messages.get(protocol, messages["default"])
    except (ValueError, KeyError, AttributeError):
        text = None
    if not isinstance(text, str):
        raise client_error("InvalidParameter", "Publish", "the message is no JSON object with a text as its default")
    return text
