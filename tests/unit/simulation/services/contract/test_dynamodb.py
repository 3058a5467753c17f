"""DynamoDB, rule by rule."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.simulation.services.contract.rules import refused, rule
from tests.unit.simulation.services.contract.worlds import TABLE, World

API = "DynamoDB API Reference, "
GUIDE = "DynamoDB Developer Guide, "
KB = 1024

Client = Any
"""Requests are the service's own, as plain data."""


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


@rule(GUIDE + "Condition expressions")
def test_of_two_puts_of_one_place_the_second_is_refused_and_learns_the_first(aws: World) -> None:
    dynamodb = aws.dynamodb()
    put_new(dynamodb, an_item(0, w={"B": b"first"}))
    with pytest.raises(ClientError) as raised:
        put_new(dynamodb, an_item(0, w={"B": b"second"}))
    assert code_of(raised) == "ConditionalCheckFailedException"
    refusal: Any = raised.value.response
    assert refusal["Item"] == an_item(0, w={"B": b"first"})
    assert get(dynamodb, 0) == an_item(0, w={"B": b"first"})


@rule(GUIDE + "Condition expressions")
@pytest.mark.parametrize(("held", "given", "holds"), [("1", "1", True), ("2", "1", False), (None, "1", False)])
def test_a_put_on_condition_of_a_revision(aws: World, held: str | None, given: str, holds: bool) -> None:
    dynamodb = aws.dynamodb()
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


@rule(GUIDE + "Condition expressions")
@pytest.mark.parametrize(("before", "to", "raises"), [("5", "6", True), ("6", "6", False), ("10", "9", False)])
def test_a_mark_only_rises_and_is_compared_as_a_number(aws: World, before: str, to: str, raises: bool) -> None:
    dynamodb = aws.dynamodb()

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


@rule(GUIDE + "Using update expressions")
def test_updates_add_keep_and_remove(aws: World) -> None:
    dynamodb = aws.dynamodb()
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


@rule(GUIDE + "Using update expressions")
def test_updates_add_to_a_set_and_take_from_it_and_there_is_no_empty_set(aws: World) -> None:
    dynamodb = aws.dynamodb()

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


@rule(API + "TransactWriteItems")
def test_a_transaction_writes_all_or_nothing_and_says_what_stood_in_its_way(aws: World) -> None:
    dynamodb = aws.dynamodb()
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


@rule(API + "Query")
def test_a_query_reads_one_partition_from_a_number_on_in_order_of_numbers(aws: World) -> None:
    dynamodb = aws.dynamodb()
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


@rule(API + "BatchGetItem")
def test_many_items_are_read_at_once_as_far_as_they_exist_and_only_what_was_asked_for(aws: World) -> None:
    dynamodb = aws.dynamodb()
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


@rule(GUIDE + "Quotas in Amazon DynamoDB")
@pytest.mark.parametrize(
    "item",
    [an_item(0, f={"B": bytes(401 * 1024)}), an_item(0, "")],
    ids=["larger than 400 KB", "empty key"],
)
def test_what_no_table_takes_is_refused(aws: World, item: dict[str, Any]) -> None:
    dynamodb = aws.dynamodb()
    with pytest.raises(ClientError) as raised:
        put_new(dynamodb, item)
    assert code_of(raised) == "ValidationException"


@rule(GUIDE + "Condition expressions")
def test_a_write_on_a_condition_that_fails_says_nothing_of_the_item_unless_asked(aws: World) -> None:
    dynamodb = aws.dynamodb()
    put_new(dynamodb, an_item(0))
    with pytest.raises(ClientError) as raised:
        dynamodb.put_item(TableName=TABLE, Item=an_item(0), ConditionExpression="attribute_not_exists(address)")
    assert "Item" not in raised.value.response


@rule(API + "PutItem")
def test_a_placeholder_that_no_expression_uses_is_refused(aws: World) -> None:
    with refused("ValidationException"):
        aws.dynamodb().put_item(
            TableName=TABLE,
            Item=an_item(0),
            ConditionExpression="attribute_not_exists(address)",
            ExpressionAttributeNames={"#unused": "u"},
        )


@rule(API + "DeleteItem")
def test_what_is_not_there_is_deleted_all_the_same(aws: World) -> None:
    dynamodb = aws.dynamodb()
    dynamodb.delete_item(TableName=TABLE, Key=an_item(0))
    put_new(dynamodb, an_item(0))
    dynamodb.delete_item(TableName=TABLE, Key=an_item(0))
    assert get(dynamodb, 0) is None


@rule(API + "BatchGetItem")
def test_a_batch_reads_a_hundred_keys_each_once(aws: World) -> None:
    dynamodb = aws.dynamodb()
    for keys in ([an_item(number) for number in range(101)], [an_item(0), an_item(0)]):
        with refused("ValidationException"):
            dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys}})


