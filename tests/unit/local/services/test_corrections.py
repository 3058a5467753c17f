"""The corrections still hold against the installed moto, whose internals they lean on."""

import base64
import gc
import weakref
from typing import Any

import boto3
import moto.backends
import pytest
from moto.cloudwatch.models import cloudwatch_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.kinesis.models import Record, kinesis_backends

from local.services import corrections
from local.services.corrections import GET_RECORDS_BYTES, STREAM_ITERATORS, TrimmableShard
from local.services.session import ACCOUNT, REGION

Client = Any
"""A boto3 client, whose type is made at run time."""


pytestmark = pytest.mark.usefixtures("corrected")


@pytest.fixture
def stream() -> tuple[Any, str]:
    """A Kinesis client and the ARN of a stream with one shard and ten records."""
    client = boto3.client("kinesis")
    client.create_stream(StreamName="words", ShardCount=1)
    client.put_records(
        StreamName="words", Records=[{"Data": b"%d" % number, "PartitionKey": "a"} for number in range(10)]
    )
    return client, f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/words"


SHARD = "shardId-000000000000"


def read(client: Client, kind: str, limit: int = 100, **where: str) -> list[str]:
    """Return the sequence numbers of one read."""
    iterator = client.get_shard_iterator(StreamName="words", ShardId=SHARD, ShardIteratorType=kind, **where)
    return [
        found["SequenceNumber"]
        for found in client.get_records(ShardIterator=iterator["ShardIterator"], Limit=limit)["Records"]
    ]


def test_a_shard_with_limits_refuses_what_is_beyond_a_second_of_it_and_takes_the_rest() -> None:
    corrections.install(write_limits=True)
    client: Client = boto3.client("kinesis")
    client.create_stream(StreamName="limited", ShardCount=1)
    records = [{"Data": b"x" * 100_000, "PartitionKey": f"{number}"} for number in range(12)]
    answer = client.put_records(StreamName="limited", Records=records)
    refused = [record for record in answer["Records"] if "ErrorCode" in record]
    assert answer["FailedRecordCount"] == len(refused) == 2
    assert {record["ErrorCode"] for record in refused} == {"ProvisionedThroughputExceededException"}
    assert all(record["ShardId"] == SHARD and record["SequenceNumber"] for record in answer["Records"][:10])


def test_trimmed_records_are_gone_and_numbers_go_on(stream: tuple[Any, str]) -> None:
    client, arn = stream
    assert corrections.trim(arn, SHARD, 4) == 4
    assert corrections.trim(arn, SHARD, 4) == 0
    assert read(client, "TRIM_HORIZON") == ["5", "6", "7", "8", "9", "10"]
    assert corrections.trim(arn, SHARD, 10**30) == 6
    assert read(client, "TRIM_HORIZON") == []
    answer = client.put_record(StreamName="words", Data=b"x", PartitionKey="a")
    assert answer["SequenceNumber"] == "11"
    assert read(client, "TRIM_HORIZON") == ["11"]


def test_a_trimmed_record_is_held_by_nothing(stream: tuple[Client, str]) -> None:
    record = weakref.ref(kinesis_backends[ACCOUNT][REGION].streams["words"].shards[SHARD].records[3])
    corrections.trim(stream[1], SHARD, 4)
    gc.collect()
    assert record() is None
    assert not Record.instances_tracked  # type: ignore[attr-defined]


def test_reads_start_anywhere_and_keep_their_limit(stream: tuple[Any, str]) -> None:
    client, _ = stream
    assert read(client, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber="7") == ["8", "9", "10"]
    assert read(client, "AT_SEQUENCE_NUMBER", limit=2, StartingSequenceNumber="7") == ["7", "8"]
    assert read(client, "LATEST") == []


def test_a_read_answers_at_most_ten_megabytes() -> None:
    shard = TrimmableShard(0, 0, 2**128 - 1)
    megabyte = base64.b64encode(bytes(1024 * 1024)).decode()
    for _ in range(12):
        shard.put_record("a", megabyte, "")
    records, last, _ = shard.get_records("0", 10_000)
    assert len(records) == last == GET_RECORDS_BYTES // (1024 * 1024)


