"""Price tables as files: what is no price in dollars is refused."""

import json
from pathlib import Path

import pytest

from load.errors import InputError
from load.prices.table import price_table, read_price_table


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(price_table().model_dump_json(), encoding="utf-8")
    assert read_price_table(path) == price_table()


@pytest.mark.parametrize("dollars", [float("inf"), float("nan"), 1e308, -1.0])
def test_what_is_no_price_is_refused_with_the_place_and_the_value(tmp_path: Path, dollars: float) -> None:
    document = price_table().model_dump(mode="json")
    document["prices"]["trace"]["dollars"] = dollars
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=r"is no price table: prices\.trace\.dollars: .*, not -?(inf|nan|1)"):
        read_price_table(path)


@pytest.mark.parametrize(("name", "value"), [("per", True), ("per", "1"), ("dollars", True), ("dollars", "0.1")])
def test_what_only_stands_for_a_number_is_refused(tmp_path: Path, name: str, value: object) -> None:
    document = price_table().model_dump(mode="json")
    document["prices"]["trace"][name] = value
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=rf"is no price table: prices\.trace\.{name}: .*, not {value!r}"):
        read_price_table(path)


def test_prices_that_are_not_in_dollars_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    document = price_table().model_dump(mode="json") | {"currency": "EUR"}
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="currency: Input should be 'USD', not 'EUR'"):
        read_price_table(path)
