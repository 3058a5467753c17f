import tracemalloc

import pytest

from penstock.aggregation import UserRecord
from penstock.config import ProducerConfig
from penstock.delivery.lanes import MAX_ROUTES_BYTES, Lanes
from penstock.delivery.receipts import Receipts


@pytest.mark.parametrize("tail", ["", "x" * 248, "😀" * 248], ids=["short", "long", "of four bytes a character"])
def test_remembered_keys_take_bounded_memory_however_long_they_are(tail: str) -> None:
    lanes = Lanes(ProducerConfig())
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        most = 0
        for number in range(12_000 if tail else 40_000):
            lanes.route(f"{number:08}{tail}")
            most = max(most, len(lanes.routes))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 1.1 * MAX_ROUTES_BYTES
    assert most > 3000


def test_a_key_is_remembered() -> None:
    lanes = Lanes(ProducerConfig())
    assert lanes.routes == {"key": lanes.route("key")}


def test_many_events_never_make_an_aggregate_too_large() -> None:
    for most in range(400, 480):
        lanes = Lanes(ProducerConfig(aggregate_bytes=most))
        lanes.add(UserRecord("a", None, bytes(200)))
        lanes.route("b")
        lanes.extend([UserRecord("b", None, bytes(200))], 1000, Receipts())
        [record] = lanes.open_records()
        assert record.size <= most
    assert record.count == 2
