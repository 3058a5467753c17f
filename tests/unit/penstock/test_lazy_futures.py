import pytest

from penstock.delivery.completion import Completion
from penstock.delivery.outcomes import PutResult
from penstock.delivery.receipts import Receipts
from penstock.futures import EventFuture
from penstock.lazy_futures import LazyFutures


def three() -> tuple[Completion, LazyFutures[EventFuture]]:
    receipts, completion = Receipts(), Completion()
    for index in range(3):
        receipts.append(completion, index)
    return completion, LazyFutures(receipts, EventFuture)


def test_a_future_is_always_the_same_for_the_same_event() -> None:
    _, futures = three()
    assert futures[0] is futures[0]
    assert futures[-1] is futures[2]
    assert futures[1:] == [futures[1], futures[2]]
    assert list(futures) == [futures[0], futures[1], futures[2]]
    assert futures[0] is not futures[1]


def test_it_has_an_end() -> None:
    _, futures = three()
    assert len(futures) == 3
    with pytest.raises(IndexError):
        futures[3]
    assert repr(futures) == "<LazyFutures of 3 events>"


def test_a_future_made_late_knows_the_outcome() -> None:
    completion, futures = three()
    completion.settle(PutResult("shard", "1", ()))
    assert futures[1].done()
    assert futures[1].result(0).shard_id == "shard"
