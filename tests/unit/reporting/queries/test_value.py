"""All about one value is what a plain count of its events says."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.tables import Level, list_key
from reporting.plan import Closed
from reporting.windows import Window, window_span
from tests.unit.reporting.queries.shelf import (
    DAY,
    EPOCH_NOW,
    HOUR,
    MIDNIGHT,
    NOW,
    Event,
    Shelf,
    events,
    marks,
    queries_of,
    some,
)


def of(given_events: list[Event], value: str) -> Counter[int]:
    return Counter(event.at for event in given_events if value in event.hashtags)


@settings(some, max_examples=8)
@given(events, marks)
def test_its_windows_rank_first_minute_and_best_hour_are_plain_counts(
    given_events: list[Event], closed: Closed
) -> None:
    answer = queries_of(Shelf(given_events, closed)).value("hashtag", "#a")
    assert answer.value == "a"
    counted = of(given_events, "a")
    for window, said in zip(
        Window, (answer.windows.five_minutes, answer.windows.hour, answer.windows.day), strict=True
    ):
        start, end = window_span(window, None, NOW)
        inside = Counter(tag for event in given_events if start <= event.at < end for tag in event.hashtags)
        before = sum(count for at, count in counted.items() if start - window.seconds <= at < start)
        order = sorted(inside, key=lambda tag: (-inside[tag], tag))
        assert (said.count, said.count_before) == (inside["a"], before)
        assert said.rank == (order.index("a") + 1 if "a" in inside else None)
        assert said.change == (round(inside["a"] / before - 1, 6) if before else None)
        assert said.share == (round(inside["a"] / inside.total(), 6) if inside else 0)
    if not counted:
        assert (answer.first_seen, answer.peak) == (None, None)
        return
    assert answer.first_seen is not None
    assert answer.first_seen.granularity == "minute"
    assert datetime.fromisoformat(answer.first_seen.start).timestamp() == min(counted) // 60 * 60
    hours: Counter[int] = Counter()
    for at, count in counted.items():
        if at < window_span(Window.HOUR, None, NOW).end:  # what is of a time to come is in no window either
            hours[at // HOUR * HOUR] += count
    if not hours:
        assert answer.peak is None
        return
    assert answer.peak is not None
    assert answer.peak.count == max(hours.values())
    assert hours[int(datetime.fromisoformat(answer.peak.start).timestamp())] == answer.peak.count


def test_a_longer_window_has_no_less_than_a_shorter_one_whose_list_is_newer() -> None:
    before = [Event(EPOCH_NOW - 400, "post", "en", ("a",)), Event(EPOCH_NOW - 300, "post", "en", ("b",))]
    since = [Event(EPOCH_NOW, "post", "en", ("a",))] * 5
    shelf, newer = Shelf(before, Closed()), Shelf([*before, *since], Closed())
    shelf.keep_lists()
    newer.keep_lists()
    shortest = list_key(Window.FIVE_MINUTES, Window.FIVE_MINUTES.end(EPOCH_NOW))
    shelf.views[shortest] = newer.views[shortest]
    answer = queries_of(shelf).value("hashtag", "a")
    windows = (answer.windows.five_minutes, answer.windows.hour, answer.windows.day)
    assert [each.count for each in windows] == [5, 5, 5]
    assert [each.share for each in windows] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("closed", [Closed(MIDNIGHT + hour * HOUR, MIDNIGHT) for hour in (11, 12)])
@given(
    listed=st.lists(st.integers(EPOCH_NOW - 2 * HOUR, EPOCH_NOW), min_size=1, max_size=10),
    since=st.lists(st.integers(EPOCH_NOW - 2 * HOUR, EPOCH_NOW), max_size=10),
    late=st.booleans(),
)
@settings(some, max_examples=10)
def test_no_best_hour_has_more_than_a_window_around_it_whatever_came_since_the_lists(
    closed: Closed, listed: list[int], since: list[int], *, late: bool
) -> None:
    before = [Event(at, "post", "en", ("a",)) for at in listed]
    behind = Shelf(before, closed)
    behind.keep_lists()
    shelf = Shelf([*before, *(Event(at, "post", "en", ("a",)) for at in since)], closed)
    shelf.views = behind.views
    now = NOW + timedelta(minutes=1) if late else NOW  # the lists of the minute that has just begun are not made yet
    answer = queries_of(shelf, lambda: now).value("hashtag", "a")
    windows = answer.windows
    assert answer.peak is not None
    assert answer.first_seen is not None
    assert windows.five_minutes.count <= windows.hour.count <= windows.day.count
    assert windows.day.count == len(listed) + len(since)
    assert datetime.fromisoformat(answer.first_seen.start).timestamp() == min(listed + since) // 60 * 60
    if datetime.fromisoformat(answer.peak.start).timestamp() == MIDNIGHT + 12 * HOUR:
        assert answer.peak.count <= windows.hour.count


def test_a_value_never_seen_is_zeros_and_nulls() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ("a",))], Closed(MIDNIGHT + 12 * HOUR, MIDNIGHT))
    answer = queries_of(shelf).value("hashtag", "b")
    windows = (answer.windows.five_minutes, answer.windows.hour, answer.windows.day)
    assert [(each.count, each.count_before, each.share, each.rank, each.change) for each in windows] == [
        (0, 0, 0.0, None, None)
    ] * 3
    assert (answer.first_seen, answer.peak) == (None, None)


def test_a_value_of_which_more_came_since_the_lists_than_all_that_they_count_has_a_share_of_one() -> None:
    listed = Shelf([Event(EPOCH_NOW, "post", "en", ("b",))], Closed())
    listed.keep_lists()
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", (tag,)) for tag in "baaa"], Closed())
    shelf.views = listed.views
    said = queries_of(shelf).value("hashtag", "a").windows.hour
    assert (said.count, said.share, said.rank) == (3, 1.0, None)


def test_a_hidden_value_is_answered_as_one_never_seen() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ("a",))], Closed(MIDNIGHT + 12 * HOUR, MIDNIGHT))
    shelf.hide["hashtag"] = {"a"}
    queries = queries_of(shelf)
    hidden, unknown = (queries.value("hashtag", value).model_dump() | {"value": ""} for value in ("a", "b"))
    assert hidden == unknown
    compared = queries.compare("hashtag", ["a", "b"], Level.MINUTE, None, None)
    assert [each.total for each in compared.series] == [0, 0]


def test_a_comparison_has_each_values_series_in_the_order_asked_for() -> None:
    given_events = [Event(EPOCH_NOW - ago, "post", "en", ("a", "b/c")) for ago in (0, 60, 3_000)]
    given_events.append(Event(EPOCH_NOW, "post", "en", ("a",)))
    queries = queries_of(Shelf(given_events, Closed(MIDNIGHT + 12 * HOUR, MIDNIGHT)))
    compared = queries.compare("hashtag", ["b/c", "#A", "none"], Level.MINUTE, NOW - timedelta(days=1), None)
    assert [(each.value, each.total) for each in compared.series] == [("b/c", 3), ("a", 4), ("none", 0)]
    for each in compared.series:
        single = queries.series("hashtag", each.value, Level.MINUTE, NOW - timedelta(days=1), None)
        assert each.counts == [point.count for point in single.points]
        assert compared.starts == [point.start for point in single.points]
    assert len(compared.starts) > DAY // 60
