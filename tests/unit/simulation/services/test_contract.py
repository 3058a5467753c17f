"""What the consumers rely on holds in the simulation as in moto: one suite, both services behind the same client."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.s3 import SimulatedS3
from simulation.services.table import Table

TABLE, BUCKET = "log", "failed-events"
REGION = "eu-west-1"

Client = Any
"""Of either service: requests are the services' own, as plain data."""


@pytest.fixture(scope="module")
def moto_clients() -> Iterator[tuple[Any, Any]]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield boto3.client("dynamodb", region_name=REGION), boto3.client("s3", region_name=REGION)


@pytest.fixture(params=["simulation", "moto"])
def dynamodb(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "simulation":
        yield SimulatedDynamoDB({TABLE: Table("address", "segment")}).client()
        return
    client, _ = request.getfixturevalue("moto_clients")
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "address", "AttributeType": "S"},
            {"AttributeName": "segment", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "address", "KeyType": "HASH"}, {"AttributeName": "segment", "KeyType": "RANGE"}],
    )
    yield client
    client.delete_table(TableName=TABLE)


@pytest.fixture(params=["simulation", "moto"])
def s3(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "simulation":
        yield SimulatedS3(BUCKET, page_keys=2).client()
        return
    _, client = request.getfixturevalue("moto_clients")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield client


def an_item(number: int, address: str = "a", **attributes: dict[str, Any]) -> dict[str, Any]:
    return {"address": {"S": address}, "segment": {"N": str(number)}, **attributes}


def put_new(dynamodb: Client, item: dict[str, Any]) -> None:
    dynamodb.put_item(
        TableName=TABLE,
        Item=item,
        ConditionExpression="attribute_not_exists(#address)",
        ExpressionAttributeNames={"#address": "address"},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def get(dynamodb: Client, number: int) -> dict[str, Any] | None:
    found = dynamodb.get_item(TableName=TABLE, Key=an_item(number), ConsistentRead=True).get("Item")
    return None if found is None else dict(found)


def code_of(raised: pytest.ExceptionInfo[ClientError]) -> str:
    return raised.value.response["Error"]["Code"]


def test_of_two_puts_of_one_place_the_second_is_refused_and_learns_the_first(dynamodb: Client) -> None:
    put_new(dynamodb, an_item(0, w={"B": b"first"}))
    with pytest.raises(ClientError) as raised:
        put_new(dynamodb, an_item(0, w={"B": b"second"}))
    assert code_of(raised) == "ConditionalCheckFailedException"
    refusal: Any = raised.value.response
    assert refusal["Item"] == an_item(0, w={"B": b"first"})
    assert get(dynamodb, 0) == an_item(0, w={"B": b"first"})


@pytest.mark.parametrize(("held", "given", "holds"), [("1", "1", True), ("2", "1", False), (None, "1", False)])
def test_a_put_on_condition_of_a_revision(dynamodb: Client, held: str | None, given: str, holds: bool) -> None:
    if held is not None:
        put_new(dynamodb, an_item(0, r={"N": held}))
    request = {
        "TableName": TABLE,
        "Item": an_item(0, r={"N": "9"}),
        "ConditionExpression": "#r = :r",
        "ExpressionAttributeNames": {"#r": "r"},
        "ExpressionAttributeValues": {":r": {"N": given}},
    }
    if holds:
        dynamodb.put_item(**request)
    else:
        with pytest.raises(ClientError) as raised:
            dynamodb.put_item(**request)
        assert code_of(raised) == "ConditionalCheckFailedException"
    assert (get(dynamodb, 0) == an_item(0, r={"N": "9"})) is holds


@pytest.mark.parametrize(("before", "to", "raises"), [("5", "6", True), ("6", "6", False), ("10", "9", False)])
def test_a_mark_only_rises_and_is_compared_as_a_number(dynamodb: Client, before: str, to: str, raises: bool) -> None:
    def raise_mark(item: int) -> None:
        dynamodb.update_item(
            TableName=TABLE,
            Key=an_item(item),
            UpdateExpression="SET #mark = :to",
            ConditionExpression="attribute_exists(#address) AND (attribute_not_exists(#mark) OR #mark < :to)",
            ExpressionAttributeNames={"#address": "address", "#mark": "closing"},
            ExpressionAttributeValues={":to": {"N": to}},
        )

    put_new(dynamodb, an_item(0, closing={"N": before}))
    put_new(dynamodb, an_item(1))
    raise_mark(1)
    assert get(dynamodb, 1) == an_item(1, closing={"N": to})
    for item, rises in ((0, raises), (2, False)):
        if rises:
            raise_mark(item)
        else:
            with pytest.raises(ClientError) as raised:
                raise_mark(item)
            assert code_of(raised) == "ConditionalCheckFailedException"
    assert get(dynamodb, 0) == an_item(0, closing={"N": to if raises else before})
    assert get(dynamodb, 2) is None


def test_updates_add_keep_and_remove(dynamodb: Client) -> None:
    dynamodb.update_item(
        TableName=TABLE,
        Key=an_item(0),
        UpdateExpression="SET #first = if_not_exists(#first, :now), #sum = if_not_exists(#sum, :zero) + :n ADD #n :n",
        ExpressionAttributeNames={"#first": "first", "#sum": "sum", "#n": "n"},
        ExpressionAttributeValues={":now": {"S": "now"}, ":zero": {"N": "0"}, ":n": {"N": "3"}},
    )
    answer = dynamodb.update_item(
        TableName=TABLE,
        Key=an_item(0),
        UpdateExpression="ADD #n :n REMOVE #first",
        ExpressionAttributeNames={"#first": "first", "#n": "n"},
        ExpressionAttributeValues={":n": {"N": "-1"}},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == an_item(0, sum={"N": "3"}, n={"N": "2"})


def test_updates_add_to_a_set_and_take_from_it_and_there_is_no_empty_set(dynamodb: Client) -> None:
    def update(verb: str, *values: str) -> dict[str, Any]:
        answer = dynamodb.update_item(
            TableName=TABLE,
            Key=an_item(0),
            UpdateExpression=f"SET #v = :v {verb} #h :h",
            ConditionExpression="attribute_not_exists(#v) OR #v <= :v",
            ExpressionAttributeNames={"#v": "v", "#h": "h"},
            ExpressionAttributeValues={":v": {"N": "1"}, ":h": {"SS": list(values)}},
            ReturnValues="ALL_OLD",
        )
        before: dict[str, Any] = answer.get("Attributes", {})
        return before

    assert "h" not in update("DELETE", "a")
    assert "h" not in update("ADD", "b", "a")
    assert sorted(update("ADD", "b", "c")["h"]["SS"]) == ["a", "b"]
    assert sorted(update("DELETE", "b", "d")["h"]["SS"]) == ["a", "b", "c"]
    held = get(dynamodb, 0)
    assert held is not None
    assert sorted(held["h"]["SS"]) == ["a", "c"]
    update("DELETE", "a", "c")
    assert get(dynamodb, 0) == an_item(0, v={"N": "1"})


def test_a_transaction_writes_all_or_nothing_and_says_what_stood_in_its_way(dynamodb: Client) -> None:
    put_new(dynamodb, an_item(1))
    new = {"ConditionExpression": "attribute_not_exists(#a)", "ExpressionAttributeNames": {"#a": "address"}}
    with pytest.raises(ClientError) as raised:
        dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": TABLE, "Item": an_item(number), **new}} for number in (0, 1)]
        )
    refusal: Any = raised.value.response
    assert code_of(raised) == "TransactionCanceledException"
    assert [reason["Code"] for reason in refusal["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert get(dynamodb, 0) is None
    dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": TABLE, "Item": an_item(number), **new}} for number in (2, 3)]
    )
    assert [get(dynamodb, number) for number in (2, 3)] == [an_item(2), an_item(3)]


def test_a_query_reads_one_partition_from_a_number_on_in_order_of_numbers(dynamodb: Client) -> None:
    for number in (10, 9, 0, 100):
        put_new(dynamodb, an_item(number))
    put_new(dynamodb, an_item(50, "b"))
    request: dict[str, Any] = {
        "TableName": TABLE,
        "KeyConditionExpression": "#address = :address AND #segment >= :start",
        "ExpressionAttributeNames": {"#address": "address", "#segment": "segment"},
        "ExpressionAttributeValues": {":address": {"S": "a"}, ":start": {"N": "9"}},
        "ConsistentRead": True,
        "Limit": 2,
    }
    pages = [dynamodb.query(**request)]
    pages.append(dynamodb.query(**request, ExclusiveStartKey=pages[0]["LastEvaluatedKey"]))
    assert [[item["segment"]["N"] for item in page["Items"]] for page in pages] == [["9", "10"], ["100"]]
    backwards = dynamodb.query(**request, ScanIndexForward=False)
    assert [item["segment"]["N"] for item in backwards["Items"]] == ["100", "10"]


def test_many_items_are_read_at_once_as_far_as_they_exist_and_only_what_was_asked_for(dynamodb: Client) -> None:
    put_new(dynamodb, an_item(0, c={"B": b"counts"}))
    put_new(dynamodb, an_item(2))
    wanted = {
        "Keys": [an_item(number) for number in range(3)],
        "ProjectionExpression": "#s",
        "ExpressionAttributeNames": {"#s": "segment"},
    }
    answer = dynamodb.batch_get_item(RequestItems={TABLE: wanted})
    assert sorted(item["segment"]["N"] for item in answer["Responses"][TABLE]) == ["0", "2"]
    assert all(item.keys() == {"segment"} for item in answer["Responses"][TABLE])
    assert not answer["UnprocessedKeys"]


@pytest.mark.parametrize(
    "item",
    [an_item(0, f={"B": bytes(401 * 1024)}), an_item(0, "")],
    ids=["larger than 400 KB", "empty key"],
)
def test_what_no_table_takes_is_refused(dynamodb: Client, item: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as raised:
        put_new(dynamodb, item)
    assert code_of(raised) == "ValidationException"


def test_objects_are_replaced_read_and_listed_by_prefix(s3: Client) -> None:
    for number in (2, 0, 1, 0):
        s3.put_object(Bucket=BUCKET, Key=f"failed-events/{number}", Body=str(number).encode(), ContentType="text/plain")
    s3.put_object(Bucket=BUCKET, Key="other", Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="failed-events/")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    assert keys == [f"failed-events/{number}" for number in range(3)]
    assert s3.get_object(Bucket=BUCKET, Key=keys[1])["Body"].read() == b"1"
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=BUCKET, Key="nothing")
    assert code_of(raised) == "NoSuchKey"
