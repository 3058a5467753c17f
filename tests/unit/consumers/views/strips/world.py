"""A trends table that changes, views of it in several environments, and what a plain count says."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from consumers.counts import Counts, empty
from consumers.schedule import DAY, HOUR, MINUTE, Schedule
from consumers.tables import Level
from consumers.trends.item import BucketItem, encode_item
from consumers.trends.loading import bucket_items
from consumers.trends.notes import note_request
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState, encode_state
from consumers.trends.table import TrendsTable
from consumers.views.memory import Memory
from consumers.views.store import ViewStore
from consumers.views.strips.table import StripsTable
from consumers.views.strips.view import StripsView
from reporting.queries.planning import Planning
from reporting.queries.value_counts import ValueCounts
from reporting.reader import TrendsReader
from reporting.windows import Span
from simulation.services.faults import Fault
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables
from tests.unit.reporting.queries.shelf import InOneThread

BEGIN = 1_777_582_800  # 2026-04-30T21:00:00Z: a day and a month end soon
SCHEDULE = Schedule.parse(
    """[
      {"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 1, "buckets": 2},
      {"from": "2026-05-01T00:00:00Z", "seconds": 10, "groups": 1, "buckets": 3}
    ]"""
)
RETENTION = Retention.beyond(7)


class CrashedError(Exception):
    """The environment ended in the middle of a refresh."""


class World:
    """Time, the trends table and those who keep strips of it."""

    def __init__(self) -> None:
        self.now = float(BEGIN)
        self.tables = SimulatedTables(clock=lambda: self.now)
        self.trends = TrendsTable(self.tables.client(), TRENDS_TABLE)
        self.time_left: Callable[[], float] = lambda: 900.0
        self.unread: Callable[[Exception], object] = _unread
        self.truth: dict[int, Counts] = defaultdict(empty)
        self.written: set[int] = set()
        self.views = [self._environment() for _ in range(2)]
        self._state()

    def count(self, minute: int, counts: dict[str, dict[str, int]]) -> None:
        """Count something in a minute, as rollup does: the minute, then what is closed above it, then the note."""
        truth = self.truth[minute]
        for dimension, values in counts.items():
            for value, number in values.items():
                truth[dimension][value] = truth[dimension].get(value, 0) + number
        self._load(Level.MINUTE, minute)
        hour, day = Level.HOUR.floor(minute), Level.DAY.floor(minute)
        if hour < self._closed(HOUR):
            self._load(Level.HOUR, hour)
        if day < self._closed(DAY):
            self._load(Level.DAY, day)
        self.note(minute)

    def note(self, minute: int) -> None:
        """Note that a minute has changed, or that it is not sure whether it has."""
        request = note_request(TRENDS_TABLE, Level.HOUR.floor(minute), {minute: None}, minute + 30 * DAY)
        self.tables.update_item(**request)

    def go_on(self, seconds: float) -> None:
        """Let time pass; hours and days close when theirs has come."""
        before = {Level.HOUR: self._closed(HOUR), Level.DAY: self._closed(DAY)}
        self.now += seconds
        for level, length in ((Level.HOUR, HOUR), (Level.DAY, DAY)):
            for start in range(before[level], self._closed(length), length):
                self._load(level, start)
        self._state()

    def refresh(self, which: int, crash_at: int | None = None, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Let an environment refresh its strips, end at a write, or have something happen before one."""
        calls = 0

        def before(operation: str) -> Fault:
            nonlocal calls
            if operation in ("PutItem", "UpdateItem"):
                calls += 1
                if calls == crash_at:
                    self.tables.before_call = restore
                    meanwhile()
                    if meanwhile is _nothing:
                        raise CrashedError
            return restore(operation)

        restore = self.tables.before_call
        if crash_at is not None:
            self.tables.before_call = before
        memory, view = self.views[which]
        try:
            change = memory.look(self.now, (), self.time_left)
            assert change is not None
            view.refresh(change)
            memory.done(change)
        except CrashedError:
            self.views[which] = self._environment()
        finally:
            self.tables.before_call = restore

    def crash(self, which: int, at: int) -> None:
        """Let an environment end just before its write of this number."""
        self.refresh(which, at, _nothing)

    def expire(self) -> None:
        """Delete what has expired."""
        self.tables.expire(TRENDS_TABLE, self.now)

    def answer(self, dimension: str, values: list[str], level: Level, span: Span) -> dict[str, Counter[int]]:
        """Return what the API reads."""
        reader = TrendsReader(self.trends, SCHEDULE, InOneThread(), _unread)
        counts = ValueCounts(reader, self.strips, Planning(lambda: datetime.fromtimestamp(self.now, UTC)))
        return counts.of(dimension, values, level, span, reader.freshness())

    def plain(self, dimension: str, values: list[str], level: Level, span: Span) -> dict[str, Counter[int]]:
        """Return what a plain count says."""
        counts: dict[str, Counter[int]] = {value: Counter() for value in values}
        for minute, found in self.truth.items():
            if span.start <= minute < span.end:
                for value in values:
                    if value in found[dimension]:
                        counts[value][level.floor(minute)] += found[dimension][value]
        return counts

    def minutes_read(self, ask: Callable[[], None]) -> set[int]:
        """Return which minutes' items are read while `ask` is done."""
        read: set[int] = set()

        class Watched(TrendsTable):
            def query(
                self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False
            ) -> list[BucketItem]:
                items = super().query(level, bucket, start, end, consistent=consistent)
                read.update(item.start for item in items if level is Level.MINUTE)
                return items

        trends, self.trends = self.trends, Watched(self.tables.client(), TRENDS_TABLE)
        ask()
        self.trends = trends
        return read

    @property
    def strips(self) -> StripsTable:
        """The strips, as readers have them."""
        return StripsTable(self.tables.client(), TRENDS_TABLE, lambda _: None, self.unread)

    def _environment(self) -> tuple[Memory, StripsView]:
        pool = InOneThread()
        view = StripsView(
            self.trends,
            self.strips,
            ViewStore(self.tables.client(), TRENDS_TABLE),
            schedule=SCHEDULE,
            retention=RETENTION,
            pool=pool,
            unread=lambda _, error: _unread(error),
        )
        return Memory(self.trends, SCHEDULE, pool), view

    def _closed(self, length: int) -> int:
        return int(self.now - 5 * MINUTE) // length * length

    def _state(self) -> None:
        hour, day = self._closed(HOUR), self._closed(DAY)
        self.tables.load(TRENDS_TABLE, [encode_state(LevelsState(hour, hour, day, day, int(self.now * 1_000)))])

    def _load(self, level: Level, start: int) -> None:
        total = empty()
        for minute, counts in self.truth.items():
            if level.floor(minute) == start:
                for dimension, values in counts.items():
                    for value, number in values.items():
                        total[dimension][value] = total[dimension].get(value, 0) + number
        if any(total.values()):
            for item in bucket_items(level, start, total, schedule=SCHEDULE, retention=RETENTION):
                self.tables.load(TRENDS_TABLE, encode_item(item))


def _nothing() -> None:
    """Crash."""


def _unread(error: Any) -> None:  # noqa: ANN401 - whatever went wrong
    raise error
