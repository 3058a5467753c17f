"""Every number of a list is what a plain count of the events says for that window."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS
from consumers.tables import Level
from reporting.answers import Dimension, Trends
from reporting.plan import Closed
from reporting.problems import BadRequestError
from reporting.queries import Queries
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
        reader = TrendsReader(shelf, SCHEDULE, pool)
        Queries(reader, shelf, RecentRankings(lambda: 0.0), lambda: NOW).trends("lang", Window.HOUR, 1, None, None)
    tally = reader.take_tally()
    assert tally.items == 1
    assert tally.size == sum(
        len(item.packed) for key, item in shelf.items.items() if key[0] is Level.MINUTE and key[2] == 0
    )
    assert reader.take_tally() == (0, 0)
