"""What an index says is what a plain look at its counts says, for a few units, and it is made when it is due."""

from itertools import count as counting
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.schedule import HOUR
from consumers.tables import search_directory_key
from consumers.views.search import item as items
from consumers.views.search import nodes, view
from consumers.views.search.item import encode_node
from consumers.views.search.nodes import TOP_VALUES, build, most_used
from consumers.views.search.view import EVERY_SECONDS, KEPT_SECONDS
from simulation.services.faults import Fault
from simulation.services.items import item_size
from tests.unit.consumers.simulated_tables import TRENDS_TABLE
from tests.unit.consumers.views.search.shelf import AS_OF, END, NOW, Shelf, hostile_tags, some_tags

MOST_ITEM_BYTES = 380 * 1024


def test_there_is_none_before_the_first() -> None:
    assert Shelf().reader.find("a", END) is None


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=4), st.integers(1, 9), max_size=40), st.lists(st.text(max_size=2), max_size=4))
def test_it_finds_what_begins_with_a_prefix(counts: dict[str, int], others: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LEAF_VALUES": 4, "SLACK": 3, "TOP_VALUES": 6}.items():
            patch.setattr(nodes, name, value)
        shelf = Shelf()
        assert shelf.refresh(counts)
        for prefix in {value[:end] for value in counts for end in range(len(value) + 1)} | set(others):
            expected = {value: count for value, count in counts.items() if value.startswith(prefix)}
            found = shelf.find(prefix)
            assert found.generation.as_of == AS_OF
            if found.complete:
                assert found.entries == expected
            else:
                assert most_used(found.entries, 3) == most_used(expected, 3)


def test_it_is_made_anew_when_something_has_changed_and_it_is_old_enough() -> None:
    shelf = Shelf()
    assert shelf.refresh({"a": 1}, version=1)
    assert not shelf.refresh({"a": 2}, version=2, now=NOW + EVERY_SECONDS - 1)
    assert not shelf.refresh({"a": 1}, version=1, now=NOW + EVERY_SECONDS)
    assert shelf.find("").entries == {"a": 1}
    assert shelf.refresh({"a": 2}, version=2, now=NOW + EVERY_SECONDS)
    assert shelf.find("").entries == {"a": 2}


def test_each_hour_ends_a_day_and_has_an_index_of_its_own_at_once() -> None:
    shelf = Shelf()
    shelf.refresh({"a": 1}, version=5, now=END - 60)
    assert shelf.refresh({"b": 1}, version=4, now=END), "fewer changes, since an hour of many has left the day"
    assert (shelf.find("", END).entries, shelf.find("", END + HOUR).entries) == ({"a": 1}, {"b": 1})


def test_environments_share_what_one_has_made() -> None:
    shelf = Shelf()
    shelf.refresh({"a": 1})
    shelf.view = shelf.another()
    assert not shelf.refresh({"a": 2}, version=2, now=NOW + 60)
    assert shelf.refresh({"a": 2}, version=2, now=NOW + EVERY_SECONDS)


def test_an_older_index_never_takes_the_place_of_a_newer() -> None:
    shelf, other = Shelf(), Shelf()
    other.dynamodb = shelf.dynamodb
    other.view = shelf.another()

    def overtake(operation: str) -> Fault:
        if operation == "PutItem":
            shelf.dynamodb.before_call = lambda _: Fault.NONE
            assert other.refresh({"a": 2}, version=2)
        return Fault.NONE

    shelf.dynamodb.before_call = overtake
    assert shelf.refresh({"a": 1}, version=1)
    assert shelf.find("").entries == {"a": 2}


def test_it_waits_for_the_next_run_where_too_little_time_is_left() -> None:
    shelf = Shelf()
    assert not shelf.refresh({"a": 1}, time_left=view.RESERVE_SECONDS - 1)
    assert shelf.refresh({"a": 1})


def test_who_has_read_a_directory_finds_its_nodes_after_it_was_replaced() -> None:
    shelf = Shelf()
    shelf.refresh({"a": 1})

    def replace(operation: str) -> None:
        if operation == "GetItem":
            shelf.dynamodb.after_call = lambda _: None
            shelf.refresh({"b": 1}, version=2, now=NOW + EVERY_SECONDS)

    shelf.dynamodb.after_call = replace
    assert shelf.find("").entries == {"a": 1}
    assert shelf.find("").entries == {"b": 1}
    assert {int(each["x"]["N"]) for each in shelf.items} == {NOW + KEPT_SECONDS, NOW + EVERY_SECONDS + KEPT_SECONDS}


def test_an_index_that_was_not_written_whole_is_never_seen_and_made_again() -> None:
    shelf = Shelf()
    shelf.refresh({"a": 1})
    calls = counting()
    shelf.dynamodb.before_call = lambda name: (
        Fault.LOST_REQUEST if name == "PutItem" and next(calls) == 1 else Fault.NONE
    )
    with pytest.raises(ReadTimeoutError):
        shelf.refresh(some_tags(600), version=2, now=NOW + EVERY_SECONDS)
    assert shelf.find("").entries == {"a": 1}
    assert shelf.refresh(some_tags(600), version=2, now=NOW + EVERY_SECONDS + 5)
    assert len(shelf.find("").entries) == TOP_VALUES


def test_what_has_expired_is_not_found() -> None:
    shelf = Shelf()
    shelf.refresh(some_tags(600))
    table = shelf.dynamodb.tables[TRENDS_TABLE]
    for key in [key for key in table if key[1] == "leaf#1"]:
        del table[key]
    leaves = build(some_tags(600)).leaves
    assert shelf.reader.find(next(iter(leaves[1])), END) is None
    assert shelf.find(next(iter(leaves[0]))).complete


def test_it_has_the_most_used_values_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MOST_VALUES", 2)
    shelf = Shelf()
    shelf.refresh({"a": 1, "b": 3, "c": 2, "d": 1})
    assert shelf.find("").entries == {"b": 3, "c": 2}


def test_items_stay_below_what_dynamodb_takes_whatever_the_names() -> None:
    tags = hostile_tags(3_000)
    shelf = Shelf()
    shelf.refresh(tags)
    assert max(map(item_size, shelf.items)) < MOST_ITEM_BYTES
    top: Any = encode_node(dict.fromkeys(list(tags)[:TOP_VALUES], 2**62))
    assert item_size(top) < MOST_ITEM_BYTES


def test_a_directory_that_would_be_too_large_has_fewer_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MAX_DIRECTORY_BYTES", 8_000)
    # Neighbours that differ in their last characters alone: where a leaf begins takes nearly a whole name to say.
    tags = {prefix[:98] + chr(0x4E00 + last): last + 1 for prefix in hostile_tags(30) for last in range(300)}
    shelf = Shelf()
    shelf.refresh(tags)
    (directory,) = [each for each in shelf.items if each["bucket"]["S"] == "search#directory"]
    assert len(directory["c"]["B"]) <= 8_000
    leaves = [each for each in shelf.items if each["start"]["S"].startswith("leaf#")]
    assert 1 < len(leaves) < len(tags) // 256


@pytest.mark.parametrize("number", [1_000, 20_000])
def test_a_search_costs_at_most_four_read_units_however_many_values_there_are(number: int) -> None:
    shelf = Shelf()
    tags = some_tags(number)
    shelf.refresh(tags)
    random = Random(6)
    prefixes = ["", "a", "e", *(tag[: random.randint(1, 6)] for tag in random.sample(sorted(tags), 40))]
    assert max(map(shelf.units_of, prefixes)) <= 4


def test_an_index_costs_one_write_unit_for_60_values_or_more() -> None:
    shelf = Shelf()
    shelf.refresh(some_tags(20_000))
    assert shelf.dynamodb.usage[TRENDS_TABLE].write <= 20_000 / 60


@pytest.mark.parametrize("change", [{"c": {"B": b"?"}}, {"g": {"N": "1"}}, {"v": {"N": "99"}}])
def test_a_directory_that_is_damaged_or_of_another_format_is_none_and_the_next_takes_its_place(
    change: dict[str, Any],
) -> None:
    shelf = Shelf()
    shelf.refresh({"a": 1})
    table = shelf.dynamodb.tables[TRENDS_TABLE]
    key = tuple(search_directory_key(END))
    table[key] = table[key] | change
    assert shelf.reader.find("a", END) is None
    assert [str(error).partition(":")[0] for error in shelf.unread] == (
        [] if "v" in change else ["no directory of a search index"]
    )
    shelf.view = shelf.another()
    shelf.refresh({"a": 2}, version=2, now=NOW + EVERY_SECONDS)
    assert shelf.find("a").entries == {"a": 2}


def test_a_node_that_is_damaged_is_told_and_there_is_no_index() -> None:
    shelf = Shelf()
    shelf.refresh({"a": 1})
    table = shelf.dynamodb.tables[TRENDS_TABLE]
    for key in [key for key in table if key[1] == "leaf#0"]:
        table[key] = table[key] | {"c": {"B": b"?"}}
    assert shelf.reader.find("a", END) is None
    assert ["no node of a search index" in str(error) for error in shelf.unread] == [True]
