"""Keeping what is late, and applying it when it is due, whatever fails meanwhile."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from consumers.pane_log.segment import encode
from consumers.rollup.allowance import Allowance
from consumers.rollup.lateness import due
from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.rollup.report import Report
from consumers.rollup.rollup import Rollup
from consumers.schedule import HOUR, Schedule
from consumers.tables import Level
from consumers.trends.late import LateSegment
from simulation.services.faults import Fault
from simulation.services.items import MAX_ITEM_BYTES, item_size
from tests.unit.consumers.rollup.making import (
    BUCKETS,
    MINUTE,
    SCHEDULE,
    a_rollup,
    a_segment,
    an_address,
    append,
    plenty,
    some_counts,
)
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

LATE = a_segment(0, "rivers", arrived_ms=(MINUTE + 600) * 1_000)
NOW = MINUTE + 600.0
DUE_BY = NOW + 2 * HOUR


class Late:
    """A rollup that may spend nothing on the past, and its clock."""

    def __init__(self, schedule: Schedule = SCHEDULE) -> None:
        self.now = NOW
        self.dynamodb = SimulatedTables()
        append(self.dynamodb, LATE)
        self.rollup = self.another(schedule)
        self.rollup.levels.state()

    def another(self, schedule: Schedule = SCHEDULE) -> Rollup:
        return a_rollup(self.dynamodb, lambda: self.now, schedule=schedule, allowance=Allowance(0.0))

    def apply_due(self, rollup: Rollup | None = None, time_left: Callable[[], float] = plenty) -> Report:
        rollup = rollup or self.rollup
        report = Report()
        rollup.bring_up_to_date([], report, plenty)
        rollup.corrections.apply_due(report, time_left, most=100)
        return report

    def close_hour(self) -> None:
        self.now = NOW + HOUR
        closed = {"N": str(Level.HOUR.floor(MINUTE) + HOUR)}
        self.dynamodb.tables[TRENDS_TABLE]["rollup", "levels"] |= {"closing": closed, "closed": closed}

    def fail_hour(self) -> None:
        """Let the minute be written, and nothing after it."""
        table = self.dynamodb.tables[TRENDS_TABLE]
        self.dynamodb.before_call = lambda called: (
            Fault.THROTTLED
            if called == "PutItem" and sum(key[0].startswith("minute") for key in table) == BUCKETS
            else Fault.NONE
        )

    def counted(self, level: Level = Level.MINUTE) -> int:
        item = self.rollup.table.get(level, level.floor(MINUTE), 0)
        return 0 if item is None else item.counts["kind"]["post"]

    def fail(self, operation: str, fault: Fault) -> None:
        self.dynamodb.before_call = lambda called: fault if called == operation else Fault.NONE

    def heal(self) -> None:
        self.dynamodb.before_call = lambda _: Fault.NONE


@pytest.fixture
def late() -> Late:
    return Late()


def test_what_is_late_is_kept_and_counted_when_it_is_due(late: Late) -> None:
    report = late.rollup.apply([LATE], plenty)
    assert (report.gathered, report.applied, report.failure(LATE.address)) == (1, 0, None)
    assert late.apply_due().applied == 0
    late.now = DUE_BY
    assert (late.apply_due().applied, late.counted()) == (1, 1)


def test_it_is_counted_at_once_where_that_costs_little() -> None:
    late = Late()
    report = a_rollup(late.dynamodb, lambda: NOW).apply([LATE], plenty)
    assert (report.gathered, report.applied, late.counted()) == (0, 1, 1)


def test_what_is_dear_is_paid_from_the_allowance(late: Late) -> None:
    """Once the allowance is spent, what is late for another hour waits."""
    spent = iter(range(0, 10_000, 100))
    rollup = a_rollup(late.dynamodb, lambda: NOW, allowance=Allowance(0.01), spent=lambda: float(next(spent)))
    other = a_segment(address=an_address(minute=MINUTE - HOUR), arrived_ms=(MINUTE + 600) * 1_000)
    report = rollup.apply([other, LATE], plenty)
    assert (report.applied, report.gathered, late.counted()) == (1, 1, 1)


def test_a_minute_that_was_written_without_its_hour_is_finished_whatever_that_costs(late: Late) -> None:
    late.close_hour()
    spent = iter(range(0, 10_000, 100))
    rollup = a_rollup(late.dynamodb, lambda: late.now, allowance=Allowance(0.01), spent=lambda: float(next(spent)))
    late.fail_hour()
    assert rollup.apply([LATE], plenty).failure(LATE.address)
    late.heal()
    report = rollup.apply([LATE], plenty)
    assert (report.failure(LATE.address), report.gathered) == (None, 0)
    assert late.counted() == late.counted(Level.HOUR) == 1


@pytest.mark.parametrize("kept_before", [True, False])
def test_a_minute_that_was_written_without_its_hour_is_finished_when_it_is_due(
    late: Late, *, kept_before: bool
) -> None:
    """Where the batch that failed was a copy of one acknowledged before, or another function gets it and keeps it."""
    late.close_hour()
    if kept_before:
        assert late.rollup.apply([LATE], plenty).gathered == 1
    late.fail_hour()
    assert a_rollup(late.dynamodb, lambda: late.now).apply([LATE], plenty).failure(LATE.address)
    late.heal()
    if not kept_before:
        assert late.rollup.apply([LATE], plenty).gathered == 1
    assert (late.counted(), late.counted(Level.HOUR)) == (1, 0)
    late.now = due(MINUTE, late.now) + 60.0
    late.apply_due()
    assert (late.counted(), late.counted(Level.HOUR)) == (1, 1)


def test_a_batch_that_comes_again_keeps_the_same_and_counts_it_once(late: Late) -> None:
    for _ in range(3):
        late.rollup.apply([LATE], plenty)
    late.now = DUE_BY
    assert (late.apply_due().applied, late.counted()) == (1, 1)


def test_what_could_not_be_kept_comes_again(late: Late) -> None:
    late.fail("PutItem", Fault.THROTTLED)
    assert late.rollup.apply([LATE], plenty).failure(LATE.address)
    late.heal()
    assert not late.rollup.apply([LATE], plenty).failure(LATE.address)


def test_what_could_not_be_applied_for_an_hour_is_kept_anew(late: Late) -> None:
    late.rollup.apply([LATE], plenty)
    late.now = DUE_BY
    fail_first_put(late)
    report = late.apply_due()
    assert (late.counted(), len(report.reasons())) == (0, 1)
    late.now += 4 * HOUR
    assert (late.apply_due().applied, late.counted()) == (1, 1)


def fail_first_put(late: Late) -> None:
    failures = iter([Fault.THROTTLED])
    late.dynamodb.before_call = lambda called: next(failures, Fault.NONE) if called == "PutItem" else Fault.NONE


def test_a_call_that_failed_is_repeated_soon_since_the_minute_may_be_written_in_part(late: Late) -> None:
    late.rollup.apply([LATE], plenty)
    late.now = due(MINUTE, NOW) + 60.0
    fail_first_put(late)
    assert late.apply_due().applied == 0
    late.now += TAKE_OVER_SECONDS
    assert (late.apply_due().applied, late.counted()) == (1, 1)


def test_a_call_that_failed_holds_up_nothing_else(late: Late, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.rollup.corrections.SEGMENTS_AT_ONCE", 1)
    monkeypatch.setattr("consumers.trends.late.SEGMENTS_AN_ITEM", 1)
    segments = [a_segment(address=an_address(index), arrived_ms=(MINUTE + 600) * 1_000) for index in range(4)]
    late.rollup.apply(segments, plenty)
    late.now = due(MINUTE, NOW) + 60.0
    fail_first_put(late)
    assert late.apply_due().applied == 3
    late.now += TAKE_OVER_SECONDS
    report = late.apply_due()
    assert (report.applied, report.repeated, late.counted()) == (1, 3, 4)


def test_what_is_neither_applied_nor_kept_is_taken_over(late: Late) -> None:
    late.rollup.apply([LATE], plenty)
    late.now = due(MINUTE, NOW) + 60.0
    late.fail("PutItem", Fault.THROTTLED)
    late.apply_due()
    late.heal()
    other = late.another()
    assert late.apply_due(other).applied == 0  # for who knows whether the first is still at it
    late.now += TAKE_OVER_SECONDS
    assert (late.apply_due(other).applied, late.counted()) == (1, 1)


def test_two_at_once_do_not_both_apply(late: Late) -> None:
    late.rollup.apply([LATE], plenty)
    late.now = DUE_BY
    reports = []

    def interrupted(_: str) -> Fault:
        late.heal()
        reports.append(late.apply_due(late.another()))
        return Fault.NONE

    first = Report()
    late.rollup.bring_up_to_date([], first, plenty)
    late.dynamodb.before_call = interrupted
    late.rollup.corrections.apply_due(first, plenty, most=100)
    assert [report.applied for report in reports] == [1]
    assert (first.applied, first.repeated, late.counted()) == (0, 0, 1)


def test_without_time_nothing_is_begun(late: Late) -> None:
    late.rollup.apply([LATE], plenty)
    late.now = DUE_BY
    assert late.apply_due(time_left=lambda: 5.0).applied == 0
    assert late.apply_due().applied == 1


def test_what_there_is_no_time_for_is_left_to_another_run(late: Late, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither read nor kept anew for longer."""
    monkeypatch.setattr("consumers.rollup.corrections.SEGMENTS_AT_ONCE", 1)
    monkeypatch.setattr("consumers.trends.late.SEGMENTS_AN_ITEM", 1)
    segments = [a_segment(address=an_address(index), arrived_ms=(MINUTE + 600) * 1_000) for index in range(4)]
    late.rollup.apply(segments, plenty)
    late.now = due(MINUTE, NOW) + 60.0
    kept = [key for key in late.dynamodb.tables[TRENDS_TABLE] if key[0].startswith("late")]
    report = late.apply_due(time_left=lambda: 1.0 if late.rollup.table.get(Level.MINUTE, MINUTE, 2) else 300.0)
    assert report.reasons()[0].startswith("DeadlineError: no time left to bring what came late in hour")
    assert (len(report.reasons()), report.applied, late.counted()) == (1, 1, 1)
    assert [key for key in late.dynamodb.tables[TRENDS_TABLE] if key[0].startswith("late")] == kept
    late.now += TAKE_OVER_SECONDS
    assert (late.apply_due().applied, late.counted()) == (3, 4)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [({"v": {"N": "99"}}, "deploy newer code"), ({"c": {"B": b"?"}}, "holds no late segments")],
)
def test_what_cannot_be_read_is_reported_once_and_holds_up_nothing(
    late: Late, damage: dict[str, dict[str, Any]], reason: str
) -> None:
    """The sweep finds its segments in the log, since they are no longer pending."""
    other = a_segment(address=an_address(1), arrived_ms=(MINUTE + 600) * 1_000)
    append(late.dynamodb, other)
    late.rollup.apply([LATE], plenty)
    (key,) = [key for key in late.dynamodb.tables[TRENDS_TABLE] if key[0].startswith("late")]
    late.dynamodb.tables[TRENDS_TABLE][key] |= damage
    late.rollup.apply([other], plenty)
    late.now = DUE_BY
    report = late.apply_due()
    assert reason in report.reasons()[0]
    assert (report.applied, late.counted()) == (1, 1)
    late.now += TAKE_OVER_SECONDS
    assert late.apply_due().reasons() == []


