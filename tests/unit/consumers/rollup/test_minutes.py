"""One bucket of a minute is brought up to date: by memory where nobody else writes, by reading where others do."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from consumers.pane_log.log import PaneLog
from consumers.pane_log.segment import Segment
from consumers.rollup.at_hand import SegmentsAtHand, UnfilledGapError
from consumers.rollup.contention import MAX_ATTEMPTS, ContendedError, Contention
from consumers.rollup.deadline import DeadlineError
from consumers.rollup.minutes import BucketOutcome, MinuteWriter
from consumers.rollup.schedule_check import ScheduleChangedError
from consumers.schedule import Address, Entry, Schedule
from consumers.tables import Level
from consumers.trends.item import BucketItem
from consumers.trends.table import TrendsTable
from simulation.services.faults import Fault
from tests.unit.consumers.rollup.making import MINUTE, RETENTION, SCHEDULE, a_segment, an_address, append, plenty
from tests.unit.consumers.simulated_tables import LOG_TABLE, TRENDS_TABLE, SimulatedTables


@pytest.fixture
def dynamodb() -> SimulatedTables:
    return SimulatedTables()


def a_writer(dynamodb: SimulatedTables) -> MinuteWriter:
    return MinuteWriter(
        TrendsTable(dynamodb.client(), TRENDS_TABLE),
        PaneLog(dynamodb.client(), LOG_TABLE),
        SCHEDULE,
        RETENTION,
        contention=Contention(lambda _: None),
    )


def at_hand(*segments: Segment) -> SegmentsAtHand:
    held = SegmentsAtHand(MINUTE, 2)
    for segment in segments:
        held.add(segment)
    return held


def write(writer: MinuteWriter, *segments: Segment) -> BucketOutcome:
    return writer.bring_up_to_date(at_hand(*segments), 0, plenty)


def stored(dynamodb: SimulatedTables) -> BucketItem:
    item = TrendsTable(dynamodb.client(), TRENDS_TABLE).get(Level.MINUTE, MINUTE, 0)
    assert item is not None
    return item


def calls_of(dynamodb: SimulatedTables, act: Callable[[], object]) -> list[str]:
    before = len(dynamodb.calls)
    act()
    return dynamodb.calls[before:]


def test_the_first_write_reads_and_later_ones_remember(dynamodb: SimulatedTables) -> None:
    writer = a_writer(dynamodb)
    assert calls_of(dynamodb, lambda: write(writer, a_segment(0))) == ["GetItem", "PutItem"]
    assert calls_of(dynamodb, lambda: write(writer, a_segment(1))) == ["PutItem"]
    assert calls_of(dynamodb, lambda: write(writer, a_segment(1))) == []
    assert stored(dynamodb).vector == (2, 0, 0, 0)
    assert stored(dynamodb).expires_at == RETENTION.expires_at(Level.MINUTE, MINUTE)


def test_after_a_refusal_it_reads_first_until_nobody_else_has_written(dynamodb: SimulatedTables) -> None:
    ours, theirs = a_writer(dynamodb), a_writer(dynamodb)
    write(ours, a_segment(0))
    write(theirs, a_segment(0, address=an_address(1)))
    assert calls_of(dynamodb, lambda: write(ours, a_segment(1))) == ["PutItem", "PutItem"]
    write(theirs, a_segment(1, address=an_address(1)))
    assert calls_of(dynamodb, lambda: write(ours, a_segment(2))) == ["GetItem", "PutItem"]
    assert calls_of(dynamodb, lambda: write(ours, a_segment(3))) == ["GetItem", "PutItem"]
    assert calls_of(dynamodb, lambda: write(ours, a_segment(4))) == ["PutItem"]
    assert stored(dynamodb).vector == (5, 2, 0, 0)


def test_the_outcome_says_what_happened(dynamodb: SimulatedTables) -> None:
    ours, theirs = a_writer(dynamodb), a_writer(dynamodb)
    write(ours, a_segment(0))
    write(theirs, a_segment(1))
    outcome = write(ours, a_segment(0), a_segment(1), a_segment(2))
    assert (outcome.applied, outcome.repeated, outcome.written, outcome.refused) == (1, 2, True, 1)
    assert outcome.item == stored(dynamodb)


def test_others_that_are_always_first_end_in_an_error(dynamodb: SimulatedTables) -> None:
    ours, theirs = a_writer(dynamodb), a_writer(dynamodb)
    number = 0

    def be_first(operation: str) -> Fault:
        nonlocal number
        if operation == "PutItem" and number % 2 == 0:
            number += 1
            write(theirs, a_segment(number // 2, address=an_address(1)))
            number += 1
        return Fault.NONE

    dynamodb.before_call = be_first
    with pytest.raises(ContendedError, match="minute 2025-11-21T09:30 bucket 0"):
        write(ours, a_segment(0))
    dynamodb.before_call = lambda _: Fault.NONE
    assert stored(dynamodb).vector == (0, MAX_ATTEMPTS, 0, 0)
    write(ours, a_segment(0))
    assert stored(dynamodb).vector == (1, MAX_ATTEMPTS, 0, 0)


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.LOST_REQUEST])
def test_what_may_or_may_not_have_been_written_is_read_again(dynamodb: SimulatedTables, fault: Fault) -> None:
    writer = a_writer(dynamodb)
    write(writer, a_segment(0))
    dynamodb.before_call = lambda _: fault
    with pytest.raises(ReadTimeoutError):
        write(writer, a_segment(1))
    dynamodb.before_call = lambda _: Fault.NONE
    assert calls_of(dynamodb, lambda: write(writer, a_segment(1)))[0] == "GetItem"
    assert stored(dynamodb).vector == (2, 0, 0, 0)


def test_a_put_that_the_sdk_repeated_is_recognised_as_done(dynamodb: SimulatedTables) -> None:
    writer = a_writer(dynamodb)
    dynamodb.before_call = lambda operation: Fault.REPEATED if operation == "PutItem" else Fault.NONE
    outcome = write(writer, a_segment(0))
    assert outcome.item == stored(dynamodb)
    assert stored(dynamodb).counts["kind"] == {"post": 1}


def test_a_gap_is_filled_from_the_log_with_all_that_follows(dynamodb: SimulatedTables) -> None:
    append(dynamodb, *(a_segment(number) for number in range(5)))
    held = at_hand(a_segment(3))
    a_writer(dynamodb).bring_up_to_date(held, 0, plenty)
    assert stored(dynamodb).vector == (5, 0, 0, 0)
    assert held.gaps_filled == 1
    assert calls_of(dynamodb, lambda: a_writer(dynamodb).bring_up_to_date(held, 1, plenty)) == ["GetItem", "PutItem"]
    assert held.gaps_filled == 1


def test_a_gap_that_the_log_cannot_fill_holds_up_its_address_alone(dynamodb: SimulatedTables) -> None:
    held = at_hand(a_segment(1), a_segment(0, address=an_address(2)))
    a_writer(dynamodb).bring_up_to_date(held, 0, plenty)
    assert stored(dynamodb).vector == (0, 0, 1, 0)
    assert isinstance(held.stuck[an_address()], UnfilledGapError)
    assert "no segment 0 of address 1763717400+30#0/2" in str(held.stuck[an_address()])


def test_a_log_that_cannot_be_read_holds_up_its_address_alone(dynamodb: SimulatedTables) -> None:
    dynamodb.before_call = lambda operation: Fault.THROTTLED if operation == "Query" else Fault.NONE
    held = at_hand(a_segment(1), a_segment(0, address=an_address(2)))
    a_writer(dynamodb).bring_up_to_date(held, 0, plenty)
    assert stored(dynamodb).vector == (0, 0, 1, 0)
    assert isinstance(held.stuck[an_address()], ClientError)


def test_an_item_of_another_schedule_is_named(dynamodb: SimulatedTables) -> None:
    """Somebody changed an entry that was in force: positions in the vector would mean other addresses."""
    write(a_writer(dynamodb), a_segment(0))
    finer = Schedule([Entry(0, 10, 2, 2)])
    changed = MinuteWriter(
        TrendsTable(dynamodb.client(), TRENDS_TABLE),
        PaneLog(dynamodb.client(), LOG_TABLE),
        finer,
        RETENTION,
        contention=Contention(lambda _: None),
    )
    segment = a_segment(0, address=Address(MINUTE + 50, 10, 1, 2))
    with pytest.raises(ScheduleChangedError, match=r"bucket 0 was written for 4 addresses a minute.* says 12"):
        write(changed, segment)


def test_without_time_left_nothing_is_begun(dynamodb: SimulatedTables) -> None:
    with pytest.raises(DeadlineError, match="no time left"):
        a_writer(dynamodb).bring_up_to_date(at_hand(a_segment(0)), 0, lambda: 1.0)
    assert "PutItem" not in dynamodb.calls
