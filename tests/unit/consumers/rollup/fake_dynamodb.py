"""Both tables in memory behind DynamoDB's client API: what rollup and the sweep call, with faults as told."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError, ReadTimeoutError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Item = dict[str, dict[str, Any]]
Key = tuple[str, str | int]

LOG_TABLE = "pane-log"
TRENDS_TABLE = "trends"
PAGE_ITEMS = 7
"""Items on one page of a query, so that paging is always tried."""


class Fault(Enum):
    """What may happen to a call."""

    NONE = "answered"
    THROTTLED = "refused with a throttle, not carried out"
    LOST_REQUEST = "timed out, not carried out"
    LOST_ANSWER = "carried out, but the answer timed out"
    REPEATED = "carried out, answer lost, repeated by the SDK"


class FakeDynamoDB:
    """Holds items by table and key; `client()` is what the tables' classes take."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Key, Item]] = {LOG_TABLE: {}, TRENDS_TABLE: {}}
        self.before_call: Callable[[str], Fault] = lambda _: Fault.NONE
        """Called with the operation's name before each call; says what happens to it."""
        self.calls: list[str] = []

    def client(self) -> "DynamoDBClient":
        return cast("DynamoDBClient", self)

    def put_item(self, *, TableName: str, Item: Item, **request: Any) -> dict[str, Any]:  # noqa: ANN401, N803 - boto3's names
        def put() -> dict[str, Any]:
            self._put(TableName, Item, request, "PutItem")
            return {}

        return self._call("PutItem", put)

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        def write() -> dict[str, Any]:
            puts = [dict(entry["Put"]) for entry in TransactItems]
            held = [self._holds(put["TableName"], put["Item"], put) for put in puts]
            if not all(held):
                refusal = error("TransactionCanceledException", "TransactWriteItems")
                reasons = [{"Code": "None" if ok else "ConditionalCheckFailed"} for ok in held]
                cast(dict[str, Any], refusal.response)["CancellationReasons"] = reasons
                raise refusal
            for put in puts:
                self._put(put["TableName"], put["Item"], {}, "TransactWriteItems")
            return {}

        return self._call("TransactWriteItems", write)

    def update_item(self, *, TableName: str, Key: Item, **request: Any) -> dict[str, Any]:  # noqa: ANN401, N803 - boto3's
        assert request["UpdateExpression"] == "SET #mark = :to"
        mark, to = request["ExpressionAttributeNames"]["#mark"], request["ExpressionAttributeValues"][":to"]

        def update() -> dict[str, Any]:
            item = self.tables[TableName].get(_key(Key))
            if item is None or (mark in item and int(item[mark]["N"]) >= int(to["N"])):
                raise error("ConditionalCheckFailedException", "UpdateItem")
            self.tables[TableName][_key(Key)] = {**item, mark: to}
            return {}

        return self._call("UpdateItem", update)

    def get_item(self, *, TableName: str, Key: Item, **request: Any) -> dict[str, Any]:  # noqa: ANN401, N803, ARG002 - boto3's
        def get() -> dict[str, Any]:
            item = self.tables[TableName].get(_key(Key))
            return {} if item is None else {"Item": item}

        return self._call("GetItem", get)

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        def get() -> dict[str, Any]:
            ((table, wanted),) = RequestItems.items()
            keys = wanted["Keys"]
            assert len({_key(key) for key in keys}) == len(keys) <= 100
            read, left = keys[:PAGE_ITEMS], keys[PAGE_ITEMS:]
            items = [item for key in read if (item := self.tables[table].get(_key(key)))]
            unprocessed = {table: {**wanted, "Keys": left}} if left and len(keys) <= 2 * PAGE_ITEMS else {}
            items += [] if unprocessed else [item for key in left if (item := self.tables[table].get(_key(key)))]
            return {"Responses": {table: items}, "UnprocessedKeys": unprocessed}

        return self._call("BatchGetItem", get)

    def query(self, *, TableName: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401, N803 - boto3's name
        def query() -> dict[str, Any]:
            values = request["ExpressionAttributeValues"]
            first: str | int
            last: str | float
            if ":bucket" in values:
                partition, first, last = (values[name]["S"] for name in (":bucket", ":first", ":last"))
            else:
                partition, first, last = values[":address"]["S"], int(values[":start"]["N"]), float("inf")
            rows = sorted(
                (cast(Any, sort), item)
                for (part, sort), item in self.tables[TableName].items()
                if part == partition and cast(Any, first) <= sort <= cast(Any, last)
            )
            after = request.get("ExclusiveStartKey")
            rows = [row for row in rows if after is None or row[0] > _key(after)[1]]
            answer: dict[str, Any] = {"Items": [item for _, item in rows[:PAGE_ITEMS]]}
            if len(rows) > PAGE_ITEMS:
                answer["LastEvaluatedKey"] = rows[PAGE_ITEMS - 1][1]
            return answer

        return self._call("Query", query)

    def _call(self, operation: str, effect: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        fault = self.before_call(operation)
        self.calls.append(operation)
        if fault is Fault.THROTTLED:
            raise error("ProvisionedThroughputExceededException", operation)
        if fault is Fault.LOST_REQUEST:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        if fault is Fault.REPEATED:
            effect()
        answer = effect()
        if fault is Fault.LOST_ANSWER:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        return answer

    def _put(self, table: str, item: Item, request: dict[str, Any], operation: str) -> None:
        if not self._holds(table, item, request):
            refusal = error("ConditionalCheckFailedException", operation)
            if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and _key(item) in self.tables[table]:
                cast(dict[str, Any], refusal.response)["Item"] = self.tables[table][_key(item)]
            raise refusal
        self.tables[table][_key(item)] = item

    def _holds(self, table: str, item: Item, request: dict[str, Any]) -> bool:
        held = self.tables[table].get(_key(item))
        match request.get("ConditionExpression"):
            case None:
                return True
            case "attribute_not_exists(#r)" | "attribute_not_exists(#bucket)":
                return held is None
            case "#r = :r":
                return held is not None and held["r"] == request["ExpressionAttributeValues"][":r"]
            case condition:
                raise AssertionError(condition)


def error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as told"}}, operation)


def _key(item: Item) -> Key:
    if "bucket" in item:
        return item["bucket"]["S"], item["start"]["S"]
    return item["address"]["S"], int(item["segment"]["N"])


def put_all(dynamodb: FakeDynamoDB, table: str, items: Iterable[Any]) -> None:
    """Put items without a call, as if by someone else."""
    for item in items:
        dynamodb.tables[table][_key(item)] = item