def test_a_record_larger_than_any_answer_is_still_answered() -> None:
    shard = TrimmableShard(0, 0, 2**128 - 1)
    shard.put_record("a", base64.b64encode(bytes(GET_RECORDS_BYTES + 1)).decode(), "")
    assert len(shard.get_records("0", 1)[0]) == 1


def test_an_unknown_shard_cannot_be_trimmed(stream: tuple[Any, str]) -> None:
    with pytest.raises(KeyError):
        corrections.trim(stream[1], "shardId-000000000009", 1)


@pytest.fixture
def table() -> tuple[Any, Any, str]:
    """Clients of tables and streams, and the stream's ARN, of a table with two partitions of five items."""
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="log",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "a", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    for number in range(10):
        client.put_item(TableName="log", Item={"a": {"S": "xy"[number % 2]}, "n": {"N": str(number)}})
    # boto3's own endpoint for a stream is one that moto's decorator does not know.
    streams = boto3.client("dynamodbstreams", endpoint_url=f"https://streams.dynamodb.{REGION}.amazonaws.com")
    return client, streams, streams.list_streams(TableName="log")["Streams"][0]["StreamArn"]


def stream_records(streams: Client, arn: str, kind: str = "TRIM_HORIZON", **where: str) -> list[str]:
    """Return the numbers of the items that one read of a table's stream finds."""
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **where)
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return [found["dynamodb"]["Keys"]["n"]["N"] for found in records]


def test_a_query_reads_its_partition_alone(table: tuple[Any, Any, str], monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    all_items = Table.all_items

    def counted(self: Table) -> list[Any]:
        found = all_items(self)
        read.append(len(found))
        return found

    monkeypatch.setattr(Table, "all_items", counted)
    client, _, _ = table
    answer = client.query(
        TableName="log",
        KeyConditionExpression="a = :a AND n > :n",
        ExpressionAttributeValues={":a": {"S": "x"}, ":n": {"N": "2"}},
    )
    assert [item["n"]["N"] for item in answer["Items"]] == ["4", "6", "8"]
    assert read == [5]
    missing = client.query(
        TableName="log", KeyConditionExpression="a = :a", ExpressionAttributeValues={":a": {"S": "z"}}
    )
    assert missing["Items"] == []
    assert client.scan(TableName="log")["Count"] == 10


def test_a_trimmed_table_stream_goes_on_where_it_was(table: tuple[Any, Any, str]) -> None:
    client, streams, arn = table
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]
    first = int(shard["SequenceNumberRange"]["StartingSequenceNumber"])
    assert corrections.trim(arn, shard["ShardId"], first + 6) == 7
    assert corrections.trim(arn, shard["ShardId"], first + 6) == 0
    client.put_item(TableName="log", Item={"a": {"S": "x"}, "n": {"N": "10"}})
    assert stream_records(streams, arn) == ["7", "8", "9", "10"]
    after = stream_records(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=str(first + 8))
    assert after == ["9", "10"]
    with pytest.raises(KeyError):
        corrections.trim(arn, "odd", 1)


def test_old_iterators_of_a_table_stream_are_forgotten(table: tuple[Any, Any, str]) -> None:
    _, streams, arn = table
    for _ in range(20):
        stream_records(streams, arn)
    kept = dynamodbstreams_backends[ACCOUNT][REGION].shard_iterators
    newest = list(kept)[-1]
    kept.update({f"old-{number}": kept[newest] for number in range(STREAM_ITERATORS + 10)})
    stream_records(streams, arn)
    assert len(kept) <= STREAM_ITERATORS + 1


def test_items_are_keyed_as_the_correction_expects() -> None:
    assert DynamoType({"S": "x"}) == DynamoType({"S": "x"})
    assert hash(DynamoType({"S": "x"})) == hash(DynamoType({"S": "x"}))


def test_a_put_leaves_no_data_points(stream: tuple[Any, str]) -> None:
    assert read(stream[0], "TRIM_HORIZON")  # what put ten records
    assert not cloudwatch_backends[ACCOUNT][REGION].metric_data


def test_the_package_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def listed(_path: object) -> list[str]:
        raise AssertionError("the folder is read again")

    monkeypatch.setattr("os.listdir", listed)
    monkeypatch.setattr("os.scandir", listed)
    assert "kinesis" in moto.backends.list_of_moto_modules()
    assert "dynamodb" in moto.backends.list_of_moto_modules()
