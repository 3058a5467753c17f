"""A search finds what a plain look at the counts finds, from the index or without it, and shows nothing hidden."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.tables import list_key
from consumers.views.search import nodes
from consumers.views.search.item import Generation
from consumers.views.search.nodes import build
from consumers.views.windows import Window
from penstock.hashtags import normalise_hashtag
from reporting.answers import Search
from reporting.plan import Closed
from reporting.queries.search import MOST_BEHIND_SECONDS
from reporting.queries.values import normalise
from tests.unit.reporting.queries.shelf import (
    ARRIVED,
    DAY,
    EPOCH_NOW,
    HOUR,
    MIDNIGHT,
    NOW,
    Event,
    Shelf,
    events,
    marks,
    plain_count,
    queries_of,
    some,
)

END = MIDNIGHT + 13 * HOUR
"""Of the day that includes the hour in which now is."""


def indexed(counts: dict[str, int], *, end: int = END, as_of: int = ARRIVED, counted: bool = True) -> Shelf:
    """Return a shelf with an index, and nothing else."""
    shelf = Shelf([], Closed(), counted=counted)
    shelf.indexes[end] = Generation("g", EPOCH_NOW, 1, as_of), build(counts)
    return shelf


def listed(answer: Search) -> list[tuple[str, int]]:
    return [(item.value, item.count) for item in answer.items]


@some
@given(events, marks, st.sampled_from(["hashtag", "lang", "kind", "platform"]), st.integers(1, 5))
def test_without_an_index_it_is_what_is_counted_in_24_hours(
    given_events: list[Event], closed: Closed, dimension: str, limit: int
) -> None:
    queries = queries_of(Shelf(given_events, closed))
    for prefix in ("", {"hashtag": "a", "lang": "e", "kind": "re", "platform": "x"}[dimension]):
        answer = queries.search(dimension, prefix, limit)  # type: ignore[arg-type]  # a dimension
        plain = plain_count(given_events, dimension, answer.from_, answer.to)
        expected = sorted(
            ((value, count) for value, count in plain.items() if value.startswith(prefix)),
            key=lambda found: (-found[1], found[0]),
        )
        assert listed(answer) == expected[:limit]
        assert answer.more == (len(expected) > limit)
        assert (answer.prefix, answer.from_, answer.to) == (prefix, "2026-04-28T13:00:00Z", "2026-04-29T13:00:00Z")


def test_with_an_index_no_counts_are_read() -> None:
    shelf = indexed({"art": 3, "arts": 5, "rivers": 9})
    answer = queries_of(shelf).search("hashtag", "#Ar", 20)
    assert (listed(answer), answer.more, answer.prefix) == ([("arts", 5), ("art", 3)], False, "ar")
    assert (answer.to, answer.as_of) == ("2026-04-29T13:00:00Z", "2026-04-29T12:34:53.500Z")
    assert shelf.asked == []


def test_it_says_whether_there_are_more() -> None:
    queries = queries_of(indexed({"a": 1, "ab": 1, "b": 1}))
    assert [queries.search("hashtag", "a", limit).more for limit in (1, 2, 3)] == [True, False, False]


def test_in_an_hours_first_moments_it_is_the_index_of_the_hour_before() -> None:
    shelf = indexed({"art": 3}, end=END - HOUR)
    answer = queries_of(shelf).search("hashtag", "a", 20)
    assert (listed(answer), answer.from_, answer.to) == (
        [("art", 3)],
        "2026-04-28T12:00:00Z",
        "2026-04-29T12:00:00Z",
    )


def test_an_index_that_is_far_behind_the_trends_is_not_used() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ("art",))], Closed())
    for behind, expected in ((MOST_BEHIND_SECONDS, 7), (MOST_BEHIND_SECONDS + 1, 1)):
        shelf.indexes[END] = Generation("g", EPOCH_NOW, 1, ARRIVED - behind * 1_000), build({"art": 7})
        assert listed(queries_of(shelf).search("hashtag", "art", 20)) == [("art", expected)]


def test_other_dimensions_are_answered_from_the_list_of_the_day() -> None:
    langs = ["en", "en", "es", "ja"]
    shelf = Shelf([Event(EPOCH_NOW - 2 * HOUR, "post", lang, ("art",)) for lang in langs], Closed(MIDNIGHT, 0))
    shelf.keep_lists()
    shelf.asked.clear()
    answer = queries_of(shelf).search("lang", "E", 1)
    assert (listed(answer), answer.more, answer.to) == ([("en", 2)], True, "2026-04-29T13:00:00Z")
    assert listed(queries_of(shelf).search("platform", "de", 20)) == [("demo", 4)]
    assert (shelf.asked, shelf.searched) == ([], [])


def test_what_the_list_of_the_day_knows_better_is_taken_from_it() -> None:
    shelf = Shelf([Event(EPOCH_NOW - 2 * HOUR, "post", "en", ("arts", "artist"))] * 3, Closed(MIDNIGHT, 0))
    shelf.keep_lists()
    shelf.indexes[END] = Generation("g", EPOCH_NOW, 1, ARRIVED), build({"art": 2, "arts": 1, "rivers": 9})
    assert listed(queries_of(shelf).search("hashtag", "art", 20)) == [("artist", 3), ("arts", 3), ("art", 2)]


def test_a_hashtag_that_the_index_does_not_know_yet_is_found_in_the_list_of_the_last_minutes() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ("arts", "artist"))] * 2, Closed())
    shelf.keep_lists()
    del shelf.views[list_key(Window.DAY, END)]
    shelf.indexes[END] = Generation("g", EPOCH_NOW, 1, ARRIVED), build({"art": 1, "arts": 7, "rivers": 9})
    answer = queries_of(shelf).search("hashtag", "art", 20)
    assert (listed(answer), answer.more) == ([("arts", 7), ("artist", 2), ("art", 1)], False)
    shelf.indexes = {END - HOUR: shelf.indexes.pop(END)}
    assert listed(queries_of(shelf).search("hashtag", "art", 20)) == [("arts", 7), ("art", 1)], "of another hour"


@pytest.mark.parametrize("counted", [True, False])
def test_what_is_hidden_is_not_found_and_leaves_its_place_to_the_next(counted: bool) -> None:
    shelf = indexed({"art": 3, "arts": 5, "artist": 4}, counted=counted)
    shelf.hide = {"hashtag": {"arts"}, "lang": {"art"}}
    answer = queries_of(shelf).search("hashtag", "ar", 2)
    assert (listed(answer), answer.more) == ([("artist", 4), ("art", 3)], False)


def test_an_answer_is_full_with_as_many_hidden_as_a_top_has_room_for() -> None:
    counts = {f"a{number:04}": 10_000 - number for number in range(1_000)}
    shelf = indexed(counts)
    hidden = sorted(counts)[: nodes.MOST_HIDDEN]
    shelf.hide = {"hashtag": set(hidden)}
    for prefix in ("", "a", "a0"):
        answer = queries_of(shelf).search("hashtag", prefix, 100)
        assert listed(answer) == [(tag, counts[tag]) for tag in sorted(counts)[len(hidden) :][:100]]
        assert answer.more


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=6))
def test_each_beginning_of_a_value_as_it_is_counted_finds_it(written: list[str]) -> None:
    counts = Counter(filter(None, map(normalise_hashtag, written)))
    shelf = indexed(counts)
    for value in counts:
        for end in range(len(value) + 1):
            answer = queries_of(shelf).search("hashtag", value[:end], 100)
            assert value in [item.value for item in answer.items]
            assert value.startswith(answer.prefix)


@pytest.mark.parametrize(
    ("dimension", "prefix", "normal"),
    [
        ("hashtag", "##RIV", "riv"),
        ("hashtag", " #Stra\u00df", "strass"),
        ("hashtag", "\ufb01", "fi"),
        ("hashtag", "\uff23\uff41\uff46\u00c9", "café"),
        ("hashtag", "#", ""),
        ("hashtag", "new ", "new"),
        ("lang", "PT-b", "pt"),
        ("kind", "re", "re"),
    ],
)
def test_a_prefix_is_normalised_as_values_are(dimension: str, prefix: str, normal: str) -> None:
    assert normalise(dimension, prefix) == normal


def test_a_day_later_nothing_is_found_any_more() -> None:
    shelf = Shelf([Event(EPOCH_NOW - DAY, "post", "en", ("art",))], Closed())
    later = datetime.fromtimestamp(EPOCH_NOW, UTC) + timedelta(hours=1)
    assert listed(queries_of(shelf, lambda: later).search("hashtag", "", 20)) == []
    assert later > NOW
