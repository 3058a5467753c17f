"""What calls of the local DynamoDB cost, by the rules of the simulated one: moto tells the same units for any size.

Who asks (`ReturnConsumedCapacity`) is told, and no other call is metered. A refused write tells nothing, here as on
AWS. Not counted, as nothing here has or calls them: secondary indexes, TransactGetItems, PartiQL.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Final, cast

from moto.core.responses import ActionResult
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.utilities import dynamo_to_dict
from moto.dynamodb.responses import DynamoHandler

from simulation.services.items import item_size
from simulation.services.metering import consumed_capacity
from simulation.services.units import TRANSACTION, get_units, query_units, write_units

Request = Mapping[str, Any]
Spent = dict[str, float]
"""Units by table."""
Place = tuple[str, dict[str, Any]]
"""A table's name and an item's key, with which other attributes may be."""
Operation = Callable[[DynamoHandler], ActionResult]
PageRead = Callable[..., tuple[list[Item], int, dict[str, Any] | None]]
"""A query or scan: the items, how many were read, and the key to go on from."""


def install() -> None:
    """Meter the tables of this process."""
    DynamoDBBackend.query = _keeping_what_is_read(_query, "projection_expressions")  # type: ignore[method-assign]
    DynamoDBBackend.scan = _keeping_what_is_read(_scan, "projection_expression")  # type: ignore[method-assign]
    for name, operation in METERED.items():
        setattr(DynamoHandler, name, operation)


_query: Final = DynamoDBBackend.query
_scan: Final = DynamoDBBackend.scan
_page: Final = ContextVar[list[Item]]("_page")
"""The items that the last query or scan read."""


def _keeping_what_is_read(read: PageRead, projection: str) -> PageRead:
    """Return a query or scan that keeps its items as they are before they are filtered and projected, for the meter."""
    signature = inspect.signature(read)

    def page(*args: Any, **kwargs: Any) -> tuple[list[Item], int, dict[str, Any] | None]:  # noqa: ANN401 - moto's own signature
        call = signature.bind(*args, **kwargs)
        asked = call.arguments
        paths, condition = asked.get(projection), asked.get("filter_expression")
        call.arguments = asked | {projection: None, "filter_expression": None}
        items, scanned, last = read(*call.args, **call.kwargs)
        _page.set(items)
        if condition:
            passes = get_filter_expression(condition, asked.get("expr_names"), asked.get("expr_values")).expr
            items = [item for item in items if passes(item)]
        if paths:
            items = [item.project(paths) for item in items]
        return items, scanned, last

    return page


def _writing(name: str, met: Callable[[Request], Iterable[Place]], times: int = 1) -> Operation:
    """Return an operation that tells the units of writing the items that it meets."""
    operation: Operation = getattr(DynamoHandler, name)

    def write(handler: DynamoHandler) -> ActionResult:
        places = list(met(handler.body)) if _asked(handler) else []
        before = [_size(handler, place) for place in places]
        answer = operation(handler)
        spent: Spent = {}
        for place, held in zip(places, before, strict=True):
            spent[place[0]] = spent.get(place[0], 0.0) + times * write_units(held, _size(handler, place))
        return _telling(answer, handler, spent)

    return write


def _reading(name: str, cost: Callable[[DynamoHandler, Mapping[str, Any]], Spent]) -> Operation:
    """Return an operation that tells the units of a read, which are `cost` of the request and its answer."""
    operation: Operation = getattr(DynamoHandler, name)

    def read(handler: DynamoHandler) -> ActionResult:
        answer = operation(handler)
        return _telling(answer, handler, cost(handler, _members(answer)) if _asked(handler) else {})

    return read


def _put(request: Request) -> Iterable[Place]:
    return [(request["TableName"], request["Item"])]


def _change(request: Request) -> Iterable[Place]:
    return [(request["TableName"], request["Key"])]


def _batch(request: Request) -> Iterable[Place]:
    for table, writes in request["RequestItems"].items():
        for write in writes:
            (of_item,) = write.values()
            yield table, of_item.get("Item") or of_item["Key"]


def _transaction(request: Request) -> Iterable[Place]:
    for write in request["TransactItems"]:
        (of_item,) = write.values()
        yield of_item["TableName"], of_item.get("Item") or of_item["Key"]


def _of_item(handler: DynamoHandler, _answer: Mapping[str, Any]) -> Spent:
    name = handler.body["TableName"]
    size = _size(handler, (name, handler.body["Key"]))
    return {name: get_units(size, consistent=_consistent(handler.body))}


def _of_batch(handler: DynamoHandler, answer: Mapping[str, Any]) -> Spent:
    spent = {}
    for name, wanted in handler.body["RequestItems"].items():
        left = answer["UnprocessedKeys"].get(name, {}).get("Keys", ())
        sizes = [_size(handler, (name, key)) for key in wanted["Keys"] if key not in left]
        spent[name] = sum(get_units(size, consistent=_consistent(wanted)) for size in sizes)
    return spent


def _of_page(handler: DynamoHandler, _answer: Mapping[str, Any]) -> Spent:
    sizes = map(_size_held, _page.get())
    return {handler.body["TableName"]: query_units(sizes, consistent=_consistent(handler.body))}


METERED: Final[Mapping[str, Operation]] = {
    "put_item": _writing("put_item", _put),
    "update_item": _writing("update_item", _change),
    "delete_item": _writing("delete_item", _change),
    "batch_write_item": _writing("batch_write_item", _batch),
    "transact_write_items": _writing("transact_write_items", _transaction, TRANSACTION),
    "get_item": _reading("get_item", _of_item),
    "batch_get_item": _reading("batch_get_item", _of_batch),
    "query": _reading("query", _of_page),
    "scan": _reading("scan", _of_page),
}
"""moto's operations on items, by their names there, so that they tell units by size."""


def _asked(handler: DynamoHandler) -> bool:
    return bool(handler.body.get("ReturnConsumedCapacity", "NONE") != "NONE")


def _consistent(request: Request) -> bool:
    return bool(request.get("ConsistentRead", False))


def _size(handler: DynamoHandler, place: Place) -> int:
    """Return the size of the item in a place, 0 for none."""
    try:
        held = handler.dynamodb_backend.get_item(*place)
    except DynamodbException:  # this is no key of the table's: moto refuses the call, and says why
        return 0
    return 0 if held is None else _size_held(held)


def _size_held(item: Item) -> int:
    return item_size(dynamo_to_dict(item.attrs))


def _members(answer: ActionResult) -> dict[str, Any]:
    return cast("dict[str, Any]", answer.result)


def _telling(answer: ActionResult, handler: DynamoHandler, spent: Spent) -> ActionResult:
    """Return an answer that says what was spent in place of what moto says; nothing where nobody asked."""
    members = _members(answer)
    members.pop("ConsumedCapacity", None)
    if _asked(handler):
        members["ConsumedCapacity"] = consumed_capacity(handler._get_action(), spent)
    return answer