def test_what_another_schedule_kept_waits_for_the_right_one(late: Late) -> None:
    late.rollup.apply([LATE], plenty)
    late.now = DUE_BY
    other = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 2, "buckets": 2}]')
    report = late.apply_due(late.another(other))
    assert "deploy ingest, rollup and sweep with the same SCHEDULE" in report.reasons()[0]
    late.now += 4 * HOUR
    assert late.apply_due().applied == 1


def test_the_first_run_after_older_code_begins_with_what_it_keeps(late: Late) -> None:
    del late.dynamodb.tables[TRENDS_TABLE]["rollup", "levels"]["late_done"]
    late.rollup.apply([LATE], plenty)
    late.apply_due()
    late.now = DUE_BY
    assert late.apply_due().applied == 1


def test_pending_is_what_is_kept_and_not_yet_due(late: Late) -> None:
    late.rollup.apply([LATE], plenty)
    hour = Level.HOUR.floor(MINUTE)
    unread: list[Exception] = []
    pending = partial(late.rollup.corrections.pending, unread=unread.append)
    assert pending(hour, int(NOW)) == {(LATE.address, 0)}
    assert pending(hour, int(DUE_BY)) == set()
    assert pending(hour - HOUR, int(NOW)) == set()
    assert unread == []


def test_what_is_too_large_to_be_kept_is_counted_at_once(late: Late) -> None:
    """The log's item has room for it, a late item has not."""
    random = Random(1)
    tags = ("".join(random.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=100)) for _ in range(5_988))
    counts = some_counts(events=94) | {"hashtag": dict.fromkeys(tags, 1)}
    large = a_segment(1, counts=counts, arrived_ms=(MINUTE + 600) * 1_000)
    assert item_size(encode(large)) <= MAX_ITEM_BYTES
    append(late.dynamodb, large)
    report = late.rollup.apply([large], plenty)
    assert (report.reasons(), report.gathered, late.counted()) == ([], 0, 95)


def test_many_segments_are_applied_some_at_a_time(late: Late, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.rollup.corrections.SEGMENTS_AT_ONCE", 2)
    monkeypatch.setattr("consumers.trends.late.SEGMENTS_AN_ITEM", 1)
    segments = [a_segment(number, arrived_ms=(MINUTE + 600) * 1_000) for number in range(5)]
    append(late.dynamodb, *segments)
    report = Report()
    late.rollup.corrections.keep(
        [LateSegment(each.address, each.number, each.counts, each.arrived_ms) for each in segments], report, plenty
    )
    assert report.gathered == 5
    late.now = DUE_BY
    assert (late.apply_due().applied, late.counted()) == (5, 5)
