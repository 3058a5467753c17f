"""The pollers against moto over HTTP: both kinds of streams, failures into a bucket, what is consumed."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from local.pollers import Poller, open_poller
from local.services.session import local_session
from simulation.event_source_mapping import (
    Answered,
    FunctionFailed,
    InvocationResult,
    MappingConfig,
    MappingIdentity,
)
from tests.integration.tables import PANE_LOG, WITH_STREAM

ClientFor = Callable[[str], Any]
SOON = 30.0
IDENTITY = MappingIdentity(
    "0d9ad6a2-0000-4000-8000-000000000000",
    "arn:aws:lambda:eu-west-1:123456789012:function:f",
    "arn:aws:iam::123456789012:role/f",
)


@pytest.fixture(scope="module")
def client() -> Iterator[ClientFor]:
    """Clients of a server of moto's in this process."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    session = local_session()
    made: dict[str, Any] = {}

    def client_for(service: str) -> Any:  # noqa: ANN401 - boto3 makes a client's type at run time
        if service not in made:
            made[service] = session.client(service, endpoint_url=f"http://{host}:{port}")  # type: ignore[call-overload] # any service
        return made[service]

    yield client_for
    for each in made.values():
        each.close()
    server.stop()


class Function:
    """Keeps the events it gets."""

    def __init__(self, answer: Callable[[list[dict[str, Any]]], InvocationResult] | None = None) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self._answer = answer or (lambda _records: Answered(b"null"))

    def __call__(self, event: bytes) -> InvocationResult:
        records = json.loads(event)["Records"]
        self.batches.append(records)
        return self._answer(records)

    @property
    def records(self) -> list[dict[str, Any]]:
        return [record for batch in self.batches for record in batch]


@contextmanager
def polling(
    client: ClientFor,
    function: Callable[[bytes], InvocationResult],
    consumed: Callable[[str, str, str], None] | None = None,
    **properties: Any,  # noqa: ANN401 - a property has any JSON value
) -> Iterator[Poller]:
    config = MappingConfig.from_properties({"FunctionName": "f", "StartingPosition": "TRIM_HORIZON"} | properties)
    poller = open_poller(config, IDENTITY, client=client, invoke=function, consumed=consumed)
    poller.start()
    try:
        yield poller
    finally:
        poller.stop()


@pytest.fixture
def stream(client: ClientFor) -> Iterator[tuple[str, str]]:
    """A Kinesis stream of two shards: its name and ARN."""
    name = f"events-{uuid4()}"
    client("kinesis").create_stream(StreamName=name, ShardCount=2)
    arn = client("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    yield name, arn
    client("kinesis").delete_stream(StreamName=name)


@pytest.fixture
def table(client: ClientFor) -> Iterator[tuple[str, str]]:
    """A table with a stream of new images: its name and the stream's ARN."""
    name = f"log-{uuid4()}"
    client("dynamodb").create_table(TableName=name, **PANE_LOG, **WITH_STREAM)
    yield name, client("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"]
    client("dynamodb").delete_table(TableName=name)


def put(client: ClientFor, stream_name: str, numbers: range) -> None:
    entries = [{"Data": str(number).encode(), "PartitionKey": f"key {number % 7}"} for number in numbers]
    for start in range(0, len(entries), 500):
        client("kinesis").put_records(StreamName=stream_name, Records=entries[start : start + 500])


def test_a_kinesis_stream_is_delivered_in_order_of_every_key(client: ClientFor, stream: tuple[str, str]) -> None:
    name, arn = stream
    function = Function()
    put(client, name, range(1200))
    with polling(client, function, EventSourceArn=arn, ParallelizationFactor=3, BatchSize=100) as poller:
        assert poller.wait_until_idle(SOON)
        put(client, name, range(1200, 1300))
        assert poller.wait_until_idle(SOON)

    seen: dict[str, list[int]] = {}
    for record in function.records:
        kinesis = record["kinesis"]
        seen.setdefault(kinesis["partitionKey"], []).append(int(b64decode(kinesis["data"])))
    assert sorted(number for numbers in seen.values() for number in numbers) == list(range(1300))
    assert all(numbers == sorted(numbers) for numbers in seen.values())
    assert max(len(batch) for batch in function.batches) <= 100
    first = function.records[0]
    assert first["eventSourceARN"] == arn
    assert first["eventID"] == f"{first['eventID'].split(':')[0]}:{first['kinesis']['sequenceNumber']}"
    assert isinstance(first["kinesis"]["approximateArrivalTimestamp"], float)


def test_inserts_into_a_table_are_delivered_and_other_changes_are_not(
    client: ClientFor, table: tuple[str, str]
) -> None:
    name, arn = table
    dynamodb, function = client("dynamodb"), Function()
    for number in range(5):
        item = {"address": {"S": "a"}, "segment": {"N": str(number)}, "w": {"B": bytes([number, 255])}}
        dynamodb.put_item(TableName=name, Item=item)
    key = {"address": {"S": "a"}, "segment": {"N": "0"}}
    dynamodb.put_item(TableName=name, Item=key | {"v": {"N": "2"}})
    dynamodb.delete_item(TableName=name, Key=key)

    filters = {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]}
    with polling(client, function, EventSourceArn=arn, FilterCriteria=filters) as poller:
        assert poller.wait_until_idle(SOON)
        assert poller.counters.filtered == 2

    images = [record["dynamodb"]["NewImage"] for record in function.records]
    assert [image["segment"]["N"] for image in images] == list("01234")
    assert [b64decode(image["w"]["B"]) for image in images] == [bytes([number, 255]) for number in range(5)]
    assert {record["eventName"] for record in function.records} == {"INSERT"}
    assert {record["eventSourceARN"] for record in function.records} == {arn}


