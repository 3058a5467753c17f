"""Boto3's own clients before simulated services: what comes back is what the services have said, errors and all."""

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from consumers.metering import UnitMeter
from simulation.sdk import clients
from simulation.services.dynamodb_streams import SimulatedDynamoDBStreams, TableStream
from simulation.services.kinesis import SimulatedKinesis, Stream
from simulation.services.metering import MeteredDynamoDB
from simulation.services.s3 import SimulatedS3
from simulation.services.stream_records import stream_arn
from simulation.services.table import Table

NOW = 1_763_769_600.25
ODD = "\U0001f30a \u202e<&>'\""
ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})
TWICE = Config(retries={"total_max_attempts": 2, "mode": "standard"})


def client_of(name: str, service: Any, config: Config = ONCE) -> Any:  # noqa: ANN401 - a boto3 client
    def carry(operation: str, request: dict[str, Any]) -> Any:  # noqa: ANN401 - boto3's answer
        return getattr(service, operation)(**request)

    return clients.client_of(name, config, carry)


def told(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.fixture
def table() -> Table:
    return Table("key", streams=True, clock=lambda: NOW)


@pytest.fixture
def dynamodb(table: Table) -> MeteredDynamoDB:
    return MeteredDynamoDB({"table": table}, page_items=2)


ITEM = {
    "key": {"S": ODD},
    "b": {"B": b"\x00\xff"},
    "bs": {"BS": [b"\x01", b"\x02"]},
    "n": {"N": "12345678901234567890"},
    "ss": {"SS": ["a", ODD]},
}


def test_items_with_all_kinds_of_values(dynamodb: MeteredDynamoDB) -> None:
    client = client_of("dynamodb", dynamodb)
    assert told(client.put_item(TableName="table", Item=ITEM)) == {}
    assert client.get_item(TableName="table", Key={"key": ITEM["key"]}, ConsistentRead=True)["Item"] == ITEM
    query = {"KeyConditionExpression": "#k = :k", "ExpressionAttributeNames": {"#k": "key"}}
    found = client.query(TableName="table", ExpressionAttributeValues={":k": ITEM["key"]}, **query)
    assert (found["Items"], found["Count"]) == ([ITEM], 1)
    wanted = {"Keys": [{"key": ITEM["key"]}]}
    assert client.batch_get_item(RequestItems={"table": wanted})["Responses"] == {"table": [ITEM]}


def test_a_refused_condition_brings_the_item_and_a_meter_its_units(dynamodb: MeteredDynamoDB) -> None:
    client, meter = client_of("dynamodb", dynamodb), UnitMeter()
    meter.watch(client)
    put = {"TableName": "table", "Item": ITEM, "ConditionExpression": "attribute_not_exists(#k)"}
    put |= {"ExpressionAttributeNames": {"#k": "key"}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    client.put_item(**put)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as refused:
        client.put_item(**put)
    assert refused.value.response["Item"] == ITEM
    assert meter.take().written == 2
    assert dynamodb.usage["table"].write == 2


def test_a_refused_transaction_brings_its_reasons(dynamodb: MeteredDynamoDB) -> None:
    client = client_of("dynamodb", dynamodb)
    put = {"TableName": "table", "Item": ITEM}
    never = {"ConditionExpression": "attribute_exists(#k)", "ExpressionAttributeNames": {"#k": "key"}}
    other = {**put, "Item": {"key": {"S": "other"}}}
    with pytest.raises(ClientError) as refused:
        client.transact_write_items(TransactItems=[{"Put": put}, {"Put": {**other, **never}}])
    response: dict[str, Any] = {**refused.value.response}
    assert response["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in response["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]


def test_records_of_a_stream_their_times_and_data() -> None:
    service = SimulatedKinesis([Stream("events", 2, now=NOW)], lambda: NOW)
    client, plain = client_of("kinesis", service), service
    entries = [{"Data": bytes(range(256)), "PartitionKey": ODD}, {"Data": b"", "PartitionKey": "x"}]
    put = client.put_records(StreamName="events", Records=entries)
    assert put["FailedRecordCount"] == 0
    service.refusal = lambda _: "InternalFailure"
    failed = client.put_records(StreamName="events", Records=entries[:1])
    assert failed["Records"][0]["ErrorCode"] == "InternalFailure"
    assert told(client.list_shards(StreamName="events")) == plain.list_shards(StreamName="events")
    where = {"StreamName": "events", "ShardId": put["Records"][0]["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = client.get_shard_iterator(**where)["ShardIterator"]
    assert told(client.get_records(ShardIterator=iterator)) == plain.get_records(ShardIterator=iterator)


def test_records_of_a_tables_stream(table: Table, dynamodb: MeteredDynamoDB) -> None:
    service = SimulatedDynamoDBStreams([TableStream("table", table, now=NOW)], lambda: NOW)
    client = client_of("dynamodbstreams", service)
    dynamodb.put_item(TableName="table", Item=ITEM)
    described = client.describe_stream(StreamArn=stream_arn("table"))["StreamDescription"]
    assert described["CreationRequestDateTime"].timestamp() == NOW
    [shard] = described["Shards"]
    where = {"StreamArn": stream_arn("table"), "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    [record] = client.get_records(ShardIterator=client.get_shard_iterator(**where)["ShardIterator"])["Records"]
    assert record["dynamodb"]["NewImage"] == ITEM
    assert record["dynamodb"]["ApproximateCreationDateTime"].timestamp() == int(NOW)


def test_objects_and_listings_of_a_bucket() -> None:
    service = SimulatedS3("bucket", page_keys=2, clock=lambda: float(int(NOW)))
    client = client_of("s3", service)
    keys = ["a b+c%/ä", "x<&>/1", "x<&>/2"]
    for number, key in enumerate(keys):
        client.put_object(
            Bucket="bucket", Key=key, Body=bytes([number]) * 70_000, ContentType="a/b", Metadata={"n": "1"}
        )
    read = client.get_object(Bucket="bucket", Key=keys[2])
    assert read["Body"].read() == b"\x02" * 70_000
    assert {name: read[name] for name in ("ETag", "LastModified", "Metadata", "ContentType", "ContentLength")} == {
        name: value for name, value in service.head_object(Bucket="bucket", Key=keys[2]).items() if name != "Body"
    }
    assert client.head_object(Bucket="bucket", Key=keys[0])["ContentLength"] == 70_000
    pages = list(client.get_paginator("list_objects_v2").paginate(Bucket="bucket"))
    assert [each for page in pages for each in page["Contents"]] == [
        each for page in service.paginate(Bucket="bucket") for each in page["Contents"]
    ]
    found = client.list_objects_v2(Bucket="bucket", Delimiter="/", Prefix="x")
    assert found["CommonPrefixes"] == [{"Prefix": "x<&>/"}]
    client.delete_object(Bucket="bucket", Key=keys[0])
    assert keys[0] not in service.buckets["bucket"]


def test_errors_of_a_bucket() -> None:
    client = client_of("s3", SimulatedS3("bucket"))
    client.put_object(Bucket="bucket", Key="key", Body=b"")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.put_object(Bucket="bucket", Key="key", Body=b"", IfNoneMatch="*")
    with pytest.raises(client.exceptions.NoSuchKey):
        client.get_object(Bucket="bucket", Key="none")
    with pytest.raises(ClientError) as missing:
        client.head_object(Bucket="bucket", Key="none")
    assert missing.value.response["Error"]["Code"] == "404"


@pytest.mark.parametrize(
    "failure",
    [
        ReadTimeoutError(endpoint_url="https://kinesis"),
        ClientError({"Error": {"Code": "InternalFailure", "Message": "as told"}}, "ListShards"),
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "ListShards"),
    ],
)
def test_the_clients_own_retries_are_calls_of_the_service(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", slept.append)
    failures = [failure, failure, failure]

    class Failing(SimulatedKinesis):
        def list_shards(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
            if failures:
                raise failures.pop()
            return super().list_shards(**request)

    service = Failing([Stream("events", now=NOW)], lambda: NOW)
    with pytest.raises(type(failure)):
        client_of("kinesis", service).list_shards(StreamName="events")
    assert (len(failures), slept) == (2, [])
    failures.pop()
    client_of("kinesis", service, TWICE).list_shards(StreamName="events")
    assert failures == []
    assert len(slept) == 1
