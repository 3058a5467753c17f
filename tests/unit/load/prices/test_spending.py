"""What a load costs while it lasts."""

import pytest

from load.configuration import CapacityMode
from load.prices.cost import Cost, Item, cost
from load.prices.spending import BY_TIME, spending
from load.prices.table import price_table
from load.prices.usage import SECONDS_A_MONTH, Usage

USAGE = Usage(
    events=1_000.0,
    shards=2.0,
    stream_mode=CapacityMode.PROVISIONED,
    table_mode=CapacityMode.ON_DEMAND,
    put_units=10.0,
    stream_bytes_in=3e5,
    stream_bytes_out=3e5,
    requests=2.0,
    gigabyte_seconds=0.1,
    write_units=30.0,
    read_units=5.0,
    peak_write_units=30.0,
    peak_read_units=5.0,
    log_stored=1e9,
    trends_stored=1e9,
    logged=1e3,
    metrics=30.0,
    traces=1.0,
)


@pytest.mark.parametrize("stream", CapacityMode)
@pytest.mark.parametrize("table", CapacityMode)
def test_a_month_of_it_is_the_bill(stream: CapacityMode, table: CapacityMode) -> None:
    bill = cost(Usage(**{**vars(USAGE), "stream_mode": stream, "table_mode": table}), price_table().prices)
    assert spending(bill).of(SECONDS_A_MONTH, bill.events) == pytest.approx(bill.month)


def test_time_alone_costs_shards_and_metrics() -> None:
    prices = price_table().prices
    bill = cost(USAGE, prices)
    idle = spending(bill).of(SECONDS_A_MONTH, 0)
    assert idle == pytest.approx(prices.kinesis_shard_hour.of(2 * 730) + prices.custom_metric.of(30))


def test_items_that_time_makes_are_named_as_the_bill_names_them() -> None:
    prices = price_table().prices
    names = {
        item.name
        for stream in CapacityMode
        for table in CapacityMode
        for item in cost(Usage(**{**vars(USAGE), "stream_mode": stream, "table_mode": table}), prices).items
    }
    assert names >= BY_TIME


def test_of_no_events_an_event_costs_nothing() -> None:
    item = Item("stream, shards", 730.0, price_table().prices.kinesis_shard_hour)
    a_second, an_event = spending(Cost((item,), 0.0))
    assert a_second == pytest.approx(0.015 / 3_600)
    assert an_event == 0.0


def test_an_event_that_is_sent_costs_less_than_one_that_is_counted_where_some_are_copies() -> None:
    bill = cost(USAGE, price_table().prices)
    assert spending(bill, 0.25).of(SECONDS_A_MONTH, 4 * bill.events) == pytest.approx(bill.month)
