"""What was read and has not changed is not read again; what is read is what the notes promise."""

from concurrent.futures import Executor, Future
from typing import Any

import pytest

from consumers.counts import empty
from consumers.schedule import HOUR, MINUTE
from consumers.tables import Level
from consumers.trends.loading import bucket_items
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from consumers.views.memory import Change, Memory, Part
from tests.unit.consumers.rollup.making import RETENTION, SCHEDULE, SerialExecutor, plenty
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

NOON = 1_763_812_800
"""2025-11-22T12:00:00Z."""
NOW = NOON + 10 * MINUTE + 5.0
CLOSED = LevelsState(NOON, NOON, 0, 0, newest_arrival_ms=7)


class Trends:
    """A trends table whose minutes are written whole and noted."""

    def __init__(self, state: LevelsState = CLOSED) -> None:
        self.dynamodb = SimulatedTables()
        self.table = TrendsTable(self.dynamodb.client(), TRENDS_TABLE)
        self.table.create_state(state)
        self.memory = Memory(self.table, SCHEDULE, SerialExecutor())

    def write(self, level: Level, start: int, count: int) -> None:
        counts = empty() | {"hashtag": {"rivers": count}, "lang": {"en": count}}
        for item in bucket_items(level, start, counts, schedule=SCHEDULE, retention=RETENTION):
            held = self.table.get(level, start, item.bucket)
            self.table.put(held.succeeded_by(item.counts, item.vector, None) if held else item)

    def note(self, *minutes: int) -> None:
        for minute in minutes:
            self.table.note_changes(Level.HOUR.floor(minute), {minute: None}, NOON + HOUR)

    def look(self, *named: int, now: float = NOW) -> Change:
        change = self.memory.look(now, named, plenty)
        assert change is not None
        return change

    def queries(self) -> int:
        return self.dynamodb.calls.count("Query")


def test_before_anything_was_counted_there_is_nothing_to_look_at() -> None:
    dynamodb = SimulatedTables()
    memory = Memory(TrendsTable(dynamodb.client(), TRENDS_TABLE), SCHEDULE, SerialExecutor())
    assert memory.look(NOW, (), plenty) is None


def test_a_minute_is_read_again_only_when_it_was_noted() -> None:
    trends = Trends()
    part = Part(Level.MINUTE, NOON)
    trends.write(Level.MINUTE, NOON, 3)
    trends.note(NOON)
    first = trends.look().read([part])[part]
    assert (first.count("hashtag", "rivers"), first.count("lang", "en"), first.count("lang", "de")) == (3, 3, 0)

    change = trends.look()
    before = trends.queries()
    assert change.read([part])[part] is first
    assert trends.queries() == before

    trends.write(Level.MINUTE, NOON, 5)
    trends.note(NOON)
    assert trends.look().read([part])[part].count("hashtag", "rivers") == 5


def test_an_hour_is_read_again_when_any_of_its_minutes_was_noted() -> None:
    trends = Trends()
    part = Part(Level.HOUR, NOON - HOUR)
    trends.write(Level.HOUR, NOON - HOUR, 3)
    assert trends.look().read([part])[part].count("lang", "en") == 3
    trends.write(Level.HOUR, NOON - HOUR, 4)
    assert trends.look().read([part])[part].count("lang", "en") == 3
    trends.note(NOON - MINUTE)
    assert trends.look().read([part])[part].count("lang", "en") == 4


def test_what_is_empty_is_remembered_too() -> None:
    trends = Trends()
    parts = [Part(Level.MINUTE, NOON), Part(Level.MINUTE, NOON + MINUTE)]
    assert [packed.buckets for packed in trends.look().read(parts).values()] == [(), ()]
    change, before = trends.look(), trends.queries()
    change.read(parts)
    assert trends.queries() == before


def test_an_hour_that_is_not_closed_is_refused() -> None:
    with pytest.raises(ValueError, match="is not closed: read its minutes"):
        Trends().look().read([Part(Level.HOUR, NOON)])


def test_hours_are_told_until_they_are_done_with() -> None:
    trends = Trends()
    trends.note(NOON, NOON - HOUR)
    first = trends.look()
    assert first.hours == {NOON, NOON - HOUR}
    assert trends.look().hours == first.hours
    trends.memory.done(first)
    assert trends.look().hours == set()
    trends.note(NOON)
    assert trends.look().hours == {NOON}


def test_an_hour_of_long_ago_is_told_when_it_is_named() -> None:
    trends = Trends()
    long_ago = NOON - 100 * HOUR
    trends.note(long_ago, long_ago, long_ago + MINUTE)
    assert trends.look().hours == set()
    change = trends.look(long_ago)
    assert change.hours == {long_ago}
    assert (change.version(long_ago, long_ago + HOUR), change.version(long_ago, long_ago + MINUTE)) == (3, 2)


def test_versions_of_a_time_that_nobody_named_are_asked_for() -> None:
    trends = Trends()
    long_ago = NOON - 100 * HOUR
    trends.note(long_ago)
    assert trends.look().version(long_ago - HOUR, NOON) == 1


def test_hours_are_read_as_minutes_until_they_are_closed() -> None:
    parts = Trends().look().coarsest(NOON - HOUR, NOON + HOUR)
    minutes = [Part(Level.MINUTE, NOON + minute * MINUTE) for minute in range(60)]
    assert parts == [Part(Level.HOUR, NOON - HOUR), *minutes]


def test_what_is_too_old_to_hold_is_read_each_time() -> None:
    trends = Trends()
    part = Part(Level.MINUTE, NOON - 10 * HOUR)
    trends.look().read([part])
    change, before = trends.look(), trends.queries()
    change.read([part])
    assert trends.queries() > before


class FirstFails(Executor):
    """Has failed at the first thing it was given, and not begun with the others."""

    def __init__(self) -> None:
        self.given: list[Future[Any]] = []

    def submit(self, _task: Any, /, *_arguments: object, **_named: object) -> Future[Any]:  # noqa: ANN401 - as Executor has it
        future: Future[Any] = Future()
        if not self.given:
            future.set_exception(ConnectionError("gone"))
        self.given.append(future)
        return future


def test_after_a_query_that_failed_no_other_is_begun() -> None:
    pool = FirstFails()
    memory = Memory(Trends().table, SCHEDULE, pool)
    change = memory.look(NOW, (), plenty)
    assert change is not None
    with pytest.raises(ConnectionError, match="gone"):
        change.read([Part(Level.MINUTE, NOON), Part(Level.MINUTE, NOON + 2 * MINUTE)])
    others = pool.given[1:]
    assert others
    assert all(future.cancelled() for future in others)
