"""Orders and places are those of a plain sort."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.views.lists.order import Ranks, risen, top

counts = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 5), max_size=60)


@given(counts, st.integers(1, 70))
def test_the_top_is_the_beginning_of_all_in_order(given_counts: dict[str, int], most: int) -> None:
    assert top(given_counts, most) == sorted(given_counts, key=lambda value: (-given_counts[value], value))[:most]


@given(counts, counts, st.integers(1, 70))
def test_what_rose_most_comes_first(now: dict[str, int], before: dict[str, int], most: int) -> None:
    expected = sorted(now, key=lambda value: (before.get(value, 0) - now[value], value))
    assert risen(now, before, most) == expected[:most]


@given(counts, st.sets(st.text(min_size=1, max_size=3)))
def test_places_are_those_in_the_order_of_all(given_counts: dict[str, int], others: set[str]) -> None:
    expected = {value: place for place, value in enumerate(top(given_counts, len(given_counts)), 1)}
    assert Ranks(given_counts).of([*given_counts, *(others - given_counts.keys())]) == expected
    some = list(given_counts)[::3]
    assert Ranks(given_counts).of(some) == {value: expected[value] for value in some}


def test_a_few_of_many_are_found_without_sorting_all() -> None:
    many = {f"value {number:05}": 1 + number % 7 for number in range(5_000)}
    assert top(many, 10) == sorted(many, key=lambda value: (-many[value], value))[:10]
