"""Whatever the stream, the tables, the clock and other writers do: minutes, hours and days are what a Counter says."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consumers import counts as counting
from consumers.counts import Counts
from consumers.pane_log.segment import Segment
from consumers.rollup.allowance import Allowance
from consumers.rollup.levels import CLOSE_AFTER_SECONDS, TAKE_OVER_SECONDS
from consumers.rollup.memory import Memory
from consumers.rollup.report import Report
from consumers.rollup.rollup import CLOSE_AGAIN_SECONDS, Rollup
from consumers.schedule import DAY, HOUR
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep
from consumers.tables import Level
from consumers.trends.state import LevelsState
from simulation.scheduler import Scheduler
from simulation.services.faults import Fault
from tests.unit.consumers.rollup.making import (
    BUCKETS,
    SerialExecutor,
    a_rollup,
    a_segment,
    an_address,
    append,
    plenty,
    some_counts,
)
from tests.unit.consumers.simulated_tables import LOG_TABLE, SimulatedTables

MIDNIGHT = 1_763_769_600
"""2025-11-22T00:00:00Z: the minutes lie around it, in two days and four hours."""
MINUTES = [MIDNIGHT + seconds for seconds in (-2 * HOUR, -HOUR - 60, -HOUR, -60, 0, 60, HOUR - 60, HOUR)]
RUNS = 40
LATEST = MIDNIGHT + 4 * HOUR
"""The clock leaps no further, so that what is gathered then is due before `END`."""
END = MIDNIGHT + 20 * HOUR
"""Before the second day is over."""

FAULTS = [fault for fault in Fault if fault is not Fault.NONE]
EXPECTED_ERRORS = (ClientError, BotoCoreError)


class World:
    """Two rollups and a sweep over one pair of tables; all chance comes from one seed.

    Where it `gathers`, much comes late for its minute, and rollup may not always count that at once.
    """

    def __init__(self, seed: int, *, gathers: bool = False) -> None:
        self.random = random.Random(seed)
        self.now = MIDNIGHT - HOUR + self.random.uniform(0, 2 * HOUR)
        self.dynamodb = SimulatedTables()
        self.dynamodb.before_call = self._before_call
        self.fault_rate = self.random.choice([0.0, 0.02, 0.15])
        self.dynamodb.lag = lambda: self.random.choice([0, 1, 3, 30])
        self.scheduler = Scheduler(seed, 0.0)
        self.late = [0, 30, 2 * HOUR] if gathers else [0]
        self.segments = self._segments()
        append(self.dynamodb, *self.segments)
        memories = [Memory(self.random.choice([0, 20, 10_000])) for _ in range(2)]
        shares = [self.random.choice([0.0, 0.25]) if gathers else 0.25 for _ in memories]
        self.rollups = [
            a_rollup(self.dynamodb, self._clock, memory, allowance=Allowance(share))
            for memory, share in zip(memories, shares, strict=True)
        ]
        self.sweep = Sweep(
            a_rollup(self.dynamodb, self._clock),
            LogProbe(self.dynamodb.client(), LOG_TABLE, lambda _: None),
            hours=48,
            pool=SerialExecutor(),
            clock=self._clock,
        )

    def _segments(self) -> list[Segment]:
        made = []
        for minute in self.random.sample(MINUTES, self.random.randint(1, 5)):
            for index in self.random.sample(range(4), self.random.randint(1, 3)):
                for number in range(self.random.randint(1, 4)):
                    hashtags = self.random.sample("abcdefgh", self.random.randint(0, 3))
                    counts = some_counts(*hashtags, events=self.random.randint(1, 300))
                    arrived_ms = (minute + 60 + self.random.choice(self.late)) * 1_000 + number
                    address = an_address(index, minute)
                    made.append(a_segment(number, address=address, counts=counts, arrived_ms=arrived_ms))
        return made

    def deliveries(self) -> tuple[list[Segment], list[Segment]]:
        """Return what two shards bring: any order, some of it twice, some of it never."""
        brought = [segment for segment in self.segments if self.random.random() < 0.85]
        brought += [segment for segment in self.segments if self.random.random() < 0.3]
        self.random.shuffle(brought)
        cut = self.random.randint(0, len(brought))
        return brought[:cut], brought[cut:]

    def _clock(self) -> float:
        return self.now

    def _before_call(self, _: str) -> Fault:
        self.scheduler.pause()
        if self.random.random() < 0.05 and self.now < LATEST:
            self.now += self.random.choice([1, 60, HOUR // 2, TAKE_OVER_SECONDS])
        return self.random.choice(FAULTS) if self.random.random() < self.fault_rate else Fault.NONE

    def consume(self, rollup: Rollup, segments: list[Segment]) -> None:
        """Deliver in batches, each again until nothing of it failed, as Lambda does."""
        at = runs = 0
        while batch := segments[at : at + self.random.randint(1, 6)]:
            report = rollup.apply(batch, plenty)
            rollup.close_due(report, plenty, most=1, take_over_after=TAKE_OVER_SECONDS)
            rollup.corrections.apply_due(report, plenty)
            failed = (position for position, segment in enumerate(batch) if report.failure(segment.address))
            at += next(failed, len(batch))
            runs += 1
            if runs == RUNS:  # even the worst outage ends
                self.fault_rate = 0

    def close(self, rollup: Rollup) -> None:
        """Close what is due, as an invocation without segments would."""
        report = Report()
        rollup.bring_up_to_date([], report, plenty)
        rollup.close_due(report, plenty, most=1, take_over_after=0)

    def sweep_once(self) -> None:
        try:
            self.sweep.run(plenty)
        except EXPECTED_ERRORS:
            return

    def apply_due(self) -> None:
        """Let everything that was gathered be due, and apply it."""
        self.now = max(self.now, END)
        report = Report()
        self.rollups[0].bring_up_to_date([], report, plenty)
        self.rollups[0].corrections.apply_due(report, plenty, most=48, step=HOUR)
        assert report.reasons() == []

    def settle(self) -> None:
        """End all faults, let the last hour be over, and let the sweep come round to all hours once."""
        self.fault_rate = 0
        self.dynamodb.lag = lambda: 0
        self.now = max(self.now + CLOSE_AGAIN_SECONDS, MIDNIGHT + 2 * HOUR + CLOSE_AFTER_SECONDS)
        if len(self.late) > 1:
            self.apply_due()
        self.sweep.rollup.table.save_sweep_cursor(MIDNIGHT + HOUR)
        for hour in (1, 0, -1, -2):
            report = self.sweep.run(plenty)
            assert (report.hours, report.rollup.reasons()) == ([MIDNIGHT + hour * HOUR], [])

    def stored(self, level: Level) -> dict[int, Counts]:
        found: dict[int, Counts] = defaultdict(counting.empty)
        for bucket in range(BUCKETS):
            for item in self.sweep.rollup.table.query(level, bucket, MIDNIGHT - DAY, MIDNIGHT + DAY, consistent=True):
                counting.add(found[item.start], item.counts)
        return dict(found)

    def counted(self, level: Level) -> dict[int, Counts]:
        """Count the segments with nothing of the project's."""
        counters: dict[int, dict[str, Counter[str]]] = {}
        for segment in self.segments:
            start = segment.address.pane // level.seconds * level.seconds
            of_start = counters.setdefault(start, {dimension: Counter() for dimension in counting.DIMENSIONS})
            for dimension, values in segment.counts.items():
                of_start[dimension].update(values)
        # The second day is not over, so it has no sum yet.
        closed = {start: found for start, found in counters.items() if level is not Level.DAY or start < MIDNIGHT}
        return {start: {name: dict(values) for name, values in found.items()} for start, found in closed.items()}


