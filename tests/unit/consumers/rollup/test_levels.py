"""Hours are closed some time after their end, in order, by one at a time; days with their last hour."""

from collections.abc import Callable
from typing import Any

import pytest

from consumers.rollup.levels import CLOSE_AFTER_SECONDS, TAKE_OVER_SECONDS
from consumers.rollup.report import Report
from consumers.rollup.rollup import Rollup
from consumers.schedule import DAY, HOUR
from consumers.tables import Level, trend_key
from consumers.trends import item as items
from consumers.trends.item import BucketItem
from consumers.trends.state import LevelsState, Mark
from tests.unit.consumers.rollup.making import BUCKETS, MINUTE, a_rollup, a_segment, an_address, plenty
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

MIDNIGHT = Level.DAY.floor(MINUTE) + DAY


@pytest.fixture
def dynamodb() -> SimulatedTables:
    return SimulatedTables()


def a_state(dynamodb: SimulatedTables, closed: int, day_closed: int = MIDNIGHT - DAY) -> None:
    a_rollup(dynamodb).table.create_state(LevelsState(closed, closed, day_closed, day_closed))


def at(now: float) -> Callable[[], float]:
    return lambda: now


def close(rollup: Rollup, *, most: int = 1, take_over_after: float = TAKE_OVER_SECONDS) -> tuple[int, LevelsState]:
    report = Report()
    rollup.bring_up_to_date([], report, plenty)
    rollup.close_due(report, plenty, most=most, take_over_after=take_over_after)
    state = rollup.table.state()
    assert report.reasons() == []
    assert state is not None
    return report.closed, state


def test_an_hour_is_closed_some_time_after_its_end(dynamodb: SimulatedTables) -> None:
    a_state(dynamodb, MIDNIGHT - 3 * HOUR)
    due = MIDNIGHT - 2 * HOUR + CLOSE_AFTER_SECONDS
    a_rollup(dynamodb).apply([a_segment(address=an_address(minute=MIDNIGHT - 3 * HOUR))], plenty)
    assert close(a_rollup(dynamodb, at(due - 1)))[0] == 0
    closed, state = close(a_rollup(dynamodb, at(due)))
    assert closed == 1
    assert (state.closing, state.closed) == (MIDNIGHT - 2 * HOUR, MIDNIGHT - 2 * HOUR)
    hour = a_rollup(dynamodb).table.get(Level.HOUR, MIDNIGHT - 3 * HOUR, 0)
    assert hour is not None
    assert hour.counts["kind"] == {"post": 1}


def test_an_hour_in_which_nothing_happened_is_closed_without_items(dynamodb: SimulatedTables) -> None:
    a_state(dynamodb, MIDNIGHT - 3 * HOUR)
    assert close(a_rollup(dynamodb, at(MIDNIGHT)), most=5)[1].closed == MIDNIGHT - HOUR
    assert list(dynamodb.tables[TRENDS_TABLE]) == [("rollup", "levels")]


def test_a_run_closes_no_more_hours_than_it_may(dynamodb: SimulatedTables) -> None:
    a_state(dynamodb, MIDNIGHT - 20 * HOUR)
    assert close(a_rollup(dynamodb, at(MIDNIGHT)), most=5)[1].closed == MIDNIGHT - 15 * HOUR


def test_a_day_is_closed_with_its_last_hour(dynamodb: SimulatedTables) -> None:
    a_state(dynamodb, MIDNIGHT - 2 * HOUR)
    a_rollup(dynamodb).apply([a_segment(address=an_address(minute=MIDNIGHT - HOUR))], plenty)
    rollup = a_rollup(dynamodb, at(MIDNIGHT + CLOSE_AFTER_SECONDS))
    assert close(rollup)[1].day_closed == MIDNIGHT - DAY
    closed, state = close(rollup)
    assert closed == 2
    assert (state.closed, state.day_closing, state.day_closed) == (MIDNIGHT, MIDNIGHT, MIDNIGHT)
    day = rollup.table.get(Level.DAY, MIDNIGHT - DAY, 0)
    assert day is not None
    assert day.counts["kind"] == {"post": 1}


@pytest.mark.parametrize("before", [True, False])
def test_a_minute_written_while_its_hour_is_closed_is_in_the_sum(dynamodb: SimulatedTables, *, before: bool) -> None:
    """Just before the closer puts the hour's first item, or just after; no sweep comes to the rescue."""
    hour = MIDNIGHT - 3 * HOUR
    a_state(dynamodb, hour)
    closer, writer = (a_rollup(dynamodb, at(hour + HOUR + CLOSE_AFTER_SECONDS)) for _ in range(2))
    closer.apply([a_segment(0, "rivers", address=an_address(0, hour))], plenty)
    put, others = closer.table.put, iter([a_segment(0, "lakes", address=an_address(1, hour))])

    def put_while_another_writes(item: BucketItem) -> None:
        if not before:
            put(item)
        if item.level is Level.HOUR:
            writer.apply(others, plenty)
        if before:
            put(item)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closer.table, "put", put_while_another_writes)
        assert close(closer)[0] == 1
    assert next(others, None) is None
    for bucket in range(BUCKETS):
        minute, whole = (closer.table.get(level, hour, bucket) for level in (Level.MINUTE, Level.HOUR))
        assert minute is not None
        assert whole is not None
        assert minute.counts == whole.counts


