"""Failure destinations: which call, and what when it fails."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.pollers.destinations import DestinationError, Destinations
from simulation.event_source_mapping.configuration import Destination, DestinationKind
from simulation.event_source_mapping.invocation_record import InvocationRecord

RECORD = InvocationRecord("aws/lambda/key", b'{"version":"1.0"}')
QUEUE = Destination(DestinationKind.SQS, "arn:aws:sqs:eu-west-1:123456789012:failures")
TOPIC = Destination(DestinationKind.SNS, "arn:aws:sns:eu-west-1:123456789012:failures")
BUCKET = Destination(DestinationKind.S3, "arn:aws:s3:::failures")


class Service:
    """Remembers its calls; refuses them when told to."""

    def __init__(self, *, down: bool) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._down = down

    def __getattr__(self, operation: str) -> Any:  # noqa: ANN401 - any operation
        def call(**arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - any operation
            self.calls.append((operation, arguments))
            if self._down:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)
            return {"QueueUrl": "url"}

        return call


def test_a_bucket_gets_an_object() -> None:
    service = Service(down=False)
    Destinations(lambda _name: service).send(BUCKET, RECORD)
    [(operation, arguments)] = service.calls
    assert operation == "put_object"
    assert (arguments["Bucket"], arguments["Key"], arguments["Body"]) == ("failures", RECORD.key, RECORD.body)


def test_a_queue_gets_a_message() -> None:
    service = Service(down=False)
    Destinations(lambda _name: service).send(QUEUE, RECORD)
    assert service.calls == [
        ("get_queue_url", {"QueueName": "failures"}),
        ("send_message", {"QueueUrl": "url", "MessageBody": RECORD.body.decode()}),
    ]


def test_a_topic_gets_a_message() -> None:
    service = Service(down=False)
    Destinations(lambda _name: service).send(TOPIC, RECORD)
    assert service.calls == [("publish", {"TopicArn": TOPIC.arn, "Message": RECORD.body.decode()})]


@pytest.mark.parametrize("destination", [BUCKET, QUEUE, TOPIC])
def test_a_refusal_names_the_destination(destination: Destination) -> None:
    with pytest.raises(DestinationError, match=destination.arn):
        Destinations(lambda _name: Service(down=True)).send(destination, RECORD)
