"""What the watcher of deliveries takes for order, and what not."""

import json

import pytest

from simulation.event_source_mapping.invocation import Answered, FunctionFailed, InvocationResult, NotInvoked
from simulation.world.delivery_order import DeliveryOrder

KEY = (0, "ada")
ALL_DONE = Answered(b'{"batchItemFailures": []}')


@pytest.fixture
def order() -> DeliveryOrder:
    """Three events of a key in three records, of which the last is in a child of the shard of the others."""
    order = DeliveryOrder()
    for number, shard in enumerate(["parent", "parent", "child"]):
        order.put(KEY, b"%d" % number)
        order.arrived(shard, number, [b"other", b"%d" % number])
    return order


def batch(*records: str) -> bytes:
    return "".join(f'{{"eventID":"{record}"}}' for record in records).encode()


def failing(number: int) -> InvocationResult:
    return Answered(json.dumps({"batchItemFailures": [{"itemIdentifier": str(number)}]}).encode())


def test_what_is_delivered_after_what_was_put_before_it_is_in_order(order: DeliveryOrder) -> None:
    for records in (["parent:0", "parent:1"], ["child:2"]):
        order.delivered(batch(*records))
        order.answered(batch(*records), ALL_DONE)
    assert order.broken == []
    assert order.moved == 1


@pytest.mark.parametrize(
    "result", [NotInvoked("down"), FunctionFailed(), Answered(b"{"), Answered(b'{"batchItemFailures": 1}'), failing(0)]
)
def test_what_is_delivered_before_the_one_before_it_is_acknowledged_is_not(
    order: DeliveryOrder, result: InvocationResult
) -> None:
    order.delivered(batch("parent:0"))
    order.answered(batch("parent:0"), result)
    order.delivered(batch("parent:1"))
    [broken] = order.broken
    assert "b'1' was delivered, and b'0' before it not acknowledged" in broken


def test_a_partial_answer_acknowledges_what_is_before_the_record_that_failed(order: DeliveryOrder) -> None:
    order.delivered(batch("parent:0", "parent:1"))
    order.answered(batch("parent:0", "parent:1"), failing(1))
    order.delivered(batch("parent:1"))
    assert order.broken == []
    order.delivered(batch("child:2"))
    assert len(order.broken) == 1


def test_the_order_within_a_batch_counts(order: DeliveryOrder) -> None:
    order.delivered(batch("parent:1", "parent:0"))
    assert len(order.broken) == 1


def test_what_is_acknowledged_or_put_again_may_come_at_any_time(order: DeliveryOrder) -> None:
    order.delivered(batch("parent:0", "parent:1"))
    order.answered(batch("parent:0", "parent:1"), ALL_DONE)
    order.delivered(batch("parent:1"))
    order.delivered(batch("parent:0"))
    order.put_again(b"2")
    order.delivered(batch("child:2"))
    assert order.broken == []
