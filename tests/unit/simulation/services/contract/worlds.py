"""The services as a rule's test finds them: simulated or moto's, behind the same clients, with a clock that is set."""

from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

import boto3
import pytest

from simulation.services.dynamodb_streams import SimulatedDynamoDBStreams, TableStream, ViewType
from simulation.services.kinesis import SimulatedKinesis, Stream
from simulation.services.metering import MeteredDynamoDB
from simulation.services.s3 import SimulatedS3
from simulation.services.sns import SimulatedSNS
from simulation.services.sqs import SimulatedSQS
from simulation.services.stream_records import REGION, stream_arn
from simulation.services.table import Table

STREAM, TABLE, BUCKET, QUEUE, TOPIC = "events", "log", "failed-events", "inbox", "alerts"

BEGUN = 1_700_000_000.0
TIMED = {
    "moto.kinesis.models": ("utcnow", "unix_time"),
    "moto.dynamodb.models.table": ("utcnow", "unix_time_millis"),
    "moto.s3.models": ("utcnow",),
    "moto.sqs.models": ("unix_time", "unix_time_millis"),
}
"""Where moto asks for the time."""


class World(Protocol):
    """Services, and the time that they know."""

    now: float

    def kinesis(self, shards: int = 1) -> Any:  # noqa: ANN401 - requests are the services' own, as plain data
        """Return a client and make a stream."""

    def dynamodb(self, view: ViewType = ViewType.NEW_IMAGE) -> Any:  # noqa: ANN401
        """Return a client and make a table with a stream, of a text and a number."""

    def expire(self) -> None:
        """Let time to live delete what has expired from the table, as it does some time later."""

    def lag(self, writes: int) -> None:
        """Let reads that are not consistent see the table as it was so many writes ago, as they may."""

    def streams(self) -> tuple[Any, str]:
        """Return a client, and the ARN of the table's stream."""

    def s3(self) -> Any:  # noqa: ANN401
        """Return a client and make a bucket."""

    def sqs(self) -> tuple[Any, str]:
        """Return a client, and the URL of a queue that it has."""

    def sns(self) -> tuple[Any, str]:
        """Return a client, and the ARN of a topic whose messages the queue gets."""


class SimulatedWorld:
    """Ours."""

    def __init__(self) -> None:
        self.now = BEGUN
        self._table = Table("address", "segment", streams=True, expiry="x", clock=self.clock)
        self._view = ViewType.NEW_IMAGE
        self._dynamodb = MeteredDynamoDB({TABLE: self._table}, limited_by=self.clock)
        self._sqs = SimulatedSQS(QUEUE, clock=self.clock)

    def clock(self) -> float:
        return self.now

    def kinesis(self, shards: int = 1) -> Any:  # noqa: ANN401
        kinesis = SimulatedKinesis([Stream(STREAM, shards, now=self.now)], self.clock)
        kinesis.reshard_seconds = lambda: 1.0
        return kinesis

    def dynamodb(self, view: ViewType = ViewType.NEW_IMAGE) -> Any:  # noqa: ANN401
        self._view = view
        return self._dynamodb

    def expire(self) -> None:
        self._dynamodb.expire(TABLE, self.now)

    def lag(self, writes: int) -> None:
        self._dynamodb.lag = lambda: writes

    def streams(self) -> tuple[Any, str]:
        stream = TableStream(TABLE, self._table, view=self._view, now=BEGUN)
        return SimulatedDynamoDBStreams([stream], self.clock), stream_arn(TABLE)

    def s3(self) -> Any:  # noqa: ANN401
        return SimulatedS3(BUCKET, clock=self.clock)

    def sqs(self) -> tuple[Any, str]:
        return self._sqs, self._sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]

    def sns(self) -> tuple[Any, str]:
        sns = SimulatedSNS(TOPIC, clock=self.clock)
        sns.topics[TOPIC].queues.append(self._sqs.queues[QUEUE])
        return sns, sns.topics[TOPIC].arn


class MotoWorld:
    """Moto's; made within `mock_aws`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = BEGUN
        from moto.core import utils

        times = {
            "utcnow": lambda: datetime.fromtimestamp(self.now, UTC).replace(tzinfo=None),
            "unix_time": lambda moment=None: utils.unix_time(moment) if moment else self.now,
            "unix_time_millis": lambda moment=None: utils.unix_time_millis(moment) if moment else self.now * 1000,
        }
        for module, names in TIMED.items():
            for name in names:
                patch.setattr(f"{module}.{name}", times[name])

    def kinesis(self, shards: int = 1) -> Any:  # noqa: ANN401
        client = moto_client("kinesis")
        client.create_stream(StreamName=STREAM, ShardCount=shards)
        return client

    def dynamodb(self, view: ViewType = ViewType.NEW_IMAGE) -> Any:  # noqa: ANN401
        client = moto_client("dynamodb")
        kinds = {"address": "S", "segment": "N"}
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
            KeySchema=[
                {"AttributeName": name, "KeyType": kind} for name, kind in zip(kinds, ("HASH", "RANGE"), strict=True)
            ],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view.value},
        )
        client.update_time_to_live(TableName=TABLE, TimeToLiveSpecification={"AttributeName": "x", "Enabled": True})
        return client

    def expire(self) -> None:
        """Moto has nothing that would."""

    def lag(self, writes: int) -> None:
        """Nor anything for this."""

    def streams(self) -> tuple[Any, str]:
        table = moto_client("dynamodb").describe_table(TableName=TABLE)["Table"]
        return moto_client("dynamodbstreams"), table["LatestStreamArn"]

    def s3(self) -> Any:  # noqa: ANN401
        client = moto_client("s3")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        return client

    def sqs(self) -> tuple[Any, str]:
        client = moto_client("sqs")
        return client, client.create_queue(QueueName=QUEUE)["QueueUrl"]

    def sns(self) -> tuple[Any, str]:
        queues, url = self.sqs()
        queue = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        client = moto_client("sns")
        topic = client.create_topic(Name=TOPIC)["TopicArn"]
        client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        return client, topic


@cache
def moto_client(service: str) -> Any:  # noqa: ANN401
    """Return a client that moto answers: made once, since making it takes longer than most tests."""
    # Moto's decorator does not know boto3's endpoint for calls with a stream's ARN (docs/moto-gaps.md).
    endpoint = f"https://streams.dynamodb.{REGION}.amazonaws.com" if service == "dynamodbstreams" else None
    credentials = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client(service, region_name=REGION, endpoint_url=endpoint, **credentials)  # type: ignore[call-overload]  # any service
