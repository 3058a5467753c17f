"""The usual design's bill, figured by hand: a month has 2,628,000 seconds, or 730 hours."""

import pytest

from load.prices.cost import Cost
from load.prices.table import price_table
from load.prices.usual import usual

PRICES = price_table().prices


def dollars(bill: Cost) -> dict[str, float]:
    return {item.name: item.dollars for item in bill.items}


def test_each_event_is_a_record_a_marker_put_and_updated_and_a_write_a_hashtag() -> None:
    items = dollars(usual(1_000, 1_000, 277, 1.5, PRICES))

    # 2 units of the marker and 1.5 of counters; 4 ms of work and 3.5 calls of 4 ms.
    assert items["tables, writes"] == pytest.approx(3_500 * 2_628_000 * 0.625e-6)
    assert items["functions, time"] == pytest.approx(1_000 * (0.004 + 3.5 * 0.004) * 2_628_000 * 0.0000133334)
    assert items["functions, requests"] == pytest.approx(10 * 2_628_000 * 0.20e-6)
    assert items["stream, puts"] == pytest.approx(1_000 * 2_628_000 * 0.014e-6)
    assert items["tables, storage"] == pytest.approx(1_000 * 250 * 7 * 86_400 / 2**30 * 0.25)


@pytest.mark.parametrize(
    ("peak", "event_bytes", "shards"),
    [(1_000, 277, 1), (1_001, 277, 2), (2_500, 277, 3), (500, 10_000, 5)],
)
def test_its_shards_are_those_of_the_peak_by_records_or_bytes(peak: float, event_bytes: float, shards: int) -> None:
    items = dollars(usual(100, peak, event_bytes, 1.5, PRICES))

    assert items["stream, shards"] == pytest.approx(shards * 730 * 0.015)


def test_a_copy_costs_a_record_and_a_put_that_is_refused() -> None:
    bill = usual(1_000, 1_000, 277, 1.5, PRICES, duplicates=0.8)
    items, without = dollars(bill), dollars(usual(1_000, 1_000, 277, 1.5, PRICES))

    assert items["tables, writes"] == pytest.approx((1_000 + 200 * 2.5) * 2_628_000 * 0.625e-6)
    assert items["functions, time"] == pytest.approx((1_000 + 1_500) * 0.004 * 2_628_000 * 0.0000133334)
    assert items["tables, storage"] == pytest.approx(without["tables, storage"] / 5)
    assert items["stream, puts"] == without["stream, puts"]
    assert bill.events == pytest.approx(200 * 2_628_000)
    assert bill.million_events == pytest.approx(bill.month / (200 * 2.628))
