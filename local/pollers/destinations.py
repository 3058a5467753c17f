"""Sends invocation records of discarded batches to the mapping's failure destination."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from simulation.event_source_mapping.configuration import Destination, DestinationKind
from simulation.event_source_mapping.invocation_record import InvocationRecord

ClientFor = Callable[[str], Any]
"""A boto3 client by service name."""


class DestinationError(Exception):
    """The destination did not take a record."""


class Destinations:
    """Writes to buckets, queues and topics. Clients are made when first needed."""

    def __init__(self, client: ClientFor) -> None:
        self._client = client

    def send(self, destination: Destination, record: InvocationRecord) -> None:
        """Send one record; raises DestinationError when the service refuses it or cannot be reached."""
        resource = destination.arn.split(":", 5)[5]
        try:
            if destination.kind is DestinationKind.S3:
                self._client("s3").put_object(
                    Bucket=resource, Key=record.key, Body=record.body, ContentType="application/json"
                )
            elif destination.kind is DestinationKind.SQS:
                queues = self._client("sqs")
                url = queues.get_queue_url(QueueName=resource)["QueueUrl"]
                queues.send_message(QueueUrl=url, MessageBody=record.body.decode())
            else:
                self._client("sns").publish(TopicArn=destination.arn, Message=record.body.decode())
        except (ClientError, BotoCoreError) as error:
            raise DestinationError(f"{destination.arn}: {error}") from error
