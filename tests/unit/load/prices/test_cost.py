"""The price table and what is paid by it."""

from dataclasses import replace
from pathlib import Path

import pytest

from load.configuration import CapacityMode
from load.errors import InputError
from load.prices.cost import cost
from load.prices.table import Prices, price_table, read_price_table
from load.prices.usage import SECONDS_A_MONTH, Usage, blend

USAGE = Usage(
    events=1_000,
    shards=2,
    stream_mode=CapacityMode.PROVISIONED,
    table_mode=CapacityMode.ON_DEMAND,
    put_units=20,
    stream_bytes_in=300_000,
    stream_bytes_out=300_000,
    requests=2,
    gigabyte_seconds=0.2,
    write_units=40,
    read_units=10,
    peak_write_units=80,
    peak_read_units=20,
    log_stored=4 * 2**30,
    trends_stored=2**30,
    logged=2_000,
    metrics=10,
    traces=1,
)
PRICES = price_table().prices


def dollars(usage: Usage) -> dict[str, float]:
    return {item.name: item.dollars for item in cost(usage, PRICES).items}


def test_items_are_amounts_by_list_prices() -> None:
    items = dollars(USAGE)

    assert items["stream, shards"] == pytest.approx(2 * 730 * 0.015)
    assert items["stream, puts"] == pytest.approx(20 * 2_628_000 * 0.014e-6)
    assert items["tables, writes"] == pytest.approx(40 * 2_628_000 * 0.625e-6)
    assert items["functions, time"] == pytest.approx(0.2 * 2_628_000 * 0.0000133334)
    assert items["tables, storage"] == pytest.approx(5 * 0.25)
    assert items["tables, recovery"] == pytest.approx(0.20)
    assert items["metrics"] == pytest.approx(3.0)


def test_the_bill_is_the_sum_and_its_part_for_a_million_events() -> None:
    bill = cost(USAGE, PRICES)

    assert bill.month == pytest.approx(sum(dollars(USAGE).values()))
    assert bill.million_events == pytest.approx(bill.month / (1_000 * SECONDS_A_MONTH / 1e6))
    assert cost(replace(USAGE, events=0), PRICES).million_events == 0


def test_modes_are_paid_for_differently() -> None:
    on_demand = dollars(replace(USAGE, stream_mode=CapacityMode.ON_DEMAND))
    provisioned = dollars(replace(USAGE, table_mode=CapacityMode.PROVISIONED))

    assert "stream, shards" not in on_demand
    assert on_demand["stream, on demand"] == pytest.approx(730 * 0.04)
    assert on_demand["stream, in"] == pytest.approx(300_000 / 2**30 * SECONDS_A_MONTH * 0.08)
    assert provisioned["tables, write capacity"] == pytest.approx(80 / 0.7 * 730 * 0.00065)
    assert "tables, writes" not in provisioned


def test_a_day_is_blended_from_its_peak_and_its_trough() -> None:
    quiet = replace(USAGE, events=200, write_units=20, peak_write_units=20, shards=1)

    day = blend([(USAGE, 0.25), (quiet, 0.75)])

    assert day.events == pytest.approx(400)
    assert day.write_units == pytest.approx(25)
    assert day.peak_write_units == 80
    assert day.shards == 2


def test_every_price_says_when_and_where() -> None:
    for name in Prices.model_fields:
        price = getattr(PRICES, name)
        assert price.source.startswith("https://"), name
        assert price.as_of >= "2024", name
        assert price.read_by, name


def test_a_table_of_ones_own_is_read_and_a_wrong_one_refused(tmp_path: Path) -> None:
    own = price_table().model_copy(update={"region": "eu-central-1"})
    file = tmp_path / "prices.json"
    file.write_text(own.model_dump_json(), encoding="utf-8")
    assert read_price_table(file) == own

    file.write_text('{"region": "eu-central-1"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"prices\.json is no price table: currency: Field required"):
        read_price_table(file)
    with pytest.raises(InputError, match="No such file"):
        read_price_table(tmp_path / "nowhere.json")
