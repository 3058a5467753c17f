"""The nodes that a prefix touches hold its values, or at least the most used of them."""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consumers.views.search import nodes
from consumers.views.search.nodes import Nodes, build, most_used

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
NARROW = st.text("ab", max_size=9)
NAMES = st.one_of(
    TEXT,
    NARROW,
    st.text("\U0010ffff\uffff\ue000a\x00é", max_size=4),  # order by code point, not by UTF-16
    st.integers(1, 40).map("a".__mul__),  # a chain that branches nowhere
)
COUNTED = st.dictionaries(NAMES, st.integers(1, 5), max_size=150)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make nodes so small that few values take many."""
    for name, value in {"LEAF_VALUES": 4, "MOST_SHOWN": 2, "MOST_HIDDEN": 1, "SLACK": 3, "TOP_VALUES": 6}.items():
        monkeypatch.setattr(nodes, name, value)


def answered(index: Nodes, prefix: str) -> tuple[dict[str, int], bool]:
    """Return the values that the touched nodes have of a prefix, and whether those are all."""
    touched = index.directory.touched(prefix)
    read = [index.leaves[leaf] for leaf in touched.leaves] if touched.top is None else [index.tops[touched.top]]
    assert len(read) <= 2
    found = {value: count for node in read for value, count in node.items() if value.startswith(prefix)}
    return found, touched.top is None


def check(counts: Mapping[str, int], prefix: str, index: Nodes) -> None:
    expected = {value: count for value, count in counts.items() if value.startswith(prefix)}
    found, complete = answered(index, prefix)
    if complete:
        assert found == expected
        return
    assert len(expected) > nodes.LEAF_VALUES
    assert len(found) >= min(len(expected), nodes.MOST_SHOWN + nodes.MOST_HIDDEN)
    assert most_used(found, len(found)) == most_used(expected, len(found))


@settings(max_examples=300, deadline=None)
@given(COUNTED, st.lists(NAMES, max_size=5))
@example({}, ["", "a"])
@example({"": 1}, ["", "a"])
def test_every_prefix_is_answered_by_its_most_used_values(counts: dict[str, int], others: list[str]) -> None:
    index = build(counts)
    prefixes = {value[:end] for value in counts for end in range(len(value) + 1)}
    for prefix in prefixes | set(others) | {value + "a" for value in counts}:
        check(counts, prefix, index)


@settings(max_examples=200, deadline=None)
@given(COUNTED)
def test_nodes_are_full_and_few(counts: dict[str, int]) -> None:
    index = build(counts)
    assert [value for leaf in index.leaves for value in leaf] == sorted(counts)
    assert [len(leaf) for leaf in index.leaves[:-1]] == [nodes.LEAF_VALUES] * (len(index.leaves) - 1)
    assert all(len(top) <= nodes.TOP_VALUES for top in index.tops)
    at_most = 2 * len(counts) / (nodes.LEAF_VALUES + 1) + len(counts) / (nodes.SLACK + 1)
    assert len(index.tops) <= at_most
    assert sorted(index.directory.tops.values()) == list(range(len(index.tops)))


def test_a_chain_that_branches_nowhere_is_one_node() -> None:
    index = build({"a" * 90 + chr(0x100 + number): 1 for number in range(5)})
    assert list(index.directory.tops) == [""]


@pytest.mark.parametrize("lacking", range(8))
def test_a_longer_prefix_is_served_whole_however_much_more_used_what_it_lacks_is(lacking: int) -> None:
    seldom = {f"a{number:02}": 1 for number in range(5 * nodes.LEAF_VALUES)}
    counts = seldom | {f"b{number}": 9 for number in range(lacking)}
    index = build(counts)
    for prefix in ("", "a", "a0", "b"):
        check(counts, prefix, index)
    assert ("a" in index.directory.tops) == (lacking > nodes.SLACK)


def test_values_used_equally_often_come_in_order_of_their_code_points() -> None:
    entries = {"\U0001f600": 1, "\ufb01": 1, "b": 2, "a": 1}
    assert most_used(entries, 9) == ["b", "a", "\ufb01", "\U0001f600"]
    assert most_used(entries, 1) == ["b"]


def test_it_is_true_at_its_own_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    random = Random(5)
    names = {"".join(random.choices("abcdef", k=random.randint(1, 9))) for _ in range(8_000)}
    counts = {name: random.randint(1, 400) for name in names}
    index = build(counts)
    prefixes = {name[: random.randint(0, 4)] for name in random.sample(sorted(names), 400)}
    for prefix in prefixes:
        check(counts, prefix, index)
    assert any(not answered(index, prefix)[1] for prefix in prefixes)
    assert any(answered(index, prefix)[1] for prefix in prefixes)
