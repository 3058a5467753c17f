"""A ranking orders by count, then by value, and its pages list every value once."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.views.lists.order import Ranks
from consumers.views.lists.ranked import ranked
from reporting.ranking import Place, Ranking, Sort

counts = st.dictionaries(st.text(max_size=3), st.integers(1, 5), max_size=40)


def ranking_of(given: dict[str, int], before: dict[str, int] | None = None, sort: Sort = Sort.COUNT) -> Ranking:
    return Ranking(ranked(given, before or {}, Ranks(before or {})), sort)


def test_what_rose_most_comes_first_and_says_what_it_was_before() -> None:
    ranking = ranking_of({"a": 6, "b": 4, "c": 1}, {"a": 5, "c": 4, "d": 9}, Sort.RISE)
    assert [(place.value, place.count_before, place.change, place.rank_before) for place in ranking.page(3)] == [
        ("b", 0, None, None),
        ("a", 5, 0.2, 2),
        ("c", 4, -0.75, 3),
    ]
    assert ranking.total_before == 18


@given(counts, counts, st.integers(1, 7))
def test_pages_by_rise_list_every_value_once_in_order(now: dict[str, int], before: dict[str, int], limit: int) -> None:
    ranking = ranking_of(now, before, Sort.RISE)
    places: list[Place] = []
    while page := ranking.page(limit, (places[-1].number, places[-1].value) if places else None):
        places += page
    expected = sorted(now, key=lambda value: (before.get(value, 0) - now[value], value))
    assert [place.value for place in places] == expected


def test_ranks_before_close_up_over_hidden_values() -> None:
    ranking = ranking_of({"a": 6, "b": 4, "c": 1}, {"a": 5, "b": 9, "c": 1}).without(frozenset("b"))
    assert [(place.value, place.rank, place.rank_before) for place in ranking.page(3)] == [("a", 1, 1), ("c", 2, 2)]


def test_the_largest_count_comes_first_and_equal_counts_in_order_of_their_values() -> None:
    ranking = ranking_of({"b": 1, "é": 1, "a": 1, "z": 5})
    assert [(place.rank, place.value, place.count, place.share) for place in ranking.page(10)] == [
        (1, "z", 5, 0.625),
        (2, "a", 1, 0.125),
        (3, "b", 1, 0.125),
        (4, "é", 1, 0.125),
    ]
    assert (ranking.total, ranking.distinct) == (8, 4)


def test_a_ranking_of_nothing_has_an_empty_page() -> None:
    ranking = ranking_of({})
    assert (ranking.page(10), ranking.total, ranking.distinct) == ([], 0, 0)


@given(counts, st.integers(1, 7))
def test_pages_list_every_value_once_in_order(given_counts: dict[str, int], limit: int) -> None:
    ranking = ranking_of(given_counts)
    places: list[Place] = []
    while page := ranking.page(limit, (places[-1].count, places[-1].value) if places else None):
        places += page
    expected = sorted(given_counts.items(), key=lambda item: (-item[1], item[0]))
    assert [(place.value, place.count) for place in places] == expected
    assert [place.rank for place in places] == list(range(1, len(expected) + 1))


@given(counts, st.integers(0, 6), st.text(max_size=3))
def test_a_page_begins_where_its_cursor_would_be(given_counts: dict[str, int], count: int, value: str) -> None:
    page = ranking_of(given_counts).page(100, (count, value))
    behind = {other for other, number in given_counts.items() if (-number, other) > (-count, value)}
    assert {place.value for place in page} == behind


def test_shares_have_six_decimals() -> None:
    assert ranking_of({"a": 1, "b": 2}).page(2)[1].share == 0.333333


@given(counts, st.frozensets(st.text(max_size=3)))
def test_what_is_hidden_has_no_place_and_the_others_close_up(given: dict[str, int], hidden: frozenset[str]) -> None:
    whole = ranking_of(given)
    shown = whole.without(hidden)
    expected = [place for place in whole.page(len(given)) if place.value not in hidden]
    found = shown.page(len(given))
    assert [place.rank for place in found] == list(range(1, shown.places + 1))
    assert [(place.value, place.count, place.share) for place in found] == [
        (place.value, place.count, place.share) for place in expected
    ]
    assert (shown.total, shown.distinct) == (whole.total, len(given))
    assert whole.places == len(given)
