"""DynamoDB in memory behind boto3's low-level client: what the consumers call, with faults as told.

What the documentation promises holds, and what it does not promise may happen: a write is conditional on the item as it
is, a refusal brings the item where that was asked for, a read that is not strongly consistent may be old, a page may be
short, a batch may be left half read, a call may be throttled, its request or its answer lost, an item may outlive its
expiry. Each call is one step.

Sources: Amazon DynamoDB API Reference for each operation; Developer Guide, "DynamoDB read consistency", "Using time to
live (TTL) in DynamoDB".
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.exceptions import ClientError

from simulation.services.expressions import ExpressionError, Item, Names, comparable, equal_to, holds, updated
from simulation.services.items import check_item, item_size
from simulation.services.service import SimulatedService, client_error
from simulation.services.table import Key, Table
from simulation.services.units import TRANSACTION

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

MAX_BATCH_KEYS: Final = 100
MAX_TRANSACTION_ITEMS: Final = 100
MAX_TRANSACTION_BYTES: Final = 4 * 1024 * 1024
PAGE_BYTES: Final = 1024 * 1024

_PUT: Final = frozenset(
    {
        "ReturnConsumedCapacity",
        "TableName",
        "Item",
        "ConditionExpression",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
        "ReturnValuesOnConditionCheckFailure",
    }
)
_CHANGE: Final = _PUT - {"Item"} | {"Key"}
_READ: Final = frozenset(
    {"ReturnConsumedCapacity", "TableName", "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"}
)
_QUERY: Final = _READ | {
    "KeyConditionExpression",
    "ExpressionAttributeValues",
    "ExclusiveStartKey",
    "ScanIndexForward",
    "Limit",
}


class _Hooks:
    """Botocore's hooks into requests and answers on the wire: taken and never called, since there is no wire here."""

    def register(self, event_name: str, handler: Callable[..., Any]) -> None:
        """Take a hook."""


class _Meta:
    """What a boto3 client says of itself."""

    events: Final = _Hooks()