def test_changes_of_one_kind_of_item_are_delivered_by_their_keys_alone(client: ClientFor) -> None:
    name, dynamodb, function = f"trends-{uuid4()}", client("dynamodb"), Function()
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    dynamodb.create_table(TableName=name, **PANE_LOG, StreamSpecification=stream)
    arn = dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    for round_ in range(3):
        for address in ("changed", "other"):
            for segment in range(4):
                item = {"address": {"S": address}, "segment": {"N": str(segment)}, "v": {"N": str(round_)}}
                dynamodb.put_item(TableName=name, Item=item)

    filters = {"Filters": [{"Pattern": '{"dynamodb":{"Keys":{"address":{"S":["changed"]}}}}'}]}
    consumed: SimpleQueue[str] = SimpleQueue()
    with polling(
        client,
        function,
        lambda _arn, _shard, number: consumed.put(number),
        EventSourceArn=arn,
        FilterCriteria=filters,
        MaximumBatchingWindowInSeconds=1,
        BatchSize=100,
    ) as poller:
        assert poller.wait_until_idle(SOON)
        assert (poller.counters.filtered, poller.counters.acknowledged) == (12, 12)
        changes = [record["dynamodb"] for record in function.records]
        # What was filtered out is consumed too, or a table that is seldom of interest would be kept for ever. It is
        # told by a thread of its own, some time after it is so.
        while int(consumed.get(timeout=SOON)) <= int(changes[-1]["SequenceNumber"]):
            pass

    assert [change["Keys"]["segment"]["N"] for change in changes] == list("0123") * 3
    assert not any("NewImage" in change or "OldImage" in change for change in changes)
    dynamodb.delete_table(TableName=name)


def test_a_bad_record_is_isolated_and_its_batch_found_in_the_bucket(client: ClientFor, stream: tuple[str, str]) -> None:
    name, arn = stream
    bucket = f"failures-{uuid4()}"
    client("s3").create_bucket(Bucket=bucket)
    put(client, name, range(20))
    bad = b"13"

    def fail_on_bad(records: list[dict[str, Any]]) -> InvocationResult:
        data = [b64decode(record["kinesis"]["data"]) for record in records]
        return FunctionFailed(request_id="r") if bad in data else Answered(b"null")

    function = Function(fail_on_bad)
    with polling(
        client,
        function,
        EventSourceArn=arn,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{bucket}"}},
    ) as poller:
        assert poller.wait_until_idle(SOON)
        assert poller.counters.acknowledged == 19
        assert poller.counters.discarded == 1

    [listed] = client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert listed["Key"].startswith(f"aws/lambda/{IDENTITY.mapping_id}/shardId-")
    body = json.loads(client("s3").get_object(Bucket=bucket, Key=listed["Key"])["Body"].read())
    assert body["requestContext"]["condition"] == "RetryAttemptsExhausted"
    [record] = json.loads(body["payload"])["Records"]
    assert b64decode(record["kinesis"]["data"]) == bad
    client("s3").delete_object(Bucket=bucket, Key=listed["Key"])
    client("s3").delete_bucket(Bucket=bucket)


def test_queues_and_topics_get_records_of_discarded_batches(client: ClientFor, stream: tuple[str, str]) -> None:
    name, arn = stream
    sqs, sns = client("sqs"), client("sns")
    url = sqs.create_queue(QueueName=f"failures-{uuid4()}")["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic_arn = sns.create_topic(Name=f"failures-{uuid4()}")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})
    put(client, name, range(1))

    for destination in (queue_arn, topic_arn):
        function = Function(lambda _records: FunctionFailed())
        with polling(
            client,
            function,
            EventSourceArn=arn,
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": destination}},
        ) as poller:
            assert poller.wait_until_idle(SOON)
        [message] = sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        body = json.loads(message["Body"])
        assert body["KinesisBatchInfo"]["streamArn"] == arn
        assert "payload" not in body


def test_nothing_is_called_consumed_that_is_not_acknowledged(client: ClientFor, stream: tuple[str, str]) -> None:
    name, arn = stream
    acknowledged: set[tuple[str, int]] = set()
    told = Event()
    too_early: list[tuple[str, int]] = []

    def acknowledge(records: list[dict[str, Any]]) -> InvocationResult:
        acknowledged.update(
            (record["eventID"].split(":")[0], int(record["kinesis"]["sequenceNumber"])) for record in records
        )
        return Answered(b"null")

    def consumed(stream_arn: str, shard_id: str, sequence_number: str) -> None:
        assert stream_arn == arn
        if (shard_id, int(sequence_number)) not in acknowledged:
            too_early.append((shard_id, int(sequence_number)))
        told.set()

    put(client, name, range(300))
    with polling(client, Function(acknowledge), consumed, EventSourceArn=arn, ParallelizationFactor=4) as poller:
        assert poller.wait_until_idle(SOON)
        assert told.wait(SOON)
    assert not too_early


def test_survives_an_unreachable_service() -> None:
    def client_for(service: str) -> Any:  # noqa: ANN401 - boto3 makes a client's type at run time
        return local_session().client(service, endpoint_url="http://127.0.0.1:1")  # type: ignore[call-overload] # any service

    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/nowhere"
    with polling(client_for, Function(), EventSourceArn=arn) as poller:
        assert not poller.wait_until_idle(0.1)
