"""The simulated DynamoDB with a meter: what each call costs, by the documented sizing rules (`units`).

Answers say it, too, where they are asked (``ReturnConsumedCapacity``). A refused write is charged. What a call costs
whose answer is lost is charged as well; one that is repeated, twice. With limits (`throughput`), a call that costs more
than is left is refused and costs nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.expressions import Item
from simulation.services.items import item_size
from simulation.services.service import client_error
from simulation.services.table import Key, Table
from simulation.services.throughput import Throughput
from simulation.services.units import query_units, write_units

READS_A_WRITE: Final = 5
"""A write unit costs as much as five read units (Amazon DynamoDB pricing)."""

_OF_SEVERAL: Final = ("BatchGetItem", "BatchWriteItem", "TransactWriteItems")


def consumed_capacity(operation: str, spent: Mapping[str, float]) -> dict[str, Any] | list[dict[str, Any]]:
    """Return the `ConsumedCapacity` of an operation's answer from what was spent, by table."""
    consumed = [{"TableName": name, "CapacityUnits": float(units)} for name, units in spent.items()]
    return consumed if operation in _OF_SEVERAL else consumed[0]


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

    def __init__(
        self,
        tables: Mapping[str, Table],
        *,
        page_items: int | None = None,
        limited_by: Callable[[], float] | None = None,
    ) -> None:
        """Hold `tables`, of whose calls none has cost anything yet.

        Args:
            tables: by name.
            page_items: as of `SimulatedDynamoDB`.
            limited_by: the clock by which tables and partitions are limited, epoch seconds; None for no limits.
        """
        super().__init__(tables, page_items=page_items)
        self.usage = {name: Usage() for name in tables}
        self._clock = limited_by
        self._left = {} if limited_by is None else {name: Throughput(limited_by()) for name in tables}
        self._operation = ""
        """The call that is carried out."""
        self._spent: dict[str, float] = {}
        """What it costs, by table."""

    def _metered(
        self, operation: str, request: Mapping[str, Any], effect: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        self._operation, self._spent = operation, {}
        answer = effect()
        if request.get("ReturnConsumedCapacity", "NONE") == "NONE":
            return answer
        return answer | {"ConsumedCapacity": consumed_capacity(operation, self._spent)}

    def _spend_write(self, table: str, held: Item | None, item: Item, times: int = 1) -> None:
        units = float(times * write_units(item_size(held or {}), item_size(item)))
        partition = self.tables[table].key_of(item)[0]
        if self._clock is not None and not self._left[table].writes(partition, units, self._clock()):
            raise client_error(
                "ProvisionedThroughputExceededException", "a write", f"{table} has no {units} units left"
            )
        usage, kind = self.usage[table], str(partition).partition("#")[0]
        usage.write += units
        usage.written[kind] = usage.written.get(kind, 0.0) + units
        self._spent[table] = self._spent.get(table, 0.0) + units

    def _spend_read(self, table: str, key: Key, items: list[Item | None], request: Mapping[str, Any]) -> None:
        consistent = bool(request.get("ConsistentRead", False))
        units = query_units((item_size(item or {}) for item in items), consistent=consistent)
        if self._clock is not None and not self._left[table].reads(key[0], units, self._clock()):
            raise self._refusal(table, units)
        self.usage[table].read += units
        self._spent[table] = self._spent.get(table, 0.0) + units

    def _refusal(self, table: str, units: float) -> ClientError:
        message = f"{table} has no {units} units left"
        return client_error("ProvisionedThroughputExceededException", self._operation, message)
