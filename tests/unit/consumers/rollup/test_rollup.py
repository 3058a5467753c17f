"""What could be applied is applied, and the report says what must come again and why."""

import pytest
from botocore.exceptions import ClientError

from consumers.counts import Counts
from consumers.pane_log.segment import Segment
from consumers.rollup.report import Report
from consumers.rollup.rollup import CLOSE_AGAIN_SECONDS, Rollup
from consumers.schedule import DAY, HOUR, Address
from consumers.tables import LEVELS_STATE, Level
from consumers.trends import item as items
from consumers.trends.state import LevelsState, encode_state
from simulation.services.faults import Fault
from tests.unit.consumers.rollup.making import (
    BUCKETS,
    MINUTE,
    RETENTION,
    a_rollup,
    a_segment,
    an_address,
    append,
    plenty,
    some_counts,
)
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

HOUR_START = Level.HOUR.floor(MINUTE)
DAY_START = Level.DAY.floor(MINUTE)


class Time:
    """A clock to set."""

    def __init__(self, now: float = MINUTE + 90.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def dynamodb() -> SimulatedTables:
    return SimulatedTables()


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def rollup(dynamodb: SimulatedTables, clock: Time) -> Rollup:
    return a_rollup(dynamodb, clock)


def with_hours_closed_until(dynamodb: SimulatedTables, closed: int, day_closed: int = DAY_START) -> None:
    state = LevelsState(closing=closed, closed=closed, day_closing=day_closed, day_closed=day_closed)
    dynamodb.load(TRENDS_TABLE, [encode_state(state)])


def kinds(rollup: Rollup, level: Level, start: int) -> Counts | None:
    item = rollup.table.get(level, start, 0)
    return None if item is None else item.counts


def apply(rollup: Rollup, *segments: Segment) -> Report:
    return rollup.apply(segments, plenty)


def test_a_segment_is_counted_once_over_all_buckets(rollup: Rollup) -> None:
    report = apply(rollup, a_segment(0), a_segment(0), a_segment(1))
    assert (report.applied, report.repeated, report.buckets_written) == (2, 0, BUCKETS)
    report = apply(rollup, a_segment(0), a_segment(1))
    assert (report.applied, report.repeated, report.buckets_written) == (0, 2, 0)
    assert report.reasons() == []


def test_the_state_says_how_fresh_the_trends_are(rollup: Rollup) -> None:
    apply(rollup, a_segment(0, arrived_ms=1_763_717_431_000))
    apply(rollup, a_segment(1, arrived_ms=1_763_717_430_000))
    state = rollup.table.state()
    assert state is not None
    assert state.newest_arrival_ms == 1_763_717_431_000


def test_freshness_that_cannot_be_written_is_reported_and_fails_nothing(
    rollup: Rollup, dynamodb: SimulatedTables
) -> None:
    def throttled(operation: str) -> Fault:
        after_the_note = operation == "UpdateItem" and operation in dynamodb.calls
        return Fault.THROTTLED if after_the_note else Fault.NONE

    dynamodb.before_call = throttled
    report = apply(rollup, a_segment(0))
    assert report.failure(an_address()) is None
    assert "ProvisionedThroughputExceeded" in report.reasons()[0]


def test_a_minute_whose_change_can_not_be_noted_comes_again(rollup: Rollup, dynamodb: SimulatedTables) -> None:
    dynamodb.before_call = lambda operation: Fault.THROTTLED if operation == "UpdateItem" else Fault.NONE
    assert apply(rollup, a_segment(0)).failure(an_address()) is not None
    dynamodb.before_call = lambda _: Fault.NONE
    assert rollup.table.changes(HOUR_START, HOUR_START) == {}
    report = apply(rollup, a_segment(0))  # a repeat: its minute was written
    assert (report.repeated, report.failure(an_address())) == (1, None)
    assert rollup.table.changes(HOUR_START, HOUR_START) == {HOUR_START: {an_address().minute: 1}}


def test_the_first_state_takes_past_hours_as_closed_and_corrects_what_was_written_there(
    rollup: Rollup, clock: Time
) -> None:
    clock.now = HOUR_START + DAY + 90
    apply(rollup, a_segment(0))
    assert rollup.table.state() == LevelsState(
        closing=HOUR_START + DAY,
        closed=HOUR_START + DAY,
        day_closing=DAY_START + DAY,
        day_closed=DAY_START + DAY,
        newest_arrival_ms=a_segment(0).arrived_ms,
        late_done=int(clock.now),
        applied_at_ms=int(clock.now * 1_000),
    )
    assert (
        kinds(rollup, Level.HOUR, HOUR_START) == kinds(rollup, Level.DAY, DAY_START) == some_counts() | {"hashtag": {}}
    )


def test_an_open_hour_has_no_sum(rollup: Rollup) -> None:
    apply(rollup, a_segment(0))
    assert kinds(rollup, Level.HOUR, HOUR_START) is None


def test_a_late_segment_corrects_its_closed_hour_and_day(rollup: Rollup, dynamodb: SimulatedTables) -> None:
    with_hours_closed_until(dynamodb, HOUR_START + HOUR, DAY_START + DAY)
    for number in range(3):
        apply(rollup, a_segment(number))
        for level, start in ((Level.HOUR, HOUR_START), (Level.DAY, DAY_START)):
            item = rollup.table.get(level, start, 0)
            assert item is not None
            assert item.counts["kind"] == {"post": number + 1}
            assert item.expires_at == RETENTION.expires_at(level, start)


def test_a_repeat_corrects_an_hour_that_its_first_writer_left_behind(rollup: Rollup, dynamodb: SimulatedTables) -> None:
    """It ended between the minute and the hour, and Lambda brings the segment again."""
    apply(rollup, a_segment(0))
    with_hours_closed_until(dynamodb, HOUR_START + HOUR, DAY_START + DAY)
    report = apply(rollup, a_segment(0))
    assert (report.applied, report.repeated) == (0, 1)
    assert kinds(rollup, Level.HOUR, HOUR_START) == kinds(rollup, Level.MINUTE, MINUTE)
    assert kinds(rollup, Level.DAY, DAY_START) == kinds(rollup, Level.MINUTE, MINUTE)


def test_an_hour_that_cannot_be_corrected_brings_its_segments_again(rollup: Rollup, dynamodb: SimulatedTables) -> None:
    with_hours_closed_until(dynamodb, HOUR_START + HOUR)
    dynamodb.before_call = lambda operation: Fault.THROTTLED if operation == "Query" else Fault.NONE
    report = apply(rollup, a_segment(0), a_segment(0, address=an_address(minute=HOUR_START + HOUR)))
    assert isinstance(report.failure(an_address()), ClientError)
    assert report.failure(an_address(minute=HOUR_START + HOUR)) is None
    dynamodb.before_call = lambda _: Fault.NONE
    assert apply(rollup, a_segment(0)).failure(an_address()) is None
    assert kinds(rollup, Level.HOUR, HOUR_START) == kinds(rollup, Level.MINUTE, MINUTE)


def test_without_the_state_all_segments_come_again(rollup: Rollup, dynamodb: SimulatedTables) -> None:
    with_hours_closed_until(dynamodb, HOUR_START + HOUR)
    del dynamodb.tables[TRENDS_TABLE][LEVELS_STATE]["closing"]
    report = apply(rollup, a_segment(0))
    assert report.failure(an_address()) is not None
    assert report.state is None
    rollup.close_due(report, plenty, most=1, take_over_after=0)
    assert report.closed == 0


def test_a_refused_minute_stops_no_other_minute_and_no_level(rollup: Rollup, dynamodb: SimulatedTables) -> None:
    with_hours_closed_until(dynamodb, HOUR_START + HOUR)
    puts = 0

    def refuse_the_first_put(operation: str) -> Fault:
        nonlocal puts
        puts += operation == "PutItem"
        return Fault.THROTTLED if operation == "PutItem" and puts == 1 else Fault.NONE

    dynamodb.before_call = refuse_the_first_put
    other = an_address(minute=MINUTE + 60)
    report = apply(rollup, a_segment(0), a_segment(0, address=other))
    assert report.failure(an_address()) is not None
    assert report.failure(other) is None
    assert kinds(rollup, Level.MINUTE, MINUTE) is None
    assert kinds(rollup, Level.HOUR, HOUR_START) == kinds(rollup, Level.MINUTE, MINUTE + 60)


@pytest.mark.parametrize(
    "address",
    [
        Address(MINUTE, 10, 0, 2),
        Address(MINUTE, 30, 0, 4),
        Address(MINUTE + 10, 30, 0, 2),
        Address(MINUTE, 30, 2, 2),
        Address(MINUTE, 30, -1, 2),
    ],
)
def test_an_address_of_another_schedule_fails_and_the_others_go_on(rollup: Rollup, address: Address) -> None:
    report = apply(rollup, a_segment(0, address=address), a_segment(0))
    assert "same SCHEDULE" in str(report.failure(address))
    assert report.failure(an_address()) is None
    assert kinds(rollup, Level.MINUTE, MINUTE) is not None


def test_a_segment_of_an_expired_minute_is_reported_and_changes_nothing(rollup: Rollup, clock: Time) -> None:
    """Parts of its hour are gone, so the hour could not be summed again."""
    clock.now = HOUR_START + RETENTION.seconds(Level.MINUTE)
    report = apply(rollup, a_segment(0), a_segment(0, address=an_address(minute=HOUR_START + HOUR)))
    assert report.failure(an_address()) is None
    assert "MinuteExpiredError" in report.reasons()[0]
    assert kinds(rollup, Level.MINUTE, MINUTE) is None
    assert kinds(rollup, Level.MINUTE, HOUR_START + HOUR) is not None


def test_a_bucket_too_large_is_reported_and_does_not_hold_up_the_stream(
    rollup: Rollup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "MAX_PART_BYTES", 10)
    report = apply(rollup, a_segment(0, *(f"tag{n * n}" for n in range(500))))
    assert report.failure(an_address()) is None
    assert all(reason.startswith("BucketTooLargeError: minute 2025-11-21T09:30") for reason in report.reasons())
    assert kinds(rollup, Level.MINUTE, MINUTE) is not None  # the breakdown's bucket is small


def test_a_closing_that_failed_is_tried_again_after_a_while(
    rollup: Rollup, dynamodb: SimulatedTables, clock: Time
) -> None:
    with_hours_closed_until(dynamodb, HOUR_START - HOUR)
    report = apply(rollup, a_segment(0))
    dynamodb.before_call = lambda operation: Fault.THROTTLED if operation == "Query" else Fault.NONE
    rollup.close_due(report, plenty, most=1, take_over_after=0)
    assert report.closed == 0
    assert report.failure(an_address()) is None
    assert len(report.reasons()) == 1
    dynamodb.before_call = lambda _: Fault.NONE
    rollup.close_due(report, plenty, most=1, take_over_after=0)
    assert report.closed == 0
    clock.now += CLOSE_AGAIN_SECONDS
    rollup.close_due(report, plenty, most=1, take_over_after=0)
    assert report.closed == 1


def test_a_gap_that_can_never_be_filled_does_not_hold_up_the_stream(rollup: Rollup, dynamodb: SimulatedTables) -> None:
    """The log's segment 1 was deleted: what follows can't be counted, now or later."""
    append(dynamodb, a_segment(0), a_segment(2))
    report = apply(rollup, a_segment(0), a_segment(2), a_segment(0, address=an_address(1)))
    assert report.failure(an_address()) is None
    assert report.gaps_left_open == 1
    assert report.reasons()[0].startswith("UnfilledGapError: the pane log has no segment 1")
    item = rollup.table.get(Level.MINUTE, MINUTE, 0)
    assert item is not None
    assert item.vector == (1, 1, 0, 0)


def test_a_gap_in_a_log_that_cannot_be_read_now_brings_its_segments_again(
    rollup: Rollup, dynamodb: SimulatedTables
) -> None:
    dynamodb.before_call = lambda operation: Fault.THROTTLED if operation == "Query" else Fault.NONE
    report = apply(rollup, a_segment(1))
    assert isinstance(report.failure(an_address()), ClientError)
    assert report.gaps_left_open == 0


def test_reasons_are_bounded() -> None:
    report = Report(failed_minutes={minute: LookupError(minute) for minute in range(1_000)})
    assert len(report.reasons()) == 20
