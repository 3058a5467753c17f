"""A run finds what the stream lost, repairs it, and goes on where the last one ended."""

from collections.abc import Iterable
from typing import Any

import pytest

from consumers.counts import empty
from consumers.pane_log.segment import encode
from consumers.rollup.allowance import Allowance
from consumers.rollup.levels import CLOSE_AFTER_SECONDS
from consumers.schedule import DAY, HOUR, Address, Entry, Schedule
from consumers.sweep.plan import AHEAD_MINUTES, RECENT_MINUTES
from consumers.sweep.probe import Expected, LogProbe
from consumers.sweep.sweep import Sweep, addresses
from consumers.tables import HORIZON, Level
from consumers.trends.item import BucketItem, encode_item
from consumers.trends.state import LevelsState, encode_state
from simulation.services.faults import Fault
from tests.unit.consumers.rollup.making import (
    MINUTE,
    SCHEDULE,
    SerialExecutor,
    a_rollup,
    a_segment,
    an_address,
    append,
    plenty,
)
from tests.unit.consumers.simulated_tables import LOG_TABLE, TRENDS_TABLE, SimulatedTables

NOW = MINUTE + 1_200.0
CURRENT_HOUR = Level.HOUR.floor(NOW)
DAY_START = Level.DAY.floor(NOW)
ADDRESSES_A_MINUTE = 4
HOURS = 144
"""So that a run checks three hours."""


@pytest.fixture
def dynamodb() -> SimulatedTables:
    return SimulatedTables()


def a_sweep(dynamodb: SimulatedTables, now: float = NOW, schedule: Schedule = SCHEDULE, *, hours: int = HOURS) -> Sweep:
    rollup = a_rollup(dynamodb, lambda: now, schedule=schedule)
    probe = LogProbe(dynamodb.client(), LOG_TABLE, lambda _: None)
    return Sweep(rollup, probe, hours, pool=SerialExecutor(), clock=lambda: now)


def posts(dynamodb: SimulatedTables, level: Level, start: int) -> int | None:
    item = a_rollup(dynamodb).table.get(level, start, 0)
    return None if item is None else item.counts["kind"]["post"]


def test_addresses_come_in_order_of_their_position() -> None:
    found = list(addresses(MINUTE, SCHEDULE.at(MINUTE)))
    assert [address.position for address in found] == list(range(ADDRESSES_A_MINUTE))
    assert found[3] == Address(MINUTE + 30, 30, 1, 2)


def test_a_lost_segment_of_a_recent_minute_is_repaired(dynamodb: SimulatedTables) -> None:
    append(dynamodb, a_segment(0), a_segment(1), a_segment(0, address=an_address(3)))
    a_rollup(dynamodb).apply([a_segment(0)], plenty)
    report = a_sweep(dynamodb).run(plenty)
    assert (report.repaired, report.checks_failed) == (2, 0)
    assert report.rollup.applied == 2
    assert posts(dynamodb, Level.MINUTE, MINUTE) == 3
    assert a_sweep(dynamodb).run(plenty).repaired == 0


def test_a_bucket_that_was_not_written_is_repaired(dynamodb: SimulatedTables) -> None:
    append(dynamodb, a_segment(0, "rivers"))
    a_rollup(dynamodb).apply([a_segment(0, "rivers")], plenty)
    for bucket in (1, 2):
        del dynamodb.tables[TRENDS_TABLE][f"minute#2025-11-21T09#{bucket}", "2025-11-21T09:30"]
    assert a_sweep(dynamodb).run(plenty).repaired == 1
    table = a_rollup(dynamodb).table
    found = [table.get(Level.MINUTE, MINUTE, bucket) for bucket in (0, 1, 2)]
    assert [item and item.vector[0] for item in found] == [1, 1, 1]


def test_what_the_stream_is_about_to_bring_is_applied_but_is_no_repair(dynamodb: SimulatedTables) -> None:
    append(dynamodb, a_segment(0, arrived_ms=int(NOW * 1_000) - 5_000))
    report = a_sweep(dynamodb).run(plenty)
    assert (report.repaired, report.rollup.applied) == (0, 1)


