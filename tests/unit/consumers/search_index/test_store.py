"""What a generation of the index says is what a plain look at its counts says, for a few read units."""

from itertools import count as counting
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.search_index import item as items
from consumers.search_index import nodes, store
from consumers.search_index.item import KEPT_SECONDS, encode_node
from consumers.search_index.nodes import TOP_VALUES, build, most_used
from consumers.search_index.store import Found, SearchIndex
from consumers.tables import search_directory_key
from consumers.trends.errors import NewerTrendsFormatError, TrendsFormatError
from simulation.services.faults import Fault
from simulation.services.items import item_size
from simulation.services.metering import MeteredDynamoDB
from simulation.services.table import Table
from tests.unit.consumers.rollup.making import SerialExecutor
from tests.unit.consumers.simulated_tables import TRENDS_TABLE

MADE, END = 1_763_717_400, 1_763_719_200
MOST_ITEM_BYTES = 380 * 1024


class Shelf:
    """A metered trends table, and an index in it."""

    def __init__(self) -> None:
        self.dynamodb = MeteredDynamoDB({TRENDS_TABLE: Table("bucket", "start", expiry="x")}, page_items=1)
        self.index = SearchIndex(self.dynamodb.client(), TRENDS_TABLE, sleep=lambda _: None)
        self._nonces = map(str, counting())

    @property
    def items(self) -> list[Any]:
        return list(self.dynamodb.tables[TRENDS_TABLE].values())

    def write(self, counts: dict[str, int], version: int = 1, made: int = MADE) -> bool:
        return self.index.write(
            counts,
            version=version,
            made=made,
            end=END,
            as_of=MADE * 1_000,
            pool=SerialExecutor(),
            nonce=lambda: next(self._nonces),
        )

    def find(self, prefix: str) -> Found:
        found = self.index.find(prefix)
        assert found is not None
        return found

    def units_of(self, prefix: str) -> float:
        before = self.dynamodb.usage[TRENDS_TABLE].copy()
        self.find(prefix)
        return self.dynamodb.usage[TRENDS_TABLE].since(before).read


def some_tags(number: int, seed: int = 3) -> dict[str, int]:
    """Return hashtags as people write them: short, of few letters, some far more used than others."""
    random = Random(seed)
    tags: set[str] = set()
    while len(tags) < number:
        tags.add("".join(random.choices("aeioulnrst", k=random.randint(3, 14))))
    return {tag: int(1 + 10_000 / rank) for rank, tag in enumerate(sorted(tags, key=lambda _: random.random()), 1)}


def hostile_tags(number: int) -> dict[str, int]:
    """Return hashtags as long as they may be, of characters that take most bytes and deflate least."""
    random = Random(4)
    letters = [chr(0x20000 + offset) for offset in range(40_000)]
    return {"".join(random.choices(letters, k=100)): random.randint(1, 2**40) for _ in range(number)}


