"""The local tables tell the units of the simulated ones, whose rules have tests of their own."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from consumers.metering import UnitMeter
from simulation.services.metering import MeteredDynamoDB
from simulation.services.table import Table

pytestmark = pytest.mark.usefixtures("corrected")

Client = Any
"""A boto3 client, whose type is made at run time."""
Json = Any
"""A request or an answer."""
Calls = list[tuple[str, Json]]
"""Methods of the client, and what they are asked."""

TEMPLATE = Path(__file__).parents[4] / "template.yaml"

KB = 1_024
TABLES = ("log", "trends")
ASKED = {"ReturnConsumedCapacity": "TOTAL"}


@pytest.fixture
def local() -> Client:
    client = boto3.client("dynamodb")
    for name in TABLES:
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "a", "AttributeType": "S"},
                {"AttributeName": "n", "AttributeType": "N"},
            ],
            KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
        )
    return client


@pytest.fixture
def simulated() -> MeteredDynamoDB:
    return MeteredDynamoDB({name: Table("a", "n") for name in TABLES})


def key(number: int) -> Json:
    return {"a": {"S": "x"}, "n": {"N": str(number)}}


def item(number: int, size: int = 0) -> Json:
    return {**key(number), "é": {"B": b"x" * size}, "s": {"SS": ["one", "two"]}, "i": {"N": "-12345"}}


def put(number: int, size: int = 0, table: str = "log", **more: Json) -> tuple[str, Json]:
    return "put_item", {"TableName": table, "Item": item(number, size), **more}


def get(number: int, **more: Json) -> tuple[str, Json]:
    return "get_item", {"TableName": "log", "Key": key(number), **more}


def query(**more: Json) -> tuple[str, Json]:
    values: Json = {":a": {"S": "x"}, ":n": {"N": "2"}}
    condition = {"KeyConditionExpression": "a = :a AND n >= :n", "ExpressionAttributeValues": values}
    return "query", {"TableName": "log", **condition, **more}


def change(size: int) -> tuple[str, Json]:
    changed: Json = {"UpdateExpression": "SET c = :c", "ExpressionAttributeValues": {":c": {"B": b"x" * size}}}
    return "update_item", {"TableName": "log", "Key": key(1), **changed}


def delete(number: int) -> tuple[str, Json]:
    return "delete_item", {"TableName": "log", "Key": key(number)}


def batch(*numbers: int, **more: Json) -> tuple[str, Json]:
    wanted: Json = {"Keys": [key(number) for number in numbers], **more}
    return "batch_get_item", {"RequestItems": {"log": wanted, "trends": {"Keys": [key(1)]}}}


CONSISTENT = {"ConsistentRead": True}
SIZES = [put(number, 900 * number) for number in range(20)]
PROJECTED = {"ProjectionExpression": "i"}


@pytest.mark.parametrize(
    ("held", "calls", "units"),
    [
        ([], [put(1), put(1, 3 * KB), put(1)], [1, 4, 4]),
        ([], [change(5 * KB), change(0)], [6, 6]),
        ([put(1, 3 * KB)], [delete(1), delete(1)], [4, 1]),
        ([put(1, 9 * KB)], [get(2), get(1), get(1, **CONSISTENT, **PROJECTED)], [0.5, 1.5, 3]),
        ([], [query()], [0.5]),
        (
            SIZES,
            [query(), query(**CONSISTENT, **PROJECTED), query(**CONSISTENT, Limit=10)],
            [21, 42, 15],
        ),
    ],
    ids=("put", "update", "delete", "get", "query of nothing", "query"),
)
def test_a_call_tells_the_units_of_its_size(
    local: Client, simulated: MeteredDynamoDB, held: Calls, calls: Calls, units: list[float]
) -> None:
    for operation, request in held:
        getattr(local, operation)(**request)
        getattr(simulated, operation)(**request)
    told = [getattr(local, operation)(**request, **ASKED)["ConsumedCapacity"] for operation, request in calls]
    assert told == [{"TableName": "log", "CapacityUnits": each} for each in units]
    assert told == [
        getattr(simulated, operation)(**request, **ASKED)["ConsumedCapacity"] for operation, request in calls
    ]


@pytest.mark.parametrize(
    ("call", "units"),
    [
        (batch(1, 2, 3), {"log": 0.5 + 1 + 0.5, "trends": 1}),
        (batch(1, 2, 3, **CONSISTENT, **PROJECTED), {"log": 1 + 2 + 1, "trends": 1}),
        (
            (
                "transact_write_items",
                {"TransactItems": [{"Put": put(1)[1]}, {"Put": put(2, 2 * KB)[1]}, {"Put": put(1, 0, "trends")[1]}]},
            ),
            {"log": 2 * (1 + 6), "trends": 2 * 6},
        ),
    ],
    ids=("gets", "consistent gets", "transaction"),
)
def test_a_call_of_several_items_tells_the_units_of_each_table(
    local: Client, simulated: MeteredDynamoDB, call: tuple[str, Json], units: dict[str, float]
) -> None:
    operation, request = call
    for client in (local, simulated):
        for _, held in (put(1), put(2, 5 * KB), put(1, 5 * KB, "trends")):
            client.put_item(**held)
    told = getattr(local, operation)(**request, **ASKED)["ConsumedCapacity"]
    assert {each["TableName"]: each["CapacityUnits"] for each in told} == units
    assert told == getattr(simulated, operation)(**request, **ASKED)["ConsumedCapacity"]


def test_a_batch_of_writes_and_a_scan_are_metered_too(local: Client) -> None:
    writes = [{"PutRequest": {"Item": item(1)}}, {"PutRequest": {"Item": item(2, 3 * KB)}}]
    written = local.batch_write_item(RequestItems={"log": writes}, **ASKED)["ConsumedCapacity"]
    assert written == [{"TableName": "log", "CapacityUnits": 1 + 4}]
    gone = [{"DeleteRequest": {"Key": key(2)}}]
    assert local.batch_write_item(RequestItems={"log": gone}, **ASKED)["ConsumedCapacity"][0]["CapacityUnits"] == 4
    local.put_item(**put(3, 9 * KB)[1])
    assert local.scan(TableName="log", **CONSISTENT, **ASKED)["ConsumedCapacity"]["CapacityUnits"] == 3
    assert local.scan(TableName="log", Limit=1, **ASKED)["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_items_that_a_filter_leaves_out_are_charged_and_left_out(local: Client) -> None:
    for number in range(4):
        local.put_item(**put(number, 4 * KB)[1])
    values = {":a": {"S": "x"}, ":i": {"N": "0"}, ":two": {"N": "2"}}
    chosen = {"FilterExpression": "i < :i AND n <> :two", "ProjectionExpression": "n"}
    found = local.query(
        TableName="log",
        KeyConditionExpression="a = :a",
        ExpressionAttributeValues=values,
        **chosen,
        **CONSISTENT,
        **ASKED,
    )
    assert [(list(each), each["n"]["N"]) for each in found["Items"]] == [(["n"], "0"), (["n"], "1"), (["n"], "3")]
    assert (found["ScannedCount"], found["ConsumedCapacity"]["CapacityUnits"]) == (4, 5)
    del values[":a"]
    scanned = local.scan(TableName="log", ExpressionAttributeValues=values, **chosen, **CONSISTENT, **ASKED)
    assert sorted(each["n"]["N"] for each in scanned["Items"]) == ["0", "1", "3"]
    assert scanned["ConsumedCapacity"]["CapacityUnits"] == 5


def test_lists_and_maps_are_stored_and_metered(local: Client) -> None:
    nested = {"M": {"l": {"L": [{"B": b"x" * (2 * KB)}, {"NULL": True}]}}}
    told = local.put_item(TableName="log", Item={**key(1), "m": nested}, **ASKED)
    assert told["ConsumedCapacity"]["CapacityUnits"] == 3


def test_who_does_not_ask_is_not_told(local: Client) -> None:
    calls = [put(1), change(1), delete(1), get(1), query(), batch(1)]
    calls.append(("transact_write_items", {"TransactItems": [{"Put": put(2)[1]}]}))
    calls.append(("batch_write_item", {"RequestItems": {"log": [{"PutRequest": {"Item": item(3)}}]}}))
    for operation, request in calls:
        assert "ConsumedCapacity" not in getattr(local, operation)(**request), operation


def test_the_functions_meter_counts_as_the_simulated_services_charge(local: Client, simulated: MeteredDynamoDB) -> None:
    meter = UnitMeter()
    meter.watch(local)
    new = {"ConditionExpression": "attribute_not_exists(a)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    for operation, request in (put(1, 3 * KB, **new), change(2 * KB), *SIZES[2:], query(), get(1), batch(1, 2)):
        getattr(local, operation)(**request)
        getattr(simulated, operation)(**request)
    for client in (local, simulated):
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            client.put_item(**put(19, 30 * KB, **new)[1])
    units = meter.take()
    charged = list(simulated.usage.values())
    assert units.written == sum(usage.write for usage in charged)
    assert units.read == sum(usage.read for usage in charged)


def test_a_call_with_another_key_is_refused_as_without_the_meter(local: Client) -> None:
    for asked in ({}, ASKED):
        with pytest.raises(ClientError, match="Missing the key n in the item"):
            local.put_item(TableName="log", Item={"a": {"S": "x"}}, **asked)
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            local.put_item(TableName="absent", Item=item(1), **asked)


def test_the_template_has_no_indexes_which_are_not_metered() -> None:
    assert "SecondaryIndexes" not in TEMPLATE.read_text()