def test_a_late_segment_that_has_just_come_is_no_repair(dynamodb: SimulatedTables) -> None:
    """Its minute is old, but rollup has yet to get it."""
    append(dynamodb, a_segment(0, arrived_ms=int(NOW * 1_000) - 5_000, address=an_address(minute=CURRENT_HOUR - HOUR)))
    report = a_sweep(dynamodb).run(plenty)
    assert (report.repaired, report.rollup.applied) == (0, 1)


def test_what_rollup_was_faster_to_apply_is_no_repair(dynamodb: SimulatedTables) -> None:
    append(dynamodb, a_segment(0))

    def be_faster(operation: str) -> Fault:
        if operation == "BatchGetItem":
            dynamodb.before_call = lambda _: Fault.NONE
            a_rollup(dynamodb).apply([a_segment(0)], plenty)
        return Fault.NONE

    dynamodb.before_call = be_faster
    report = a_sweep(dynamodb).run(plenty)
    assert (report.repaired, report.rollup.applied, report.rollup.repeated) == (0, 0, 1)


@pytest.mark.parametrize("damage", [{"e": {"B": b"?"}}, {"r": {"S": "?"}}, {"v": {"N": "99"}}])
def test_a_damaged_item_stops_neither_other_checks_nor_closing(
    dynamodb: SimulatedTables, damage: dict[str, dict[str, Any]]
) -> None:
    """The hour's other buckets are compared, the other hours as well, idle hours are closed, the next run goes on."""
    hour_before = an_address(minute=MINUTE - HOUR)
    append(dynamodb, *(a_segment(n, address=address) for n in range(2) for address in (an_address(), hour_before)))
    dynamodb.load(TRENDS_TABLE, [encode_state(LevelsState(*[CURRENT_HOUR - 3 * HOUR] * 2, *[DAY_START] * 2))])
    a_rollup(dynamodb).apply([a_segment(0)], plenty)
    dynamodb.tables[TRENDS_TABLE]["minute#2025-11-21T09#1", "2025-11-21T09:30"] |= damage
    report = a_sweep(dynamodb).run(plenty)
    assert report.hours == [CURRENT_HOUR - hour * HOUR for hour in range(4)][: len(report.hours)]
    assert len(report.hours) > 1
    assert report.checks_failed == 2  # among the recent minutes, and with its hour
    assert posts(dynamodb, Level.MINUTE, MINUTE) == 2
    assert posts(dynamodb, Level.MINUTE, MINUTE - HOUR) == 2
    state = a_rollup(dynamodb).table.state()
    assert state is not None
    assert state.closed == CURRENT_HOUR
    assert a_sweep(dynamodb).run(plenty).hours[0] == report.hours[-1] - HOUR


def test_a_damaged_cursor_begins_a_new_round(dynamodb: SimulatedTables) -> None:
    a_rollup(dynamodb).table.save_sweep_cursor(MINUTE)
    del dynamodb.tables[TRENDS_TABLE]["rollup", "sweep"]["hour"]
    report = a_sweep(dynamodb).run(plenty)
    assert (report.checks_failed, report.hours[0]) == (1, CURRENT_HOUR)
    assert a_sweep(dynamodb).run(plenty).checks_failed == 0


def test_a_log_that_cannot_be_read_now_stops_neither_the_round_nor_closing(dynamodb: SimulatedTables) -> None:
    dynamodb.load(TRENDS_TABLE, [encode_state(LevelsState(*[CURRENT_HOUR - 3 * HOUR] * 2, *[DAY_START] * 2))])
    dynamodb.before_call = lambda operation: Fault.THROTTLED if operation == "BatchGetItem" else Fault.NONE
    report = a_sweep(dynamodb).run(plenty)
    assert (report.addresses_checked, report.rollup.closed) == (0, 3)
    assert report.checks_failed == 1 + len(report.hours)