def test_there_is_none_before_the_first() -> None:
    assert Shelf().index.find("a") is None
    assert Shelf().index.newest() is None


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=4), st.integers(1, 9), max_size=40), st.lists(st.text(max_size=2), max_size=4))
def test_it_finds_what_begins_with_a_prefix(counts: dict[str, int], others: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LEAF_VALUES": 4, "SLACK": 3, "TOP_VALUES": 6}.items():
            patch.setattr(nodes, name, value)
        shelf = Shelf()
        assert shelf.write(counts)
        for prefix in {value[:end] for value in counts for end in range(len(value) + 1)} | set(others):
            expected = {value: count for value, count in counts.items() if value.startswith(prefix)}
            found = shelf.find(prefix)
            assert (found.generation.end, found.generation.as_of) == (END, MADE * 1_000)
            if found.complete:
                assert found.entries == expected
            else:
                assert most_used(found.entries, 3) == most_used(expected, 3)


def test_a_newer_version_of_the_counts_takes_the_place_of_an_older_and_never_the_reverse() -> None:
    shelf = Shelf()
    assert shelf.write({"a": 2}, version=2)
    assert not shelf.write({"a": 1}, version=1)
    assert shelf.find("").entries == {"a": 2}
    assert shelf.write({"a": 3}, version=2), "the same counts again, for another time"
    newest = shelf.index.newest()
    assert newest is not None
    assert (shelf.find("").entries, newest.version) == ({"a": 3}, 2)


def test_who_has_read_a_directory_finds_its_nodes_after_it_was_replaced() -> None:
    shelf = Shelf()
    shelf.write({"a": 1})
    shelf.dynamodb.after_call = replace_once(shelf)
    assert shelf.find("").entries == {"a": 1}
    assert shelf.find("").entries == {"b": 1}
    assert {int(each["x"]["N"]) for each in shelf.items} == {MADE + KEPT_SECONDS, MADE + 300 + KEPT_SECONDS}


def replace_once(shelf: Shelf) -> Any:  # noqa: ANN401 - a hook
    def replace(operation: str) -> None:
        if operation == "GetItem":
            shelf.dynamodb.after_call = lambda _: None
            shelf.write({"b": 1}, version=2, made=MADE + 300)

    return replace


def test_a_generation_that_was_not_written_whole_is_never_seen() -> None:
    shelf = Shelf()
    shelf.write({"a": 1})
    calls = counting()
    shelf.dynamodb.before_call = lambda _: Fault.LOST_REQUEST if next(calls) == 1 else Fault.NONE
    with pytest.raises(ReadTimeoutError):
        shelf.write(some_tags(600), version=2)
    assert shelf.find("").entries == {"a": 1}


def test_what_has_expired_is_not_found() -> None:
    shelf = Shelf()
    shelf.write(some_tags(600))
    table = shelf.dynamodb.tables[TRENDS_TABLE]
    for key in [key for key in table if key[1] == "leaf#1"]:
        del table[key]
    leaves = build(some_tags(600)).leaves
    assert shelf.index.find(next(iter(leaves[1]))) is None
    assert shelf.find(next(iter(leaves[0]))).complete


def test_an_index_has_the_most_used_values_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_VALUES", 2)
    shelf = Shelf()
    shelf.write({"a": 1, "b": 3, "c": 2, "d": 1})
    assert shelf.find("").entries == {"b": 3, "c": 2}


def test_items_stay_below_what_dynamodb_takes_whatever_the_names() -> None:
    tags = hostile_tags(3_000)
    shelf = Shelf()
    shelf.write(tags)
    assert max(map(item_size, shelf.items)) < MOST_ITEM_BYTES
    top = encode_node(
        items.Generation("g", 1, MADE, END, None), "top", 0, dict.fromkeys(list(tags)[:TOP_VALUES], 2**62)
    )
    assert item_size(top) < MOST_ITEM_BYTES


def test_a_directory_that_would_be_too_large_has_fewer_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MAX_DIRECTORY_BYTES", 8_000)
    # Neighbours that differ in their last characters alone: where a leaf begins takes nearly a whole name to say.
    tags = {prefix[:98] + chr(0x4E00 + last): last + 1 for prefix in hostile_tags(30) for last in range(300)}
    shelf = Shelf()
    shelf.write(tags)
    (directory,) = [each for each in shelf.items if each["bucket"]["S"] == "search"]
    assert len(directory["c"]["B"]) <= 8_000
    leaves = [each for each in shelf.items if each["start"]["S"].startswith("leaf#")]
    assert 1 < len(leaves) < len(tags) // 256


@pytest.mark.parametrize("number", [1_000, 10_000, 40_000])
def test_a_search_costs_at_most_four_read_units_however_many_values_there_are(number: int) -> None:
    shelf = Shelf()
    tags = some_tags(number)
    shelf.write(tags)
    random = Random(6)
    prefixes = ["", "a", "e", *(tag[: random.randint(1, 6)] for tag in random.sample(sorted(tags), 40))]
    assert max(map(shelf.units_of, prefixes)) <= 4


def test_a_generation_costs_one_write_unit_for_each_60_values_or_less() -> None:
    shelf = Shelf()
    shelf.write(some_tags(20_000))
    assert shelf.dynamodb.usage[TRENDS_TABLE].write <= 20_000 / 60


def test_what_is_no_index_is_refused_by_name() -> None:
    shelf = Shelf()
    shelf.write({"a": 1})
    table = shelf.dynamodb.tables[TRENDS_TABLE]
    key = tuple(search_directory_key("hashtag"))
    good = dict(table[key])
    for change, error in (
        ({"v": {"N": "99"}}, NewerTrendsFormatError),
        ({"c": {"B": b"?"}}, TrendsFormatError),
        ({"g": {"N": "1"}}, TrendsFormatError),
    ):
        table[key] = good | change
        with pytest.raises(error):
            shelf.index.find("a")
    table[key] = good
    for other in [other for other in table if other != key]:
        table[other] = table[other] | {"c": {"B": b"?"}}
    with pytest.raises(TrendsFormatError, match="no node of a search index"):
        shelf.index.find("a")


def test_other_errors_of_dynamodb_are_raised() -> None:
    shelf = Shelf()
    shelf.dynamodb.before_call = lambda _: Fault.THROTTLED
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        shelf.write({"a": 1})
