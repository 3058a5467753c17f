"""Every number is what a plain count of the events says for that window."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS, Counts, empty
from consumers.schedule import Schedule
from consumers.tables import Level
from consumers.trends.item import BucketItem
from consumers.trends.loading import bucket_items
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from reporting.answers import Dimension, Trends
from reporting.plan import Closed
from reporting.problems import BadRequestError
from reporting.queries import Queries
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.windows import Window

HOUR, DAY = 3_600, 86_400
MIDNIGHT = 1_777_420_800  # 2026-04-29T00:00:00Z
NOW = datetime(2026, 4, 29, 12, 34, 56, tzinfo=UTC)
EPOCH_NOW = int(NOW.timestamp())
ARRIVED = EPOCH_NOW * 1_000 - 2_500

SCHEDULE = Schedule.parse(
    """[
      {"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 1, "buckets": 2},
      {"from": "2026-04-29T00:00:00Z", "seconds": 10, "groups": 1, "buckets": 3}
    ]"""
)
RETENTION = Retention.beyond(7)


class Event(NamedTuple):
    at: int
    kind: str
    lang: str
    hashtags: tuple[str, ...]

    def values(self, dimension: str) -> tuple[str, ...]:
        values = {"kind": (self.kind,), "lang": (self.lang,), "platform": ("demo",), "hashtag": self.hashtags}
        return values[dimension]


events = st.lists(
    st.builds(
        Event,
        st.one_of([st.integers(EPOCH_NOW - before, EPOCH_NOW + 300) for before in (300, HOUR, 30 * HOUR, 3 * DAY)]),
        st.sampled_from(["post", "reply", "repost", "like"]),
        st.sampled_from(["en", "ja", "und"]),
        st.lists(st.sampled_from(["a", "b/c", "café", "d e", "%41"]), max_size=2, unique=True).map(tuple),
    ),
    min_size=5,
    max_size=40,
)
some = settings(max_examples=40, deadline=None)  # an example builds and reads a whole table

marks = st.tuples(st.integers(0, 13), st.integers(0, 1)).map(
    lambda back: Closed(MIDNIGHT + 12 * HOUR - back[0] * HOUR, MIDNIGHT - back[1] * DAY)
)


class InOneThread(Executor):
    """Runs what it is given at once."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as Executor has it
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Shelf:
    """A trends table in memory, as rollup leaves it: items that are not closed yet hold a part of their counts."""

    def __init__(self, given_events: list[Event], closed: Closed, *, counted: bool = True) -> None:
        self.closed = closed
        self.counted = counted
        self.items: dict[tuple[Level, int, int], BucketItem] = {}
        self.asked: list[tuple[Level, int, bool]] = []
        for level in Level:
            counts: dict[int, Counts] = {}
            for event in given_events:
                start = level.floor(event.at)
                until = {Level.MINUTE: start + 1, Level.HOUR: closed.hour, Level.DAY: closed.day}[level]
                if start < until or event.kind == "like":
                    into = counts.setdefault(start, empty())
                    for dimension in DIMENSIONS:
                        for value in event.values(dimension):
                            into[dimension][value] = into[dimension].get(value, 0) + 1
            for start, total in counts.items():
                for item in bucket_items(level, start, total, schedule=SCHEDULE, retention=RETENTION):
                    self.items[level, start, item.bucket] = item

    def state(self, *, consistent: bool = True) -> LevelsState | None:
        assert not consistent
        if not self.counted:
            return None
        return LevelsState(self.closed.hour, self.closed.hour, self.closed.day, self.closed.day, ARRIVED)

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> list[BucketItem]:
        self.asked.append((level, bucket, consistent))
        times = range(start, end, level.seconds)
        return [self.items[level, time, bucket] for time in times if (level, time, bucket) in self.items]


def queries_of(shelf: Shelf) -> Queries:
    return Queries(TrendsReader(shelf, SCHEDULE, InOneThread()), RecentRankings(lambda: 0.0), lambda: NOW)


def plain_count(given_events: list[Event], dimension: str, start: str, end: str) -> Counter[str]:
    begins, ends = (int(datetime.fromisoformat(time).timestamp()) for time in (start, end))
    return Counter(value for event in given_events if begins <= event.at < ends for value in event.values(dimension))


def pages(
    queries: Queries, dimension: Dimension, asked: tuple[Window, datetime | None], limit: int
) -> Iterator[Trends]:
    window, end = asked
    page = queries.trends(dimension, window, limit, None, end)
    yield page
    while page.next_cursor:
        page = queries.trends(dimension, window, limit, page.next_cursor, None)
        yield page


windows = st.tuples(
    st.sampled_from(Window),
    st.none() | st.integers(-2 * DAY, 600).map(lambda offset: NOW + timedelta(seconds=offset)),
)


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


@some
@given(events, marks, windows)
def test_a_summary_is_a_plain_count_of_its_windows_events(
    given_events: list[Event], closed: Closed, asked: tuple[Window, datetime | None]
) -> None:
    summary = queries_of(Shelf(given_events, closed)).summary(*asked)

    for dimension in DIMENSIONS:
        expected = plain_count(given_events, dimension, summary.from_, summary.to)
        breakdown = getattr(summary, dimension)
        assert {item.value: item.count for item in breakdown.items} == expected
        assert (breakdown.total, breakdown.distinct, breakdown.other) == (expected.total(), len(expected), 0)
    assert summary.events == summary.kind.total


@some
@given(
    events,
    marks,
    st.sampled_from(Level),
    st.sampled_from([("hashtag", "b/c"), ("hashtag", "café"), ("lang", "en"), ("kind", "like"), ("hashtag", "never")]),
)
def test_a_series_is_a_plain_count_in_each_bucket(
    given_events: list[Event], closed: Closed, granularity: Level, asked: tuple[Dimension, str]
) -> None:
    dimension, value = asked
    start = NOW - timedelta(hours=3) if granularity is Level.MINUTE else NOW - timedelta(days=4)
    series = queries_of(Shelf(given_events, closed)).series(dimension, value, granularity, start, None)

    edges = [point.start for point in series.points] + [series.to]
    assert edges[0] == series.from_
    counts = [plain_count(given_events, dimension, begins, ends)[value] for begins, ends in pairwise(edges)]
    assert [point.count for point in series.points] == counts
    assert series.total == sum(counts)


def test_a_breakdown_names_ten_values_and_sums_the_rest() -> None:
    given_events = [Event(EPOCH_NOW, "post", f"l{number:02}", ()) for number in range(13) for _ in range(20 - number)]
    lang = queries_of(Shelf(given_events, Closed())).summary(Window.HOUR, None).lang
    assert [item.value for item in lang.items] == [f"l{number:02}" for number in range(10)]
    assert lang.other == 10 + 9 + 8
    assert lang.distinct == 13
    assert lang.total == len(given_events) == sum(item.count for item in lang.items) + lang.other


def test_a_language_is_asked_for_without_reading_hashtags() -> None:
    shelf = Shelf([], Closed())
    queries_of(shelf).trends("lang", Window.DAY, 10, None, None)
    assert {bucket for _, bucket, _ in shelf.asked} == {0}


def test_one_hashtag_is_asked_for_in_its_bucket_of_each_day() -> None:
    shelf = Shelf([], Closed())
    queries_of(shelf).series("hashtag", "a", Level.HOUR, None, None)
    assert len({bucket for _, bucket, _ in shelf.asked}) <= 2
    assert 0 not in {bucket for _, bucket, _ in shelf.asked}


def test_before_anything_was_counted_nothing_is_read() -> None:
    shelf = Shelf([], Closed(), counted=False)
    queries = queries_of(shelf)
    series = queries.series("hashtag", "a", Level.DAY, NOW - timedelta(days=1_499), NOW)
    assert (series.total, len(series.points), series.as_of) == (0, 1_500, None)
    assert queries.trends("hashtag", Window.DAY, 10, None, None).distinct == 0
    assert queries.summary(Window.DAY, None).events == 0
    health = queries.health()
    assert (health.status, health.levels.hour, health.levels.day) == ("empty", None, None)
    assert not shelf.asked


@pytest.mark.parametrize("start", [NOW - timedelta(days=2), NOW + timedelta(days=9), NOW + timedelta(days=200_000)])
def test_a_time_that_is_far_ahead_costs_few_reads(start: datetime) -> None:
    shelf = Shelf([], Closed(MIDNIGHT + 12 * HOUR, MIDNIGHT))
    end = start + timedelta(days=1_499)
    series = queries_of(shelf).series("hashtag", "a", Level.DAY, start, end)
    assert (series.total, len(series.points)) == (0, 1_500)
    assert len(shelf.asked) <= 80  # at most two days by the minute, an hour each read


def test_values_are_normalised_as_events_are() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ("café",))], Closed())
    series = queries_of(shelf).series("hashtag", " #CAFÉ", Level.MINUTE, None, None)
    assert (series.value, series.total) == ("café", 1)
    assert queries_of(shelf).series("lang", "EN-gb", Level.MINUTE, None, None).total == 1