def test_what_nobody_foresaw_leaves_the_hour_and_closes(dynamodb: SimulatedTables) -> None:
    dynamodb.load(TRENDS_TABLE, [encode_state(LevelsState(*[CURRENT_HOUR - 3 * HOUR] * 2, *[DAY_START] * 2))])
    sweep = a_sweep(dynamodb)
    found, calls = sweep._probe.found, 0

    def fail_the_third_time(expected: Iterable[Expected]) -> list[Expected]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise LookupError("nobody foresaw")
        return found(expected)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep._probe, "found", fail_the_third_time)
        with pytest.raises(LookupError, match="nobody foresaw"):
            sweep.run(plenty)
    assert a_rollup(dynamodb).table.sweep_cursor() == CURRENT_HOUR - 2 * HOUR
    state = a_rollup(dynamodb).table.state()
    assert state is not None
    assert state.closed == CURRENT_HOUR


def test_old_hours_are_checked_as_the_slice_comes_round(dynamodb: SimulatedTables) -> None:
    old = an_address(minute=CURRENT_HOUR - 30 * HOUR)
    append(dynamodb, a_segment(0, address=old))
    runs = 0
    while not a_sweep(dynamodb).run(plenty).repaired:
        runs += 1
    assert runs == 10  # three hours a run
    assert posts(dynamodb, Level.HOUR, CURRENT_HOUR - 30 * HOUR) == 1
    assert posts(dynamodb, Level.DAY, DAY_START - DAY) == 1


def test_an_hour_and_a_day_that_lack_a_minute_are_summed_again(dynamodb: SimulatedTables) -> None:
    """Their minute's writer ended before it corrected them, and its batch was given up."""
    minute = CURRENT_HOUR - 11 * HOUR
    append(dynamodb, a_segment(0, address=an_address(minute=minute)))
    a_rollup(dynamodb, lambda: minute + 90.0).apply([a_segment(0, address=an_address(minute=minute))], plenty)
    all_closed = LevelsState(CURRENT_HOUR, CURRENT_HOUR, DAY_START, DAY_START)
    dynamodb.load(TRENDS_TABLE, [encode_state(all_closed)])
    a_rollup(dynamodb).table.save_sweep_cursor(minute)
    report = a_sweep(dynamodb).run(plenty)
    assert report.repaired == 0
    assert posts(dynamodb, Level.HOUR, minute) == 1
    assert posts(dynamodb, Level.DAY, DAY_START - DAY) == 1


def test_a_run_says_how_much_it_checked_and_where_the_next_goes_on(dynamodb: SimulatedTables) -> None:
    report = a_sweep(dynamodb).run(plenty)
    assert report.hours == [CURRENT_HOUR, CURRENT_HOUR - HOUR, CURRENT_HOUR - 2 * HOUR]
    recent = RECENT_MINUTES + AHEAD_MINUTES + 1
    assert report.addresses_checked == (recent + 3 * 60) * ADDRESSES_A_MINUTE
    assert a_sweep(dynamodb).run(plenty).hours[0] == CURRENT_HOUR - 3 * HOUR


def test_a_horizon_that_was_raised_is_told_by_each_run_until_it_is_sure(dynamodb: SimulatedTables) -> None:
    def raised(hours: int, now: float) -> bool | None:
        horizon = a_sweep(dynamodb, now, hours=hours).run(plenty).horizon
        return None if horizon is None else horizon.raised

    assert [raised(144, NOW), raised(144, NOW + HOUR)] == [False, False]
    assert [raised(192, NOW + 2 * HOUR), raised(192, NOW + 100 * HOUR)] == [True, True]
    assert raised(192, NOW + 200 * HOUR) is False
    dynamodb.load(TRENDS_TABLE, [{**HORIZON.attributes, "v": {"N": "1"}}])
    report = a_sweep(dynamodb).run(plenty)
    assert (report.horizon, report.checks_failed) == (None, 1)
    assert report.addresses_checked, "what is damaged stops nothing"


def test_when_time_runs_out_the_next_run_begins_with_what_is_left(dynamodb: SimulatedTables) -> None:
    left = iter([300.0, 300.0, 1.0, 1.0])
    report = a_sweep(dynamodb).run(lambda: next(left))
    assert report.hours == [CURRENT_HOUR]
    assert a_rollup(dynamodb).table.sweep_cursor() == CURRENT_HOUR - HOUR


