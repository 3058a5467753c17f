"""The hide-list says what was last said of each value, whoever says it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS
from consumers.tables import hidden_key
from consumers.trends import hidden
from consumers.trends.errors import NewerTrendsFormatError, TrendsFormatError
from consumers.trends.hidden import HideList, HideListFullError
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

names = st.text(min_size=1, max_size=5)
changes = st.lists(
    st.tuples(st.booleans(), st.sampled_from(DIMENSIONS), st.lists(names, min_size=1, unique=True)), max_size=8
)


def holding(item: dict[str, Any], dimension: str = "hashtag") -> HideList:
    tables = SimulatedTables()
    tables.load(TRENDS_TABLE, [{**hidden_key(dimension).attributes, "v": {"N": "1"}, **item}])
    return HideList(tables.client(), TRENDS_TABLE)


def test_nothing_is_hidden_to_begin_with() -> None:
    assert HideList(SimulatedTables().client(), TRENDS_TABLE).read() == dict.fromkeys(DIMENSIONS, frozenset())


@given(changes)
def test_it_hides_what_was_added_and_not_removed_and_says_what_changed(
    given_changes: list[tuple[bool, str, list[str]]],
) -> None:
    tables = SimulatedTables(page_items=1)
    expected: dict[str, set[str]] = {dimension: set() for dimension in DIMENSIONS}
    for adds, dimension, values in given_changes:
        hide_list = HideList(tables.client(), TRENDS_TABLE)
        before = expected[dimension].copy()
        if adds:
            assert hide_list.add(dimension, values) == set(values) - before
            expected[dimension] |= set(values)
        else:
            assert hide_list.remove(dimension, values) == set(values) & before
            expected[dimension] -= set(values)
        assert hide_list.read() == expected


@given(st.dictionaries(st.sampled_from(DIMENSIONS), st.frozensets(names)), st.frozensets(names, min_size=1))
def test_it_can_be_made_another(wanted: dict[str, frozenset[str]], before: frozenset[str]) -> None:
    hide_list = HideList(SimulatedTables().client(), TRENDS_TABLE)
    hide_list.add("hashtag", before)
    hide_list.replace(whole := dict.fromkeys(DIMENSIONS, frozenset[str]()) | wanted)
    assert hide_list.read() == whole


def test_it_is_read_consistently_by_one_query() -> None:
    tables = SimulatedTables()
    hide_list = HideList(tables.client(), TRENDS_TABLE)
    for dimension in DIMENSIONS:
        hide_list.add(dimension, ["rivers"])
    tables.lag = lambda: 4
    tables.calls.clear()
    assert hide_list.read() == dict.fromkeys(DIMENSIONS, frozenset({"rivers"}))
    assert tables.calls == ["Query"]


def test_a_full_list_takes_no_more_and_gives_up_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hidden, "MAX_BYTES", 10)
    hide_list = HideList(SimulatedTables().client(), TRENDS_TABLE)
    assert hide_list.add("hashtag", ["rivers", "café"[:3]]) == {"rivers", "caf"}
    with pytest.raises(HideListFullError, match=r"hashtag would have 11 bytes of names, more than 10"):
        hide_list.add("hashtag", ["é"])
    assert hide_list.add("hashtag", ["caf", "e"]) == {"e"}
    assert hide_list.add("lang", ["en"]) == {"en"}
    assert hide_list.remove("hashtag", ["rivers"]) == {"rivers"}
    assert hide_list.add("hashtag", ["é"]) == {"é"}


def test_a_list_of_a_newer_format_is_neither_read_nor_changed() -> None:
    hide_list = holding({"v": {"N": "99"}, "h": {"SS": ["rivers"]}})
    with pytest.raises(NewerTrendsFormatError):
        hide_list.read()
    with pytest.raises(NewerTrendsFormatError):
        hide_list.remove("hashtag", ["rivers"])


def test_what_is_no_hide_list_is_refused_by_name_rather_than_nothing_hidden() -> None:
    with pytest.raises(TrendsFormatError, match="no set of strings"):
        holding({"h": {"S": "rivers"}}).read()
    with pytest.raises(TrendsFormatError, match="'hashtags', which is no dimension"):
        holding({"h": {"SS": ["rivers"]}}, "hashtags").read()
