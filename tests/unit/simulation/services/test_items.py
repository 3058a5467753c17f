"""Items' sizes by the Developer Guide, "DynamoDB item sizes and formats", and what the simulation does not store."""

from typing import Any

import pytest

from simulation.services.expressions import ExpressionError
from simulation.services.items import check_item, item_size


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": True}]}, 3 + (1 + 2) + (1 + 1)),
        ({"M": {"é": {"L": [{"N": "1"}]}}}, 3 + (1 + 2 + 3 + (1 + 2))),
    ],
)
def test_lists_and_maps_take_three_bytes_and_one_for_each_element(value: dict[str, Any], size: int) -> None:
    assert item_size({"name": value}) == len("name") + size


@pytest.mark.parametrize("value", [{"L": []}, {"M": {}}])
def test_the_simulation_stores_none_of_them(value: dict[str, Any]) -> None:
    with pytest.raises(ExpressionError, match="m is a list or a map"):
        check_item({"k": {"S": "x"}, "m": value}, {"k": 2048})