def test_what_came_late_and_is_due_is_applied_by_a_run_without_time_for_checks(dynamodb: SimulatedTables) -> None:
    late = a_segment(arrived_ms=int(NOW * 1_000))
    append(dynamodb, late)
    rollup = a_rollup(dynamodb, lambda: NOW, allowance=Allowance(0.0))
    rollup.levels.state()
    assert rollup.apply([late], plenty).gathered == 1
    report = a_sweep(dynamodb, NOW + 3 * HOUR).run(lambda: 1.0 if "BatchGetItem" in dynamodb.calls else 300.0)
    assert (report.hours, posts(dynamodb, Level.MINUTE, MINUTE)) == ([], 1)


def test_what_came_late_leaves_half_of_the_time_to_checks(dynamodb: SimulatedTables) -> None:
    late = a_segment(arrived_ms=int(NOW * 1_000))
    append(dynamodb, late)
    rollup = a_rollup(dynamodb, lambda: NOW, allowance=Allowance(0.0))
    rollup.levels.state()
    rollup.apply([late], plenty)
    left = iter([300.0, 151.0])
    report = a_sweep(dynamodb, NOW + 3 * HOUR).run(lambda: next(left, 100.0))
    assert (len(report.hours), posts(dynamodb, Level.MINUTE, MINUTE)) == (3, None)


def test_a_segment_that_cannot_be_read_is_reported_and_the_others_are_repaired(dynamodb: SimulatedTables) -> None:
    newer = dict(encode(a_segment(0))) | {"v": {"N": "99"}}
    dynamodb.load(LOG_TABLE, [newer])
    append(dynamodb, a_segment(0, address=an_address(1)))
    report = a_sweep(dynamodb).run(plenty)
    assert "format version 99" in report.rollup.reasons()[0]
    assert posts(dynamodb, Level.MINUTE, MINUTE) == 1


def test_a_minute_of_another_schedule_is_reported_and_the_others_are_checked(dynamodb: SimulatedTables) -> None:
    finer = BucketItem.blank(Level.MINUTE, MINUTE, 0, positions=12, expires_at=1).succeeded_by(empty(), (1,) * 12, 1)
    dynamodb.load(TRENDS_TABLE, encode_item(finer))
    append(dynamodb, a_segment(0, address=an_address(minute=MINUTE + 60)))
    report = a_sweep(dynamodb).run(plenty)
    assert "written for 12 addresses a minute, the schedule now says 4" in report.rollup.reasons()[0]
    assert posts(dynamodb, Level.MINUTE, MINUTE + 60) == 1


@pytest.mark.parametrize("buckets", [1, 4])
def test_a_minute_of_other_buckets_is_reported_and_stays_as_it_is(dynamodb: SimulatedTables, buckets: int) -> None:
    append(dynamodb, a_segment(0), a_segment(1), a_segment(0, address=an_address(minute=MINUTE + 60)))
    a_rollup(dynamodb).apply([a_segment(0)], plenty)
    report = a_sweep(dynamodb, schedule=Schedule([Entry(0, 30, 2, buckets)])).run(plenty)
    assert f"written for 2 hashtag buckets, the schedule now says {buckets}" in report.rollup.reasons()[0]
    assert posts(dynamodb, Level.MINUTE, MINUTE) == 1
    assert posts(dynamodb, Level.MINUTE, MINUTE + 60) == 1


def test_idle_hours_are_closed(dynamodb: SimulatedTables) -> None:
    a_rollup(dynamodb).apply([a_segment(0)], plenty)
    later = CURRENT_HOUR + 3 * DAY + CLOSE_AFTER_SECONDS
    for _ in range(2):
        a_sweep(dynamodb, later).run(plenty)
    state = a_rollup(dynamodb).table.state()
    assert state is not None
    assert (state.closed, state.day_closed) == (CURRENT_HOUR + 3 * DAY, DAY_START + 3 * DAY)
    assert posts(dynamodb, Level.HOUR, CURRENT_HOUR) == 1
    assert posts(dynamodb, Level.DAY, DAY_START) == 1
