"""Rollup, the sweep and two environments of views over simulated tables, and what a plain count says of their lists."""

import random
from collections import Counter
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from consumers.counts import DIMENSIONS
from consumers.pane_log.segment import Segment
from consumers.rollup.lateness import LATE_SECONDS
from consumers.rollup.levels import CLOSE_AFTER_SECONDS
from consumers.rollup.report import Report
from consumers.schedule import DAY, HOUR, MINUTE
from consumers.tables import list_key
from consumers.trends.table import TrendsTable
from consumers.views.lists.item import decode_list
from consumers.views.lists.top_list import MAX_RANK, MAX_RISEN, WITH_HISTORY, DimensionList, Entry, TopList
from consumers.views.lists.view import CORRECTED_EVERY_SECONDS, TopLists
from consumers.views.memory import Memory
from consumers.views.run import Views
from consumers.views.store import ViewStore
from consumers.views.windows import Window
from simulation.scheduler import Scheduler, Task
from simulation.services.faults import Fault
from tests.unit.consumers.rollup.making import (
    SCHEDULE,
    SerialExecutor,
    a_rollup,
    a_segment,
    an_address,
    append,
    plenty,
    some_counts,
)
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

MIDNIGHT = 1_763_769_600
"""2025-11-22T00:00:00Z."""
AGES = [0, 60, 120, 240, 300, 360, 600, 3_540, HOUR, HOUR + 60, 2 * HOUR, 23 * HOUR, DAY, DAY + HOUR, 47 * HOUR]
"""How long ago the minutes are that something is counted in, seconds."""
FAULTS = [fault for fault in Fault if fault is not Fault.NONE]
EXPECTED_ERRORS = (ClientError, BotoCoreError)


PART_SECONDS = {Window.FIVE_MINUTES: 60, Window.HOUR: 300, Window.DAY: 3_600}


class KilledError(BaseException):
    """The environment ended between two calls."""