@rule(API + "TransactWriteItems")
def test_a_transaction_writes_a_hundred_items(aws: World) -> None:
    dynamodb = aws.dynamodb()
    puts = [{"Put": {"TableName": TABLE, "Item": an_item(number)}} for number in range(101)]
    with refused("ValidationException"):
        dynamodb.transact_write_items(TransactItems=puts)
    dynamodb.transact_write_items(TransactItems=puts[:100])
    assert get(dynamodb, 99) == an_item(99)


@rule(API + "TransactWriteItems")
def test_a_transaction_meets_an_item_once(aws: World) -> None:
    put = {"Put": {"TableName": TABLE, "Item": an_item(0)}}
    with refused("ValidationException"):
        aws.dynamodb().transact_write_items(TransactItems=[put, put])


@rule(API + "Query")
def test_a_page_has_a_megabyte_of_items(aws: World) -> None:
    dynamodb = aws.dynamodb()
    for number in range(3):
        put_new(dynamodb, an_item(number, c={"B": bytes(390 * KB)}))
        aws.now += 1
    request = {
        "TableName": TABLE,
        "KeyConditionExpression": "address = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
    }
    page = dynamodb.query(**request)
    rest = dynamodb.query(**request, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert [len(each["Items"]) for each in (page, rest)] == [2, 1]


@rule(GUIDE + "DynamoDB read and write operations", moto="Consumed capacity is not metered by size.")
def test_units_are_told_by_size(aws: World) -> None:
    dynamodb = aws.dynamodb()
    asked = {"TableName": TABLE, "ReturnConsumedCapacity": "TOTAL"}
    written = dynamodb.put_item(Item=an_item(0, c={"B": bytes(3 * KB)}), **asked)
    read = dynamodb.get_item(Key=an_item(0), **asked)
    assert written["ConsumedCapacity"] == {"TableName": TABLE, "CapacityUnits": 4.0}
    assert read["ConsumedCapacity"]["CapacityUnits"] == 0.5


@rule(API + "PutItem")
def test_units_are_told_to_those_who_ask(aws: World) -> None:
    assert "ConsumedCapacity" not in aws.dynamodb().put_item(TableName=TABLE, Item=an_item(0))


@rule(
    GUIDE + "Designing partition keys to distribute your workload",
    moto="No read or write of a table is throttled.",
)
def test_a_partition_takes_a_thousand_write_units_a_second(aws: World) -> None:
    dynamodb = aws.dynamodb()
    for number in range(3):
        put_new(dynamodb, an_item(number, c={"B": bytes(320 * KB)}))
    with refused("ProvisionedThroughputExceededException"):
        put_new(dynamodb, an_item(3, c={"B": bytes(320 * KB)}))
    aws.now += 1
    put_new(dynamodb, an_item(3))


@rule(GUIDE + "Time to live")
def test_an_expiry_is_an_attribute_like_others_until_it_is_over(aws: World) -> None:
    dynamodb = aws.dynamodb()
    put_new(dynamodb, an_item(0, x={"N": str(int(aws.now) - 60)}))
    assert get(dynamodb, 0) is not None


@rule(GUIDE + "Time to live", moto="Time to live never deletes.")
def test_an_item_whose_expiry_is_over_is_deleted_later_and_others_are_not(aws: World) -> None:
    dynamodb = aws.dynamodb()
    for number, seconds in enumerate((-60, 60)):
        put_new(dynamodb, an_item(number, x={"N": str(int(aws.now) + seconds)}))
    put_new(dynamodb, an_item(2, x={"S": str(int(aws.now) - 60)}))
    put_new(dynamodb, an_item(3))
    aws.expire()
    assert [number for number in range(4) if get(dynamodb, number) is None] == [0]


@rule(GUIDE + "DynamoDB read consistency", moto="Every read is strongly consistent.")
def test_a_read_may_lag_behind_and_a_consistent_one_does_not(aws: World) -> None:
    dynamodb = aws.dynamodb()
    put_new(dynamodb, an_item(0))
    put_new(dynamodb, an_item(1))
    aws.lag(1)
    every: dict[str, Any] = {
        "KeyConditionExpression": "#address = :address",
        "ExpressionAttributeNames": {"#address": "address"},
        "ExpressionAttributeValues": {":address": {"S": "a"}},
    }
    for consistent, there in ((True, 2), (False, 1)):
        read = {"TableName": TABLE, "ConsistentRead": consistent}
        keys = {"Keys": [an_item(0), an_item(1)], "ConsistentRead": consistent}
        assert ("Item" in dynamodb.get_item(**read, Key=an_item(1))) == consistent
        assert dynamodb.query(**read, **every)["Count"] == there
        assert len(dynamodb.batch_get_item(RequestItems={TABLE: keys})["Responses"][TABLE]) == there


@rule(API + "GetItem")
def test_a_table_that_is_not_there_is_missed(aws: World) -> None:
    with refused("ResourceNotFoundException"):
        aws.dynamodb().get_item(TableName="nothing", Key=an_item(0))
