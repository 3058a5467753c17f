"""Hours are summed one after the other, with the clock at their end; what may go better is tried again."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from consumers.rebuild.folding import RebuildError
from consumers.rebuild.report import Report
from consumers.rebuild.summing import ATTEMPTS, EventClock, Summing
from consumers.rollup.contention import ContendedError
from consumers.rollup.levels import CLOSE_AFTER_SECONDS, Closed
from consumers.rollup.report import MinuteExpiredError
from consumers.schedule import HOUR
from consumers.sweep.sweep import Sweep, SweepReport
from consumers.tables import Level
from consumers.trends.state import Mark

NOW = 100 * HOUR


class FakeSweep:
    """Notes when it is asked for what, and says what it was told to say."""

    def __init__(self, clock: EventClock) -> None:
        self.clock = clock
        self.checked: list[tuple[int, float]] = []
        self.closed: list[float] = []
        self.marks: dict[Mark, int] = {}
        self.failures: list[BaseException] = []
        self.not_failing: list[BaseException] = []
        self.given_up: list[BaseException] = []
        levels = SimpleNamespace(state=lambda: None, close_due=self.close_due)
        table = SimpleNamespace(raise_mark=self.marks.__setitem__)
        self.rollup = SimpleNamespace(levels=levels, table=table)

    def check(self, minutes: range, report: SweepReport, _time_left: object) -> bool:
        self.checked.append((minutes[0], self.clock()))
        if self.failures:
            report.rollup.failed_minutes[minutes[0]] = self.failures.pop()
        report.rollup.not_failing += self.not_failing
        return True

    def close_due(self, *_: object, take_over_after: float) -> Iterator[Closed]:
        assert take_over_after == 0
        self.closed.append(self.clock())
        if self.given_up:
            yield Closed(Level.HOUR, 0, [self.given_up.pop()])


class World:
    def __init__(self) -> None:
        clock = EventClock(lambda: NOW)
        self.sweep = FakeSweep(clock)
        self.report = Report()
        self.told: list[str] = []
        self.waits: list[float] = []
        self.summing = Summing(
            cast(Sweep, cast(Any, self.sweep)),
            clock,
            self.report,
            tell=self.told.append,
            progress=lambda _: None,
            sleep=self.waits.append,
            seconds_left=lambda: 60.0,
        )


def test_each_hour_is_checked_and_closed_by_the_clock_of_its_end() -> None:
    world = World()
    world.summing.run([10 * HOUR, 12 * HOUR])
    ends = [11 * HOUR + CLOSE_AFTER_SECONDS, 13 * HOUR + CLOSE_AFTER_SECONDS]
    assert world.sweep.checked == [(10 * HOUR, ends[0]), (12 * HOUR, ends[1])]
    assert world.sweep.closed == [*ends, NOW]
    assert world.sweep.marks == {Mark.LATE_BEGUN: NOW, Mark.LATE_DONE: NOW}
    assert world.report.hours_summed == 2


def test_no_clock_tells_a_time_that_has_not_come() -> None:
    world = World()
    world.summing.run([NOW])
    assert world.sweep.checked == [(NOW, NOW)]


def test_what_may_go_better_is_tried_again_and_then_ends_it() -> None:
    world = World()
    world.sweep.failures = [ContendedError("minute")] * (ATTEMPTS - 1)
    world.summing.run([10 * HOUR])
    assert (world.report.hours_summed, len(world.waits)) == (1, ATTEMPTS - 1)
    world.sweep.failures = [ContendedError("minute")] * ATTEMPTS
    with pytest.raises(RebuildError, match=r"the hour from 1970-01-01T10:00:00\+00:00 could not be summed: Contended"):
        world.summing.run([10 * HOUR, 11 * HOUR])
    assert world.report.hours_summed == 1


def test_what_no_repetition_can_cure_is_told_once_and_holds_up_nothing() -> None:
    world = World()
    world.sweep.not_failing = [MinuteExpiredError(0)]
    world.sweep.given_up = [MinuteExpiredError(60)]
    world.summing.run([10 * HOUR])
    assert world.report.not_summed == len(world.told) == 2
    assert world.report.hours_summed == 1
    world.report.complete = True
    assert not world.report.well
    assert not world.waits
