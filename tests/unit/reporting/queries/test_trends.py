"""Every number of a list is what a plain count of the events says for that window."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS
from consumers.tables import Level
from consumers.trends.item import AttributeMap
from reporting.answers import Dimension, Trends
from reporting.plan import Closed
from reporting.problems import BadRequestError
from reporting.queries import Queries
from reporting.ranking import Sort
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.windows import Window
from tests.unit.reporting.queries.shelf import (
    EPOCH_NOW,
    NOW,
    SCHEDULE,
    Event,
    Shelf,
    events,
    marks,
    plain_count,
    queries_of,
    some,
    windows,
)


def pages(
    queries: Queries, dimension: Dimension, asked: tuple[Window, datetime | None], limit: int
) -> Iterator[Trends]:
    window, end = asked
    page = queries.trends(dimension, window, limit, None, end)
    yield page
    while page.next_cursor:
        page = queries.trends(dimension, window, limit, page.next_cursor, None)
        yield page


@some
@given(events, marks, st.sampled_from(DIMENSIONS), windows, st.integers(1, 4))
def test_the_pages_of_a_window_are_a_plain_count_of_its_events(
    given_events: list[Event], closed: Closed, dimension: Dimension, asked: tuple[Window, datetime | None], limit: int
) -> None:
    found = list(pages(queries_of(Shelf(given_events, closed)), dimension, asked, limit))

    expected = plain_count(given_events, dimension, found[0].from_, found[0].to)
    listed = [(item.value, item.count) for page in found for item in page.items]
    assert listed == sorted(expected.items(), key=lambda value: (-value[1], value[0]))
    assert [item.rank for page in found for item in page.items] == list(range(1, len(expected) + 1))
    assert {(page.total, page.distinct) for page in found} == {(expected.total(), len(expected))}
    assert {(page.from_, page.to) for page in found} == {(found[0].from_, found[0].to)}


def before_of(page: Trends, given_events: list[Event]) -> Counter[str]:
    return plain_count(given_events, page.dimension, page.before.from_, page.before.to)


@some
@given(events, marks, st.sampled_from(DIMENSIONS), windows, st.sampled_from(Sort), st.booleans())
def test_a_list_says_what_was_before_whether_it_is_kept_or_summed(  # noqa: PLR0917 - drawn by name
    given_events: list[Event],
    closed: Closed,
    dimension: Dimension,
    asked: tuple[Window, datetime | None],
    sort: Sort,
    kept: bool,
) -> None:
    shelf = Shelf(given_events, closed)
    if kept:
        shelf.keep_lists()
    page = queries_of(shelf).trends(dimension, asked[0], 100, None, asked[1], sort=sort)

    counts, before = plain_count(given_events, dimension, page.from_, page.to), before_of(page, given_events)
    ranks = {value: place for place, value in enumerate(sorted(before, key=lambda each: (-before[each], each)), 1)}
    number = {value: count - (before[value] if sort is Sort.RISE else 0) for value, count in counts.items()}
    assert [item.value for item in page.items] == sorted(number, key=lambda value: (-number[value], value))
    for item in page.items:
        assert (item.count, item.count_before) == (counts[item.value], before[item.value])
        assert item.rank_before == ranks.get(item.value)
        assert item.change == (round(item.count / item.count_before - 1, 6) if item.count_before else None)
    assert (page.total, page.distinct, page.before.total) == (counts.total(), len(counts), before.total())
    assert page.before.to == page.from_


@some
@given(events, marks, st.sampled_from(DIMENSIONS), st.sampled_from(Window))
def test_a_list_that_is_kept_answers_at_once_with_its_history(
    given_events: list[Event], closed: Closed, dimension: Dimension, window: Window
) -> None:
    shelf = Shelf(given_events, closed)
    shelf.keep_lists()
    shelf.asked.clear()
    found = list(pages(queries_of(shelf), dimension, (window, None), 2))

    assert not shelf.asked
    expected = plain_count(given_events, dimension, found[0].from_, found[0].to)
    listed = [(item.value, item.count) for page in found for item in page.items]
    assert listed == sorted(expected.items(), key=lambda value: (-value[1], value[0]))
    start = int(datetime.fromisoformat(found[0].from_).timestamp())
    edges = [
        datetime.fromtimestamp(at, UTC).isoformat()
        for at in range(start, start + window.seconds + 1, found[0].history_seconds)
    ]
    parts = [plain_count(given_events, dimension, begins, ends) for begins, ends in pairwise(edges)]
    for item in (item for page in found for item in page.items):
        assert item.history == [part[item.value] for part in parts]


def test_the_window_before_the_newest_is_answered_from_its_list_and_older_ones_are_summed() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ())], Closed())
    shelf.keep_lists()
    shelf.asked.clear()
    for minutes, read in ((0, False), (1, False), (2, True)):
        queries_of(shelf).trends("lang", Window.HOUR, 10, None, NOW - timedelta(minutes=minutes))
        assert bool(shelf.asked) == read


@pytest.mark.parametrize(("age", "summed"), [(60, False), (119, False), (130, True), (3_600, True)])
def test_where_lists_are_not_kept_any_more_the_window_is_summed(age: int, summed: bool) -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ())], Closed())
    shelf.keep_lists()
    shelf.asked.clear()
    queries = queries_of(shelf, lambda: NOW + timedelta(seconds=age))
    page = queries.trends("lang", Window.HOUR, 10, None, None)
    assert bool(shelf.asked) == summed
    assert page.total == (0 if age == 3_600 else 1)


@pytest.mark.parametrize("damage", [{"c": {"B": b"no list"}}, {"v": {"N": "9"}}])
def test_a_list_that_is_damaged_or_of_another_version_is_not_read(damage: AttributeMap) -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ())], Closed())
    shelf.keep_lists()
    shelf.views = {key: {**item, **damage} for key, item in shelf.views.items()}
    shelf.asked.clear()
    queries = queries_of(shelf)
    assert queries.trends("lang", Window.HOUR, 10, None, None).total == queries.summary(Window.HOUR, None).events == 1
    assert shelf.asked
    assert queries.health().views is None
    assert bool(shelf.unread) == ("c" in damage)


def test_in_a_minutes_first_seconds_the_window_is_that_of_the_minute_before() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ())], Closed())
    shelf.keep_lists()
    next_minute = datetime.fromisoformat("2026-04-29T12:35:02+00:00")
    queries = queries_of(shelf, lambda: next_minute)
    assert queries.trends("lang", Window.FIVE_MINUTES, 10, None, None).to == "2026-04-29T12:35:00Z"
    assert queries.summary(Window.FIVE_MINUTES, None).to == "2026-04-29T12:35:00Z"


def test_pages_stay_with_the_list_of_the_first_also_when_newer_ones_follow() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", lang, ()) for lang in ("en", "ja")], Closed())
    shelf.keep_lists()
    clock = [NOW]
    queries = queries_of(shelf, lambda: clock[0])
    first = queries.trends("lang", Window.HOUR, 1, None, None)
    shelf.asked.clear()
    clock[0] += timedelta(minutes=30)
    second = queries.trends("lang", Window.HOUR, 1, first.next_cursor, None)
    assert [first.items[0].value, second.items[0].value] == ["en", "ja"]
    assert (first.to, shelf.asked) == (second.to, [])


def test_a_language_is_asked_for_without_reading_hashtags() -> None:
    shelf = Shelf([], Closed())
    queries_of(shelf).trends("lang", Window.DAY, 10, None, None)
    assert {bucket for _, bucket, _ in shelf.asked} == {0}


def test_all_pages_count_the_window_of_the_first_also_when_the_clock_moves_on() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", lang, ()) for lang in ("en", "ja")], Closed())
    clock = [NOW]
    queries = queries_of(shelf, lambda: clock[0])
    first = queries.trends("lang", Window.FIVE_MINUTES, 1, None, None)
    clock[0] += timedelta(hours=3)
    second = queries.trends("lang", Window.FIVE_MINUTES, 1, first.next_cursor, None)
    assert (first.from_, first.to) == (second.from_, second.to)
    assert [first.items[0].value, second.items[0].value] == ["en", "ja"]
    assert second.next_cursor is None


def test_pages_go_on_where_the_last_one_ended_also_when_nothing_is_remembered() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", lang, ()) for lang in ("en", "ja", "und")], Closed())
    values, cursor = [], None
    while True:
        page = queries_of(shelf).trends("lang", Window.HOUR, 1, cursor, None)  # another function each time
        values += [item.value for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert values == ["en", "ja", "und"]


def test_later_pages_are_cut_from_what_the_first_one_read() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", lang, ()) for lang in ("en", "ja")], Closed())
    queries = queries_of(shelf)
    first = queries.trends("lang", Window.HOUR, 1, None, None)
    asked = len(shelf.asked)
    queries.trends("lang", Window.HOUR, 1, first.next_cursor, None)
    assert len(shelf.asked) == asked


def test_a_cursor_of_another_end_is_refused() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", lang, ()) for lang in ("en", "ja")], Closed())
    cursor = queries_of(shelf).trends("lang", Window.HOUR, 1, None, None).next_cursor
    with pytest.raises(BadRequestError, match="cursor: belongs to the window up to"):
        queries_of(shelf).trends("lang", Window.HOUR, 1, cursor, NOW - timedelta(hours=1))


def test_what_is_read_is_tallied() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ())], Closed())
    with ThreadPoolExecutor(2) as pool:
        reader = TrendsReader(shelf, SCHEDULE, pool, shelf.unread.append)
        Queries(reader, shelf, shelf, RecentRankings(lambda: 0.0), lambda: NOW).trends(
            "lang", Window.HOUR, 1, None, None
        )
    tally = reader.take_tally()
    assert tally.items == 1
    assert tally.size == sum(
        len(item.packed) for key, item in shelf.items.items() if key[0] is Level.MINUTE and key[2] == 0
    )
    assert reader.take_tally() == (0, 0)
