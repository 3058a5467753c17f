"""An item of a view gives way to one that was made from something newer, and never to an older one."""

import pytest

from consumers.tables import list_key
from consumers.views.store import Made, ViewStore
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

KEY = list_key("5m", 60)


@pytest.mark.parametrize(
    ("made", "put"),
    [(Made(5, 9), True), (Made(4, 99), False), (Made(6, 0), True), (Made(5, 10), True), (Made(5, 8), False)],
)
def test_only_what_is_not_older_is_put(made: Made, put: bool) -> None:
    dynamodb = SimulatedTables()
    store = ViewStore(dynamodb.client(), TRENDS_TABLE)
    assert store.put(KEY, {"c": {"S": "first"}}, Made(5, 9), 70)
    assert store.put(KEY, {"c": {"S": "second"}}, made, 70) == put
    item = dynamodb.client().get_item(TableName=TRENDS_TABLE, Key=KEY.attributes)["Item"]
    assert item["c"] == {"S": "second" if put else "first"}
    assert store.take_tally() == ((2, 0) if put else (1, 1))
    assert store.take_tally() == (0, 0)
