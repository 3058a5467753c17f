"""The simulated DynamoDB with a meter: what each call costs, by the documented sizing rules (`units`).

Each answer says it, too, as DynamoDB's do where they are asked (``ConsumedCapacity``). A refused write is charged. What
a throttled call or a lost answer costs is not told: meter runs without faults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.expressions import Item, Names
from simulation.services.items import item_size
from simulation.services.table import Table
from simulation.services.units import TRANSACTION, batch_get_units, get_units, query_units, write_units

READS_A_WRITE: Final = 5
"""A write unit costs as much as five read units (Amazon DynamoDB pricing)."""

_CHARGED: Final = ("ConditionalCheckFailedException", "TransactionCanceledException")


@dataclass
class Usage:
    """What calls of one table have cost."""

    read: float = 0.0
    write: float = 0.0
    written: dict[str, float] = field(default_factory=dict)
    """Write units by the beginning of the partition key, up to the first ``#``."""

    def since(self, before: "Usage") -> "Usage":
        """Return what was added to `before`."""
        return Usage(
            self.read - before.read,
            self.write - before.write,
            {name: units - before.written.get(name, 0.0) for name, units in self.written.items()},
        )

    def copy(self) -> "Usage":
        """Return one that stays as this is now."""
        return self.since(Usage())

    @property
    def cost(self) -> float:
        """All of it in write units, by price."""
        return self.write + self.read / READS_A_WRITE


class MeteredDynamoDB(SimulatedDynamoDB):
    """Tables, and by table what its calls have cost."""

    def __init__(self, tables: Mapping[str, Table], *, page_items: int | None = None) -> None:
        """Hold `tables`, of whose calls none has cost anything yet."""
        super().__init__(tables, page_items=page_items)
        self.usage = {name: Usage() for name in tables}

    def put_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """PutItem."""
        units = write_units(self._size(request["TableName"], request["Item"]), item_size(request["Item"]))
        return self._charged(units, request, super().put_item)

    def update_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """UpdateItem; what it adds to the item is charged as if it came on top."""
        names = request.get("ExpressionAttributeNames", {}).values()
        values = request.get("ExpressionAttributeValues", {})
        added = item_size(values) - sum(map(len, values)) + sum(map(len, names))
        before = self._size(request["TableName"], request["Key"])
        return self._charged(write_units(before, before + added), request, super().update_item)

    def delete_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """DeleteItem."""
        return self._charged(
            write_units(self._size(request["TableName"], request["Key"]), 0), request, super().delete_item
        )

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        """TransactWriteItems, of puts."""
        puts = [entry["Put"] for entry in TransactItems]
        charges = [
            (put, TRANSACTION * write_units(self._size(put["TableName"], put["Item"]), item_size(put["Item"])))
            for put in puts
        ]
        try:
            answer = super().transact_write_items(TransactItems=TransactItems)
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHARGED:
                self._note_all(charges)
            raise
        self._note_all(charges)
        return answer | {
            "ConsumedCapacity": [
                {"TableName": put["TableName"], "CapacityUnits": float(units)} for put, units in charges
            ]
        }

    def get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """GetItem."""
        answer = super().get_item(**request)
        size = self._size(request["TableName"], request["Key"])
        return answer | self._read(request["TableName"], get_units(size, consistent=_consistent(request)))

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        """BatchGetItem."""
        answer = super().batch_get_item(RequestItems=RequestItems)
        consumed = []
        for name, wanted in RequestItems.items():
            left = answer["UnprocessedKeys"].get(name, {"Keys": []})["Keys"]
            sizes = [self._size(name, key) for key in wanted["Keys"] if key not in left]
            units = batch_get_units(sizes, consistent=_consistent(wanted))
            consumed.append(self._read(name, units)["ConsumedCapacity"])
        return answer | {"ConsumedCapacity": consumed}

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """Query. It reads, and is charged for, whole items, whichever of their attributes are asked for."""
        whole = {name: value for name, value in request.items() if name != "ProjectionExpression"}
        condition = request["KeyConditionExpression"].split()
        whole["ExpressionAttributeNames"] = {
            name: attribute for name, attribute in request["ExpressionAttributeNames"].items() if name in condition
        }
        answer = super().query(**whole)
        units = query_units(map(item_size, answer["Items"]), consistent=_consistent(request))
        if (projection := request.get("ProjectionExpression")) is not None:
            wanted = [Names(request).attribute(path.strip()) for path in projection.split(",")]
            answer["Items"] = [{name: item[name] for name in wanted if name in item} for item in answer["Items"]]
        return answer | self._read(request["TableName"], units)

    def _size(self, table: str, keys: Item) -> int:
        """Return the bytes of the item with these key attributes, 0 where there is none."""
        return item_size(self.tables[table].get(self.tables[table].key_of(keys)) or {})

    def _charged(self, units: int, request: dict[str, Any], call: Any) -> dict[str, Any]:  # noqa: ANN401 - a method
        """Make a call that writes one item, and charge it, also where its condition fails."""
        try:
            answer: dict[str, Any] = call(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHARGED:
                self._note(request, units)
            raise
        self._note(request, units)
        return answer | {"ConsumedCapacity": {"TableName": request["TableName"], "CapacityUnits": float(units)}}

    def _note_all(self, charges: list[tuple[dict[str, Any], int]]) -> None:
        for put, units in charges:
            self._note(put, units)

    def _note(self, request: Mapping[str, Any], units: int) -> None:
        usage, table = self.usage[request["TableName"]], self.tables[request["TableName"]]
        key = table.key_of(request["Item"] if "Item" in request else request["Key"])
        kind = str(key[0]).partition("#")[0]
        usage.write += units
        usage.written[kind] = usage.written.get(kind, 0.0) + units

    def _read(self, table: str, units: float) -> dict[str, Any]:
        self.usage[table].read += units
        return {"ConsumedCapacity": {"TableName": table, "CapacityUnits": units}}


def _consistent(request: Mapping[str, Any]) -> bool:
    return bool(request.get("ConsistentRead", False))
