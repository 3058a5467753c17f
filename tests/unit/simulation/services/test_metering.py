"""What calls of the simulated DynamoDB cost."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulation.services.metering import MeteredDynamoDB, Usage
from simulation.services.table import Table

KB = 1_024
ASKED: dict[str, Any] = {"ReturnConsumedCapacity": "TOTAL"}
NEW = {"ConditionExpression": "attribute_not_exists(#k)", "ExpressionAttributeNames": {"#k": "k"}}


@pytest.fixture
def dynamodb() -> MeteredDynamoDB:
    return MeteredDynamoDB({"t": Table("k", "s")})


def an_item(sort: int = 1, size: int = 0) -> dict[str, Any]:
    return {"k": {"S": "minute#a"}, "s": {"N": str(sort)}, "c": {"B": b"x" * size}}


def key_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"k": item["k"], "s": item["s"]}


def put(dynamodb: MeteredDynamoDB, *items: dict[str, Any], **more: Any) -> None:  # noqa: ANN401 - boto3's request
    for item in items:
        dynamodb.put_item(TableName="t", Item=item, **more)


def units(answer: dict[str, Any]) -> float:
    said: float = answer["ConsumedCapacity"]["CapacityUnits"]
    return said


def used(dynamodb: MeteredDynamoDB) -> tuple[float, float]:
    return dynamodb.usage["t"].read, dynamodb.usage["t"].write


def query(dynamodb: MeteredDynamoDB, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
    request = {
        "TableName": "t",
        "KeyConditionExpression": "#k = :k AND #s >= :first",
        "ExpressionAttributeNames": {"#k": "k", "#s": "s"},
        "ExpressionAttributeValues": {":k": {"S": "minute#a"}, ":first": {"N": "0"}},
    }
    return dynamodb.query(**(request | more))


def test_a_put_is_charged_by_the_larger_of_old_and_new(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, an_item(size=3 * KB), an_item())
    assert used(dynamodb) == (0, 4 + 4)


def test_a_refused_put_is_charged_and_changes_nothing(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, an_item(size=3 * KB))
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        put(dynamodb, an_item(), **NEW)
    assert used(dynamodb) == (0, 4 + 4)


def test_an_update_is_charged_by_the_whole_item(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, an_item(size=3 * KB))
    answer = dynamodb.update_item(
        TableName="t",
        Key=key_of(an_item()),
        UpdateExpression="SET #m = :m",
        ExpressionAttributeNames={"#m": "m"},
        ExpressionAttributeValues={":m": {"N": "5"}},
        **ASKED,
    )
    assert units(answer) == 4


def test_a_deletion_is_charged_by_what_it_deletes(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, an_item(size=3 * KB))
    assert units(dynamodb.delete_item(TableName="t", Key=key_of(an_item()), **ASKED)) == 4
    assert units(dynamodb.delete_item(TableName="t", Key=key_of(an_item()), **ASKED)) == 1


def test_a_transaction_costs_twice_also_where_it_is_cancelled(dynamodb: MeteredDynamoDB) -> None:
    puts = [{"Put": {"TableName": "t", "Item": an_item(sort, size=KB), **NEW}} for sort in (1, 2)]
    dynamodb.transact_write_items(TransactItems=puts)
    assert used(dynamodb) == (0, 8)
    with pytest.raises(ClientError, match="TransactionCanceled"):
        dynamodb.transact_write_items(TransactItems=puts)
    assert used(dynamodb) == (0, 16)


def test_a_get_is_charged_also_where_nothing_is_there(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, an_item(size=5 * KB))
    assert units(dynamodb.get_item(TableName="t", Key=key_of(an_item()), ConsistentRead=True, **ASKED)) == 2
    assert units(dynamodb.get_item(TableName="t", Key=key_of(an_item()), **ASKED)) == 1
    assert units(dynamodb.get_item(TableName="t", Key=key_of(an_item(2)), **ASKED)) == 0.5


def test_keys_of_a_batch_are_charged_one_by_one(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, an_item(size=5 * KB))
    dynamodb.batch_get_item(RequestItems={"t": {"Keys": [key_of(an_item(sort)) for sort in (1, 2)]}})
    assert dynamodb.usage["t"].read == 1.5


def test_a_query_is_charged_for_whole_items_together(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, *(an_item(sort, size=KB) for sort in range(5)))
    assert units(query(dynamodb, ConsistentRead=True, **ASKED)) == 2
    names = {"#k": "k", "#s": "s"}
    some = query(dynamodb, ProjectionExpression="#s", ExpressionAttributeNames=names, **ASKED)
    assert some["Items"] == [{"s": {"N": str(sort)}} for sort in range(5)]
    assert units(some) == 1


def test_usage_says_what_was_written_where(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, an_item())
    before = dynamodb.usage["t"].copy()
    put(dynamodb, an_item(size=2 * KB), {"k": {"S": "hour#a"}, "s": {"N": "1"}})
    query(dynamodb, ConsistentRead=True)
    assert dynamodb.usage["t"].since(before) == Usage(1, 4, {"minute": 3, "hour": 1})
    assert dynamodb.usage["t"].since(before).cost == 4 + 1 / 5


def test_what_is_asked_of_several_tables_is_told_by_table(dynamodb: MeteredDynamoDB) -> None:
    put(dynamodb, an_item())
    answer = dynamodb.batch_get_item(RequestItems={"t": {"Keys": [key_of(an_item())]}}, **ASKED)
    assert answer["ConsumedCapacity"] == [{"TableName": "t", "CapacityUnits": 0.5}]
    assert "ConsumedCapacity" not in dynamodb.batch_get_item(RequestItems={"t": {"Keys": [key_of(an_item())]}})


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def limited() -> tuple[MeteredDynamoDB, Clock]:
    clock = Clock()
    return MeteredDynamoDB({"t": Table("k", "s")}, limited_by=clock), clock


def keyed(key: str, sort: int = 1, size: int = 0) -> dict[str, Any]:
    return an_item(sort, size) | {"k": {"S": key}}


def test_a_partition_takes_a_thousand_write_units_a_second_and_another_one_as_much() -> None:
    dynamodb, clock = limited()
    put(dynamodb, *(keyed("a", sort, 249 * KB) for sort in range(4)))
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        put(dynamodb, keyed("a", 9))
    assert len(dynamodb.tables["t"]) == 4
    put(dynamodb, keyed("b"))
    clock.now += 0.5
    put(dynamodb, keyed("a", 9))


def test_a_table_takes_four_thousand_write_units_a_second() -> None:
    dynamodb, clock = limited()
    put(dynamodb, *(keyed(f"{number}", size=399 * KB) for number in range(10)))
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        put(dynamodb, keyed("last"))
    clock.now += 1
    put(dynamodb, keyed("last"))


def test_a_batch_is_read_as_far_as_units_go_and_refused_where_there_are_none() -> None:
    dynamodb, clock = limited()
    for sort in range(32):
        put(dynamodb, keyed("a", sort, 399 * KB))
        clock.now += 1
    wanted = {"ConsistentRead": True, "Keys": [key_of(keyed("a", sort)) for sort in range(32)]}
    answer = dynamodb.batch_get_item(RequestItems={"t": wanted})
    assert (len(answer["Responses"]["t"]), len(answer["UnprocessedKeys"]["t"]["Keys"])) == (30, 2)
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        dynamodb.batch_get_item(RequestItems=answer["UnprocessedKeys"])
    clock.now += 1
    assert not dynamodb.batch_get_item(RequestItems=answer["UnprocessedKeys"])["UnprocessedKeys"]