class World:
    """All chance comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = MIDNIGHT + 3 * DAY + self.random.choice([0, 2, 58, 290, 301, HOUR - 5, HOUR / 2])
        self.dynamodb = SimulatedTables(lambda: self.now)
        self.dynamodb.before_call = self._before_call
        self.dynamodb.after_call = self._after_call
        self._lists: dict[Any, tuple[int, int]] = {}
        """What each list was made from."""
        self.fault_rate = self.random.choice([0.0, 0.05, 0.15])
        self.dynamodb.lag = lambda: self.random.choice([0, 1, 30])
        self.quiet = False
        """Whether the clock stands still."""
        self.scheduler = Scheduler(seed, 0.0)
        self.kill_rate = self.random.choice([0.0, 0.02])
        self._killable: set[Task | None] = set()
        self.rollups = [a_rollup(self.dynamodb, lambda: self.now) for _ in range(2)]
        self.environments = [self.views(), self.views()]
        self.segments = self._segments()
        append(self.dynamodb, *self.segments)

    @property
    def table(self) -> TrendsTable:
        return TrendsTable(self.dynamodb.client(), TRENDS_TABLE)

    def views(self) -> Views:
        """Start an environment that keeps lists."""
        store = ViewStore(self.dynamodb.client(), TRENDS_TABLE)
        memory = Memory(self.table, SCHEDULE, SerialExecutor())
        return Views(memory, store, [TopLists(store)], clock=lambda: self.now)

    def _segments(self) -> list[Segment]:
        made = []
        for age in self.random.sample(AGES, self.random.randint(1, 7)):
            minute = int(self.now - age) // 60 * 60
            for index in self.random.sample(range(4), self.random.randint(1, 2)):
                for number in range(self.random.randint(1, 3)):
                    hashtags = self.random.sample("abcdefgh", self.random.randint(0, 4))
                    counts = some_counts(*hashtags, events=self.random.randint(1, 3))
                    made.append(a_segment(number, address=an_address(index, minute), counts=counts))
        return made

    def _before_call(self, _: str) -> Fault:
        self.scheduler.pause()
        self._may_kill()
        if self.random.random() < 0.03 and not self.quiet:
            self.now += self.random.choice([1, 5, 5, 30, 60])
        return self.random.choice(FAULTS) if self.random.random() < self.fault_rate else Fault.NONE

    def _after_call(self, operation: str) -> None:
        if operation == "PutItem":
            self._compare_lists()
        self._may_kill()

    def _compare_lists(self) -> None:
        """See that no list has become an older one: a reader would see counts go back."""
        for key, item in self.dynamodb.tables[TRENDS_TABLE].items():
            if key[0].startswith("list#"):
                made = int(item["n"]["N"]), int(item["a"]["N"])
                assert made >= self._lists.get(key, made), f"{key} was made from {self._lists[key]}, now from {made}"
                self._lists[key] = made

    def _may_kill(self) -> None:
        if self.scheduler.current in self._killable and self.random.random() < self.kill_rate:
            raise KilledError

    def consume(self, number: int, segments: list[Segment]) -> None:
        """Deliver in batches, each again until nothing of it failed, as Lambda does."""
        rollup = self.rollups[number]
        at = runs = 0
        while batch := segments[at : at + self.random.randint(1, 6)]:
            report = rollup.apply(batch, plenty)
            rollup.close_due(report, plenty, most=1, take_over_after=0)
            failed = (position for position, segment in enumerate(batch) if report.failure(segment.address))
            at += next(failed, len(batch))
            runs += 1
            if runs == 40:  # even the worst outage ends
                self.fault_rate = 0

    def refresh(self, number: int, times: int) -> None:
        """Let an environment run; it may fail, or be killed at any call, and then another takes its place."""
        for _ in range(times):
            self.scheduler.pause()
            self._killable.add(self.scheduler.current)
            try:
                self.environments[number].refresh((), plenty)
            except EXPECTED_ERRORS:
                continue
            except KilledError:
                self.environments[number] = self.views()
            finally:
                self._killable.discard(self.scheduler.current)

    def settle(self) -> None:
        """End all faults, count everything, and let one environment, warm or new, run once more."""
        self.fault_rate = self.kill_rate = 0.0
        self.dynamodb.lag = lambda: 0
        self.consume(0, self.segments)
        self.now += CLOSE_AFTER_SECONDS if self.random.random() < 0.3 else 0
        self.close()
        self.now += CORRECTED_EVERY_SECONDS
        self.now += max(LATE_SECONDS - self.now % MINUTE, 0)
        self.quiet = True
        assert self.random.choice([*self.environments, self.views()]).refresh((), plenty).failures == {}

    def close(self) -> None:
        """Close what is due, as an invocation without segments would."""
        report = Report()
        self.rollups[0].bring_up_to_date([], report, plenty)
        self.rollups[0].close_due(report, plenty, most=48, take_over_after=0)

    def stored(self, window: Window, end: int) -> TopList | None:
        """Return the list that is in the table."""
        item = self.table.item(list_key(window, end), consistent=True)
        return None if item is None else decode_list(window, end, item)

    def counted(self, start: int, end: int) -> dict[str, Counter[str]]:
        """Count the segments of a time with nothing of the project's."""
        counters: dict[str, Counter[str]] = {dimension: Counter() for dimension in DIMENSIONS}
        for segment in self.segments:
            if start <= segment.address.pane // 60 * 60 < end:
                for dimension, values in segment.counts.items():
                    counters[dimension].update(values)
        return counters

    def expected(self, window: Window, end: int) -> dict[str, DimensionList]:
        """Say what a list should say."""
        start, length = end - window.seconds, PART_SECONDS[window]
        now, before = self.counted(start, end), self.counted(start - window.seconds, start)
        parts = [self.counted(at, at + length) for at in range(start, end, length)]
        return {name: _expected(name, now[name], before[name], parts) for name in DIMENSIONS}


def _expected(
    name: str, now: Counter[str], before: Counter[str], parts: list[dict[str, Counter[str]]]
) -> DimensionList:
    ranks = {value: place for place, value in enumerate(sorted(before, key=lambda each: (-before[each], each)), 1)}

    def entries(order: list[str]) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                value,
                now[value],
                before[value],
                ranks.get(value),
                tuple(part[name][value] for part in parts) if place < WITH_HISTORY else (),
            )
            for place, value in enumerate(order)
        )

    return DimensionList(
        now.total(),
        len(now),
        before.total(),
        entries(sorted(now, key=lambda value: (-now[value], value))[:MAX_RANK]),
        entries(sorted(now, key=lambda value: (before[value] - now[value], value))[:MAX_RISEN]),
    )