def test_all_pages_count_the_window_of_the_first_also_when_the_clock_moves_on() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", lang, ()) for lang in ("en", "ja")], Closed())
    clock = [NOW]
    queries = Queries(TrendsReader(shelf, SCHEDULE, InOneThread()), RecentRankings(lambda: 0.0), lambda: clock[0])
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


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(seconds=2.5), "ok"), (timedelta(seconds=120), "ok"), (timedelta(minutes=3), "stale")]
)
def test_health_says_how_old_the_newest_arrival_is(age: timedelta, status: str) -> None:
    shelf = Shelf([], Closed(MIDNIGHT, 0))
    now = datetime.fromtimestamp(ARRIVED / 1_000, UTC) + age
    health = Queries(TrendsReader(shelf, SCHEDULE, InOneThread()), RecentRankings(lambda: 0.0), lambda: now).health()
    assert (health.status, health.age_seconds) == (status, age.total_seconds())
    assert health.as_of == "2026-04-29T12:34:53.500Z"
    assert (health.levels.hour, health.levels.day) == ("2026-04-29T00:00:00Z", None)


def test_an_arrival_ahead_of_the_clock_is_of_no_age() -> None:
    before = datetime.fromtimestamp(ARRIVED / 1_000, UTC) - timedelta(seconds=1)
    queries = Queries(
        TrendsReader(Shelf([], Closed()), SCHEDULE, InOneThread()), RecentRankings(lambda: 0.0), lambda: before
    )
    assert (queries.health().status, queries.health().age_seconds) == ("ok", 0.0)


def test_what_is_read_is_tallied() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ())], Closed())
    with ThreadPoolExecutor(2) as pool:
        reader = TrendsReader(shelf, SCHEDULE, pool)
        Queries(reader, RecentRankings(lambda: 0.0), lambda: NOW).trends("lang", Window.HOUR, 1, None, None)
    tally = reader.take_tally()
    assert tally.items == 1
    assert tally.size == sum(
        len(item.packed) for key, item in shelf.items.items() if key[0] is Level.MINUTE and key[2] == 0
    )
    assert reader.take_tally() == (0, 0)
