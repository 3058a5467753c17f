"""A ranking orders by count, then by value, and its pages list every value once."""

from hypothesis import given
from hypothesis import strategies as st

from reporting.ranking import Place, Ranking

counts = st.dictionaries(st.text(max_size=3), st.integers(1, 5), max_size=40)


def test_the_largest_count_comes_first_and_equal_counts_in_order_of_their_values() -> None:
    ranking = Ranking({"b": 1, "é": 1, "a": 1, "z": 5})
    assert ranking.page(10) == [
        Place(1, "z", 5, 0.625),
        Place(2, "a", 1, 0.125),
        Place(3, "b", 1, 0.125),
        Place(4, "é", 1, 0.125),
    ]
    assert (ranking.total, ranking.distinct) == (8, 4)


def test_a_ranking_of_nothing_has_an_empty_page() -> None:
    ranking = Ranking({})
    assert (ranking.page(10), ranking.total, ranking.distinct) == ([], 0, 0)


@given(counts, st.integers(1, 7))
def test_pages_list_every_value_once_in_order(given_counts: dict[str, int], limit: int) -> None:
    ranking = Ranking(given_counts)
    places: list[Place] = []
    while page := ranking.page(limit, (places[-1].count, places[-1].value) if places else None):
        places += page
    expected = sorted(given_counts.items(), key=lambda item: (-item[1], item[0]))
    assert [(place.value, place.count) for place in places] == expected
    assert [place.rank for place in places] == list(range(1, len(expected) + 1))


@given(counts, st.integers(0, 6), st.text(max_size=3))
def test_a_page_begins_where_its_cursor_would_be(given_counts: dict[str, int], count: int, value: str) -> None:
    page = Ranking(given_counts).page(100, (count, value))
    behind = {other for other, number in given_counts.items() if (-number, other) > (-count, value)}
    assert {place.value for place in page} == behind


def test_shares_have_six_decimals() -> None:
    assert Ranking({"a": 1, "b": 2}).page(2)[1].share == 0.333333


@given(counts, st.frozensets(st.text(max_size=3)))
def test_what_is_hidden_has_no_place_and_the_others_close_up(given: dict[str, int], hidden: frozenset[str]) -> None:
    whole = Ranking(given)
    shown = whole.without(hidden)
    expected = [place for place in whole.page(len(given)) if place.value not in hidden]
    found = shown.page(len(given))
    assert [place.rank for place in found] == list(range(1, shown.places + 1))
    assert [(place.value, place.count, place.share) for place in found] == [
        (place.value, place.count, place.share) for place in expected
    ]
    assert (shown.total, shown.distinct) == (whole.total, len(given))
    assert whole.places == len(given)