class SimulatedDynamoDB(SimulatedService):
    """Tables by name; `client()` is what code takes for a boto3 client."""

    def __init__(self, tables: Mapping[str, Table], *, page_items: int | None = None) -> None:
        """Hold `tables`; `page_items` makes pages of queries and answers of BatchGetItem shorter than they need be."""
        super().__init__("dynamodb", "ProvisionedThroughputExceededException")
        self.tables = dict(tables)
        self.meta: Final = _Meta()
        self.lag: Callable[[], int] = lambda: 0
        """How many of a table's last writes an eventually consistent read does not see."""
        self.was_old: Callable[[], object] = lambda: None
        """Called when a read has brought what is no more."""
        self._page_items = page_items

    def client(self) -> "DynamoDBClient":
        """Return what code takes for a boto3 client."""
        return cast("DynamoDBClient", self)

    def put_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """PutItem."""

        def put() -> dict[str, Any]:
            self._refuse_unknown(request, _PUT, "PutItem")
            held = self._held(request)
            self._spend_write(request["TableName"], held, request["Item"])
            self._check(request, held, "PutItem")
            self._write(request, request["Item"])
            return {}

        return self._call("PutItem", request, put)

    def update_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """UpdateItem."""

        def update() -> dict[str, Any]:
            self._refuse_unknown(request, _CHANGE | {"UpdateExpression", "ReturnValues"}, "UpdateItem")
            held = self._held(request)
            try:
                self._check(request, held, "UpdateItem")
            except ClientError:
                self._spend_write(request["TableName"], held, request["Key"])
                raise
            item = updated(request["UpdateExpression"], held or request["Key"], Names(request))
            self._spend_write(request["TableName"], held, item)
            self._write(request, item)
            match request.get("ReturnValues", "NONE"):
                case "NONE":
                    return {}
                case "ALL_NEW":
                    return {"Attributes": dict(item)}
                case "ALL_OLD":
                    return {"Attributes": dict(held)} if held else {}
                case other:
                    raise ExpressionError(f"ReturnValues {other} is not covered")

        return self._call("UpdateItem", request, update)

    def delete_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """DeleteItem."""

        def delete() -> dict[str, Any]:
            self._refuse_unknown(request, _CHANGE, "DeleteItem")
            held, table = self._held(request), self.tables[request["TableName"]]
            self._spend_write(request["TableName"], held, request["Key"])
            self._check(request, held, "DeleteItem")
            if held is not None:
                table.write(table.key_of(request["Key"]), None)
            return {}

        return self._call("DeleteItem", request, delete)

    def transact_write_items(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """TransactWriteItems, of puts: all or none."""

        def write() -> dict[str, Any]:
            puts: list[dict[str, Any]] = [dict(entry["Put"]) for entry in request["TransactItems"]]
            size = sum(item_size(put["Item"]) for put in puts)
            if len(puts) > MAX_TRANSACTION_ITEMS or size > MAX_TRANSACTION_BYTES:
                raise ExpressionError(f"a transaction of {len(puts)} items and {size} bytes is too large")
            reasons: list[dict[str, Any]] = []
            for put in puts:
                self._refuse_unknown(put, _PUT, "TransactWriteItems")
            if len({(put["TableName"], self.tables[put["TableName"]].key_of(put["Item"])) for put in puts}) < len(puts):
                raise ExpressionError("a transaction meets an item twice")
            met = [self._held(put) for put in puts]
            for put, held in zip(puts, met, strict=True):
                self._spend_write(put["TableName"], held, put["Item"], TRANSACTION)
            for put, held in zip(puts, met, strict=True):
                try:
                    self._check(put, held, "TransactWriteItems")
                    reasons.append({"Code": "None"})
                except ClientError as refusal:
                    found: Any = refusal.response
                    reasons.append(
                        {"Code": "ConditionalCheckFailed"} | ({"Item": found["Item"]} if "Item" in found else {})
                    )
            if any(reason["Code"] != "None" for reason in reasons):
                cancelled = client_error("TransactionCanceledException", "TransactWriteItems")
                cast("dict[str, Any]", cancelled.response)["CancellationReasons"] = reasons
                raise cancelled
            for put in puts:
                self._write(put, put["Item"])
            return {}

        return self._call("TransactWriteItems", request, write)

    def get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """GetItem."""

        def get() -> dict[str, Any]:
            self._refuse_unknown(request, _READ | {"Key"}, "GetItem")
            table = self.tables[request["TableName"]]
            key = table.key_of(request["Key"])
            item = self._read(table, key, self._lag(request))
            self._spend_read(request["TableName"], key, [item], request)
            return {} if item is None else {"Item": _projected(item, request)}

        return self._call("GetItem", request, get)

    def batch_get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """BatchGetItem."""

        def get() -> dict[str, Any]:
            wanted_by_table: dict[str, Any] = request["RequestItems"]
            responses: dict[str, list[Item]] = {}
            unprocessed: dict[str, Any] = {}
            if sum(len(wanted["Keys"]) for wanted in wanted_by_table.values()) > MAX_BATCH_KEYS:
                raise ExpressionError(f"more than {MAX_BATCH_KEYS} keys")
            throttled: ClientError | None = None
            read = 0
            for name, wanted in wanted_by_table.items():
                table, lag = self.tables[name], self._lag(wanted)
                keys = [table.key_of(key) for key in wanted["Keys"]]
                if len(set(keys)) != len(keys):
                    raise ExpressionError("a key is asked for twice")
                most = self._batch(len(keys))
                left = list(wanted["Keys"][most:])
                found: list[Item] = []
                for key, asked in zip(keys[:most], wanted["Keys"], strict=False):
                    item = self._read(table, key, lag)
                    try:
                        self._spend_read(name, key, [item], wanted)
                    except ClientError as error:
                        throttled = error
                        left.append(asked)
                        continue
                    read += 1
                    if item is not None:
                        found.append(item)
                responses[name] = [_projected(item, wanted) for item in reversed(found)]  # in no promised order
                if left:
                    unprocessed[name] = {**wanted, "Keys": left}
            if throttled is not None and not read:
                raise throttled
            return {"Responses": responses, "UnprocessedKeys": unprocessed}

        return self._call("BatchGetItem", request, get)

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """Query, of one partition by its key condition."""

        def query() -> dict[str, Any]:
            self._refuse_unknown(request, _QUERY, "Query")
            table, names = self.tables[request["TableName"]], Names(request)
            condition = request["KeyConditionExpression"]
            names.check_used(condition, request.get("ProjectionExpression"))
            partition = comparable(equal_to(table.key_names[0], condition, names))
            lag = self._lag(request)
            rows = table.partition(partition, lag)
            if lag and rows != table.partition(partition, 0):
                self.was_old()
            forward = request.get("ScanIndexForward", True)
            if not forward:
                rows.reverse()
            if "ExclusiveStartKey" in request:
                start = table.key_of(request["ExclusiveStartKey"])
                rows = [row for row in rows if (row[0] > start if forward else row[0] < start)]
            rows = [row for row in rows if holds(condition, table.keys_of(row[1]), names)]
            page = _page(rows, min(request.get("Limit", len(rows) + 1), self._page_items or len(rows) + 1))
            self._spend_read(request["TableName"], (partition,), [item for _, item in page], request)
            answer: dict[str, Any] = {"Items": [_projected(item, request) for _, item in page], "Count": len(page)}
            if len(page) < len(rows):
                answer["LastEvaluatedKey"] = table.keys_of(page[-1][1])
            return answer

        return self._call("Query", request, query)

    def expire(self, table: str, now: float, dies: Callable[[], bool] = lambda: True) -> int:
        """Delete items whose expiry has passed, as time to live does in its own time: those for which `dies` is true.

        Returns:
            How many were deleted.
        """
        keys = [key for key in self.tables[table].expired(now) if dies()]
        for key in keys:
            self.tables[table].write(key, None, by_expiry=True)
        return len(keys)

    def _metered(
        self,
        operation: str,  # noqa: ARG002 - for those who meter
        request: Mapping[str, Any],
        effect: Callable[[], dict[str, Any]],
    ) -> dict[str, Any]:
        """Carry out a call; one that asks for its units can't be."""
        if request.get("ReturnConsumedCapacity", "NONE") != "NONE":
            raise ExpressionError("only a metered DynamoDB tells what a call consumed")
        return effect()

    def _spend_write(self, table: str, held: Item | None, item: Item, times: int = 1) -> None:
        """Told of each write before it is done or refused: the item it meets, and the one it leaves or its key."""

    def _spend_read(self, table: str, key: Key, items: list[Item | None], request: Mapping[str, Any]) -> None:
        """Told of each read before it is answered: its partition, the items read and what was asked."""

    def _held(self, request: Mapping[str, Any]) -> Item | None:
        """Return the item that a write meets."""
        table = self.tables[request["TableName"]]
        return table.get(table.key_of(request["Item"] if "Item" in request else request["Key"]))

    def _call(self, operation: str, request: Mapping[str, Any], effect: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return self.call(operation, lambda: self._metered(operation, request, effect))
        except ExpressionError as error:
            raise client_error("ValidationException", operation, str(error)) from error

    def _check(self, request: Mapping[str, Any], held: Item | None, operation: str) -> None:
        """Refuse a write whose condition does not hold for the item that it meets."""
        names, condition = Names(request), request.get("ConditionExpression")
        names.check_used(condition, request.get("UpdateExpression"))
        if holds(condition, held, names):
            return
        refusal = client_error("ConditionalCheckFailedException", operation)
        if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and held is not None:
            cast("dict[str, Any]", refusal.response)["Item"] = dict(held)
        raise refusal

    def _read(self, table: Table, key: Key, lag: int) -> Item | None:
        item = table.read(key, lag)
        if lag and item is not table.get(key):
            self.was_old()
        return item

    def _write(self, request: Mapping[str, Any], item: Item) -> None:
        table = self.tables[request["TableName"]]
        check_item(item, table.key_limits)
        table.write(table.key_of(item), dict(item))

    def _lag(self, request: Mapping[str, Any]) -> int:
        return 0 if request.get("ConsistentRead") else self.lag()

    def _batch(self, keys: int) -> int:
        """Return how many of a batch's keys are read; what is left gets fewer, so that the caller gets through."""
        short = self._page_items
        return keys if short is None or not short < keys <= 2 * short else short

    def _refuse_unknown(self, request: Mapping[str, Any], known: frozenset[str], operation: str) -> None:
        if request["TableName"] not in self.tables:
            raise client_error("ResourceNotFoundException", operation)
        if not request.keys() <= known:
            unknown = ", ".join(sorted(request.keys() - known))
            raise ExpressionError(f"{operation} with {unknown} is not covered")


def _projected(item: Item, request: Mapping[str, Any]) -> Item:
    projection = request.get("ProjectionExpression")
    if projection is None:
        return dict(item)
    names = Names(request)
    wanted = [names.attribute(path.strip()) for path in projection.split(",")]
    return {name: item[name] for name in wanted if name in item}


def _page(rows: list[tuple[Key, Item]], most: int) -> list[tuple[Key, Item]]:
    size = 0
    for number, (_, item) in enumerate(rows):
        size += item_size(item)
        if number == most or (number and size > PAGE_BYTES):
            return rows[:number]
    return rows