@pytest.mark.parametrize("level", list(Level))
def test_segments_delivered_whole_and_once_are_counted_as_a_counter_counts(level: Level) -> None:
    world = World(seed=1)
    world.fault_rate = 0
    world.consume(world.rollups[0], world.segments)
    world.settle()
    assert world.stored(level) == world.counted(level)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
@example(seed=0)
def test_two_rollups_and_a_sweep_at_once_end_exact(seed: int) -> None:
    """Segments repeated, reordered, left out; writes refused and answers lost; hours closing while late ones come."""
    world = World(seed)
    ours, theirs = world.deliveries()

    def sweeps() -> None:
        for _ in range(world.random.randint(0, 3)):
            world.sweep_once()

    world.scheduler.interleave(
        lambda: world.consume(world.rollups[0], ours), lambda: world.consume(world.rollups[1], theirs), sweeps
    )
    world.settle()
    for level in Level:
        assert world.stored(level) == world.counted(level), level


@given(seed=st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_late_segments_race_the_closing_of_their_hours_and_end_exact(seed: int) -> None:
    """Without the sweep, which would repair what the rules of closing and correcting had missed."""
    world = World(seed)
    world.now = MIDNIGHT - 2 * HOUR
    first, *late = world.segments
    world.consume(world.rollups[0], [first])  # makes the state: all hours of the test are open
    world.now = MIDNIGHT + 2 * HOUR + CLOSE_AFTER_SECONDS
    world.random.shuffle(late)
    cut = world.random.randint(0, len(late))

    def closes() -> None:
        for _ in range(8):
            world.close(world.rollups[1])

    world.scheduler.interleave(
        lambda: world.consume(world.rollups[0], late[:cut]), lambda: world.consume(world.rollups[1], late[cut:]), closes
    )
    world.fault_rate = 0
    for _ in range(8):
        world.now += 60  # a closing that failed is tried again after a minute
        world.close(world.rollups[0])
    for level in Level:
        assert world.stored(level) == world.counted(level), level


@given(seed=st.integers(0, 2**32))
@settings(max_examples=250, deadline=None)
def test_late_segments_race_each_other_and_the_closing_of_their_day(seed: int) -> None:
    world = World(seed)
    world.fault_rate = 0
    world.now = MIDNIGHT + CLOSE_AFTER_SECONDS
    world.segments = [a_segment(address=an_address(minute=MIDNIGHT + late)) for late in (-60, -HOUR, -2 * HOUR)]
    hours_closed = LevelsState(closing=MIDNIGHT, closed=MIDNIGHT, day_closing=MIDNIGHT - DAY, day_closed=MIDNIGHT - DAY)
    world.rollups[0].table.create_state(hours_closed)
    world.scheduler.interleave(
        lambda: world.close(world.rollups[0]),
        *(
            lambda rollup=rollup, segment=segment: world.consume(rollup, [segment])
            for rollup, segment in zip((*world.rollups, world.sweep.rollup), world.segments, strict=True)
        ),
    )
    for level in Level:
        assert world.stored(level) == world.counted(level), level


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_what_is_gathered_is_counted_once_when_it_is_due(seed: int) -> None:
    """Kept by one rollup, counted at once by the other, applied by whoever comes first, met by the sweep meanwhile."""
    world = World(seed, gathers=True)
    ours, theirs = world.deliveries()
    world.scheduler.interleave(
        lambda: world.consume(world.rollups[0], ours), lambda: world.consume(world.rollups[1], theirs), world.sweep_once
    )
    world.settle()
    for level in Level:
        assert world.stored(level) == world.counted(level), level


def test_what_was_gathered_is_counted_without_the_sweep() -> None:
    world = World(seed=7, gathers=True)
    world.fault_rate = 0
    world.rollups = [a_rollup(world.dynamodb, lambda: world.now, allowance=Allowance(0.0)) for _ in range(2)]
    world.segments = [
        a_segment(number, address=an_address(0, minute), arrived_ms=(minute + HOUR) * 1_000)
        for minute in MINUTES
        for number in range(2)
    ]
    append(world.dynamodb, *world.segments)
    world.now = LATEST
    report = world.rollups[0].apply(world.segments, plenty)
    assert (report.applied, report.gathered) == (0, len(world.segments))
    assert world.stored(Level.MINUTE) == {}
    world.apply_due()
    for level in Level:
        assert world.stored(level) == world.counted(level), level


def _all_vectors(world: World) -> Iterator[tuple[int, int]]:
    for bucket in range(BUCKETS):
        for item in world.sweep.rollup.table.query(
            Level.MINUTE, bucket, MIDNIGHT - DAY, MIDNIGHT + DAY, consistent=True
        ):
            yield item.start, sum(item.vector)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_each_bucket_of_a_minute_names_every_segment_in_the_end(seed: int) -> None:
    world = World(seed)
    world.consume(world.rollups[0], world.deliveries()[0])
    world.settle()
    segments = Counter(segment.address.minute for segment in world.segments)
    assert Counter(_all_vectors(world)) == dict.fromkeys(segments.items(), BUCKETS)
