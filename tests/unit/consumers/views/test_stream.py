"""A batch tells the hours of its change notes."""

from consumers.tables import change_key, list_key
from consumers.views.stream import hours_noted


def record(keys: object) -> dict[str, object]:
    return {"eventName": "MODIFY", "dynamodb": {"Keys": keys}}


def test_the_hours_of_notes_are_told_once_and_other_items_passed_over() -> None:
    keys = [change_key(3_600), change_key(7_200), change_key(3_600), list_key("5m", 60)]
    assert hours_noted({"Records": [record(key.attributes) for key in keys]}) == {3_600, 7_200}


def test_a_tick_tells_none() -> None:
    assert hours_noted({"source": "aws.events"}) == set()