@pytest.mark.parametrize("level", [Level.HOUR, Level.DAY])
def test_what_someone_else_began_is_left_to_them_for_a_while(dynamodb: SimulatedTables, level: Level) -> None:
    a_state(dynamodb, MIDNIGHT - HOUR if level is Level.HOUR else MIDNIGHT)
    a_rollup(dynamodb).table.raise_mark(Mark.closing(level), MIDNIGHT)
    due = MIDNIGHT + CLOSE_AFTER_SECONDS
    assert close(a_rollup(dynamodb, at(due + TAKE_OVER_SECONDS - 1)))[0] == 0
    assert close(a_rollup(dynamodb, at(due + TAKE_OVER_SECONDS)))[0] >= 1


def a_hole(level: Level) -> tuple[str, str]:
    """Return the key of the item of bucket 0 that the test damages."""
    return trend_key(level, MIDNIGHT - 3 * HOUR, 0)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"e": {"B": b"?"}}, "TrendsFormatError"),
        ({"c": {"B": b"?"}}, "TrendsFormatError"),
        ({"b": {"N": "9"}}, "ScheduleChangedError"),
    ],
)
def test_an_hour_that_cannot_be_summed_keeps_no_other_open(
    dynamodb: SimulatedTables, damage: dict[str, dict[str, Any]], reason: str
) -> None:
    """Its other buckets are summed, the later hours and the day are closed, and it is reported."""
    a_state(dynamodb, MIDNIGHT - 3 * HOUR)
    for hour in (3, 2):
        a_rollup(dynamodb).apply([a_segment(address=an_address(minute=MIDNIGHT - hour * HOUR))], plenty)
    dynamodb.tables[TRENDS_TABLE][a_hole(Level.MINUTE)] |= damage
    report = Report()
    rollup = a_rollup(dynamodb, at(MIDNIGHT + CLOSE_AFTER_SECONDS))
    rollup.bring_up_to_date([], report, plenty)
    rollup.close_due(report, plenty, most=5, take_over_after=TAKE_OVER_SECONDS)
    assert (report.closed, report.sums_given_up) == (4, 1)
    assert [text.partition(":")[0] for text in report.reasons()] == [reason]
    state = rollup.table.state()
    assert state is not None
    assert (state.closed, state.day_closed) == (MIDNIGHT, MIDNIGHT)
    assert rollup.table.get(Level.HOUR, MIDNIGHT - 3 * HOUR, 0) is None
    assert rollup.table.get(Level.HOUR, MIDNIGHT - 3 * HOUR, 1) is not None
    day = rollup.table.get(Level.DAY, MIDNIGHT - DAY, 0)
    assert day is not None
    assert day.counts["kind"] == {"post": 1}


def test_an_hour_that_newer_code_can_sum_waits_for_it(dynamodb: SimulatedTables) -> None:
    a_state(dynamodb, MIDNIGHT - 3 * HOUR)
    a_rollup(dynamodb).apply([a_segment(address=an_address(minute=MIDNIGHT - 3 * HOUR))], plenty)
    dynamodb.tables[TRENDS_TABLE][a_hole(Level.MINUTE)] |= {"v": {"N": "99"}}
    report = Report()
    rollup = a_rollup(dynamodb, at(MIDNIGHT + CLOSE_AFTER_SECONDS))
    rollup.bring_up_to_date([], report, plenty)
    rollup.close_due(report, plenty, most=5, take_over_after=TAKE_OVER_SECONDS)
    assert (report.closed, report.sums_given_up, len(report.reasons())) == (0, 0, 1)


def test_a_bucket_that_has_grown_too_large_keeps_no_other_open(
    dynamodb: SimulatedTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_state(dynamodb, MIDNIGHT - 2 * HOUR)
    for minute in range(12):
        address = an_address(minute=MIDNIGHT - 2 * HOUR + 60 * minute)
        a_rollup(dynamodb).apply([a_segment(0, *(f"{minute}x{n}" for n in range(60)), address=address)], plenty)
    monkeypatch.setattr(items, "MAX_PART_BYTES", 40)
    report = Report()
    rollup = a_rollup(dynamodb, at(MIDNIGHT + CLOSE_AFTER_SECONDS))
    rollup.bring_up_to_date([], report, plenty)
    rollup.close_due(report, plenty, most=5, take_over_after=TAKE_OVER_SECONDS)
    assert (report.closed, report.sums_given_up) == (3, 1)
    assert all(text.startswith("BucketTooLargeError: hour") for text in report.reasons())


def test_the_sweep_takes_over_at_once(dynamodb: SimulatedTables) -> None:
    a_state(dynamodb, MIDNIGHT - 2 * HOUR)
    a_rollup(dynamodb).table.raise_mark(Mark.HOUR_CLOSING, MIDNIGHT - HOUR)
    closed, state = close(a_rollup(dynamodb, at(MIDNIGHT)), take_over_after=0)
    assert (closed, state.closed) == (1, MIDNIGHT - HOUR)
