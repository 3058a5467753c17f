"""What DynamoDB bills for a function's calls, in request units, summed from its own answers.

Each call asks for `ConsumedCapacity`, which costs nothing but some 70 bytes of answer. A call that a condition refused
is billed and does not say for how much, so that is computed: units for the larger of the item that is there and the
one that was to be put (Amazon DynamoDB Developer Guide, "DynamoDB read and write operations": a failed conditional
write is billed for the larger of the two). A refused transaction is billed too and stays uncounted.
"""

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from consumers.pane_log.segment import size

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

WRITE_UNIT_BYTES: Final = 1_024

_WRITES: Final = frozenset({"PutItem", "UpdateItem", "TransactWriteItems"})
_READS: Final = frozenset({"BatchGetItem", "GetItem", "Query"})
_ITEM: Final = "penstock_item"


READS_A_WRITE: Final = 5
"""A write unit costs as much as five read units (Amazon DynamoDB pricing, on-demand and provisioned alike)."""


class Units(NamedTuple):
    """Request units of DynamoDB."""

    written: float
    read: float

    @property
    def cost(self) -> float:
        """All of it in write units, by price."""
        return self.written + self.read / READS_A_WRITE


class UnitMeter:
    """Sums the units of the calls of one or several clients. Thread-safe."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._lock = Lock()
        self._written = 0.0
        self._read = 0.0
        self._taken = 0.0

    @property
    def cost(self) -> float:
        """What all calls so far have cost, in write units by price; whether that was taken or not."""
        with self._lock:
            return self._taken + Units(self._written, self._read).cost

    def watch(self, client: "DynamoDBClient") -> None:
        """Have each call of `client` from now on ask for its units, and add them."""
        events = client.meta.events
        events.register(
            "provide-client-params.dynamodb",
            self._ask,  # type: ignore[arg-type]  # the stubs forget that a handler may answer
        )
        events.register("after-call.dynamodb", self._add)

    def take(self) -> Units:
        """Return the units since the last time this was asked."""
        with self._lock:
            units = Units(self._written, self._read)
            self._taken += units.cost
            self._written = self._read = 0.0
        return units

    @staticmethod
    def _ask(params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> dict[str, Any] | None:  # noqa: ANN401 - botocore's OperationModel, which has no types
        if model.name not in _WRITES | _READS:
            return None
        context[_ITEM] = params.get("Item", {})
        return {"ReturnConsumedCapacity": "TOTAL", **params}

    def _add(self, parsed: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_: object) -> None:  # noqa: ANN401 - as above
        consumed = parsed.get("ConsumedCapacity", ())
        # A single call answers with one capacity, a batch or a transaction with one for each table.
        units = sum(each.get("CapacityUnits", 0.0) for each in ([consumed] if isinstance(consumed, dict) else consumed))
        if parsed.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
            larger = max(size(context.get(_ITEM, {})), size(parsed.get("Item", {})))
            units += max(1, -(-larger // WRITE_UNIT_BYTES))
        with self._lock:
            if model.name in _WRITES:
                self._written += units
            else:
                self._read += units
