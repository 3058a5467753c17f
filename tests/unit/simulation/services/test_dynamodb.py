"""What moto cannot show: stale reads, lost answers, short batches, the stream's order, expiry; and what is refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.faults import Fault
from simulation.services.table import Table


@pytest.fixture
def dynamodb() -> SimulatedDynamoDB:
    table = Table("address", "segment", streams=True, expiry="x", clock=lambda: 9.0)
    return SimulatedDynamoDB({"log": table}, page_items=3)


def an_item(number: int, **attributes: dict[str, Any]) -> dict[str, Any]:
    return {"address": {"S": "a"}, "segment": {"N": str(number)}, **attributes}


def put(dynamodb: SimulatedDynamoDB, number: int, **attributes: dict[str, Any]) -> None:
    dynamodb.put_item(TableName="log", Item=an_item(number, **attributes))


def get(dynamodb: SimulatedDynamoDB, number: int, **options: object) -> object:
    return dynamodb.get_item(TableName="log", Key=an_item(number), **options).get("Item")


def numbers(dynamodb: SimulatedDynamoDB, **options: object) -> list[str]:
    found: list[str] = []
    request: dict[str, Any] = {
        "TableName": "log",
        "KeyConditionExpression": "address = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
        **options,
    }
    while True:
        answer = dynamodb.query(**request)
        found += [item["segment"]["N"] for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return found
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def test_only_a_strongly_consistent_read_sees_the_last_writes(dynamodb: SimulatedDynamoDB) -> None:
    put(dynamodb, 0, w={"S": "old"})
    put(dynamodb, 0, w={"S": "new"})
    put(dynamodb, 1)
    dynamodb.lag = lambda: 2
    assert get(dynamodb, 0) == an_item(0, w={"S": "old"})
    assert get(dynamodb, 1) is None
    assert numbers(dynamodb) == ["0"]
    assert dynamodb.batch_get_item(RequestItems={"log": {"Keys": [an_item(1)]}})["Responses"] == {"log": []}
    assert get(dynamodb, 0, ConsistentRead=True) == an_item(0, w={"S": "new"})
    assert numbers(dynamodb, ConsistentRead=True) == ["0", "1"]


def test_a_deleted_item_is_still_seen_by_a_stale_read(dynamodb: SimulatedDynamoDB) -> None:
    put(dynamodb, 0)
    dynamodb.delete_item(TableName="log", Key=an_item(0))
    assert get(dynamodb, 0) is None
    dynamodb.lag = lambda: 1
    assert get(dynamodb, 0) == an_item(0)


def test_a_read_that_lags_is_told_of_only_where_it_brings_what_is_no_more(dynamodb: SimulatedDynamoDB) -> None:
    told = list[str]()
    dynamodb.was_old = lambda: told.append("old")
    put(dynamodb, 0)
    put(dynamodb, 1)
    dynamodb.lag = lambda: 1
    get(dynamodb, 0)
    assert told == []
    get(dynamodb, 1)
    assert told == ["old"]
    numbers(dynamodb)
    assert told == ["old", "old"]
    numbers(dynamodb, ConsistentRead=True)
    assert told == ["old", "old"]


@pytest.mark.parametrize(
    ("fault", "error", "written"),
    [
        (Fault.THROTTLED, ClientError, False),
        (Fault.LOST_REQUEST, ReadTimeoutError, False),
        (Fault.LOST_ANSWER, ReadTimeoutError, True),
    ],
)
def test_faults(dynamodb: SimulatedDynamoDB, fault: Fault, error: type[Exception], written: bool) -> None:
    dynamodb.before_call = lambda _: fault
    with pytest.raises(error):
        put(dynamodb, 0)
    assert bool(dynamodb.tables["log"]) is written


def test_a_repeated_put_meets_itself(dynamodb: SimulatedDynamoDB) -> None:
    dynamodb.before_call = lambda _: Fault.REPEATED
    with pytest.raises(ClientError) as raised:
        dynamodb.put_item(
            TableName="log",
            Item=an_item(0),
            ConditionExpression="attribute_not_exists(address)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    refusal: Any = raised.value.response
    assert refusal["Item"] == an_item(0)


def test_whoever_is_killed_after_a_call_has_made_it(dynamodb: SimulatedDynamoDB) -> None:
    def kill(_: str) -> None:
        raise KeyboardInterrupt

    dynamodb.after_call = kill
    with pytest.raises(KeyboardInterrupt):
        put(dynamodb, 0)
    assert list(dynamodb.tables["log"]) == [("a", 0)]


def test_a_batch_may_be_left_half_read(dynamodb: SimulatedDynamoDB) -> None:
    for number in range(5):
        put(dynamodb, number)
    answer = dynamodb.batch_get_item(RequestItems={"log": {"Keys": [an_item(number) for number in range(5)]}})
    left = answer["UnprocessedKeys"]
    assert (len(answer["Responses"]["log"]), len(left["log"]["Keys"])) == (3, 2)
    assert not dynamodb.batch_get_item(RequestItems=left)["UnprocessedKeys"]


def test_the_stream_has_each_change_of_an_item_in_order_and_nothing_of_what_changed_nothing(
    dynamodb: SimulatedDynamoDB,
) -> None:
    put(dynamodb, 0, x={"N": "100"})
    put(dynamodb, 0, x={"N": "100"})
    put(dynamodb, 0, x={"N": "200"})
    put(dynamodb, 1, x={"N": "300"})
    assert dynamodb.expire("log", now=200) == 0
    assert dynamodb.expire("log", now=201) == 1
    changes = dynamodb.tables["log"].changes
    assert [(change.event_name, change.key[1]) for change in changes] == [
        ("INSERT", 0),
        ("MODIFY", 0),
        ("INSERT", 1),
        ("REMOVE", 0),
    ]
    assert [change.sequence_number for change in changes] == [1, 2, 3, 4]
    assert changes[0].new_image == an_item(0, x={"N": "100"})
    assert changes[3].new_image is None
    assert changes[3].keys == an_item(0)


@pytest.mark.parametrize(
    "request_",
    [
        {"ConditionExpression": "attribute_not_exists(#a)"},
        {"ExpressionAttributeNames": {"#unused": "a"}},
        {"ConditionExpression": "size(address) < :n", "ExpressionAttributeValues": {":n": {"N": "1"}}},
        {"ConditionExpression": "address = "},
        {"ConditionExpression": "attribute_exists(address) address"},
        {"ReturnItemCollectionMetrics": "SIZE"},
    ],
)
def test_what_the_service_refuses_or_the_simulation_does_not_cover_is_refused(
    dynamodb: SimulatedDynamoDB, request_: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.put_item(TableName="log", Item=an_item(0), **request_)
    assert not dynamodb.tables["log"]


def test_a_table_that_is_not_there_is_missed(dynamodb: SimulatedDynamoDB) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        dynamodb.put_item(TableName="trends", Item=an_item(0))
