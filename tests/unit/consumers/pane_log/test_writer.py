"""An event gets into the log once, whoever else writes and whatever becomes of the answers."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count, cycle

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from consumers import counts
from consumers.counts import Counts
from consumers.pane_log.fold import Fold, fold
from consumers.pane_log.log import PaneLog
from consumers.pane_log.memory import Memory
from consumers.pane_log.segment import SegmentFormatError
from consumers.pane_log.writer import MAX_REFUSALS, ContendedAddressError, Outcome, OutOfTimeError, Writer
from simulation.services.faults import Fault
from tests.unit.consumers.pane_log.simulated_log import SimulatedLog
from tests.unit.consumers.pane_log.test_fold import SCHEDULE, START, an_event, valid

RETENTION = 1_000
_nonces = count()


def a_writer(table: SimulatedLog, memory: Memory | None = None) -> Writer:
    log = PaneLog(table.client(), "pane-log")
    return Writer(log, RETENTION, memory=memory, nonce=lambda: next(_nonces).to_bytes(8, "big"))


def a_fold(*event_ids: str, sequence: int = 1) -> Fold:
    (only,) = fold([valid(an_event(event_id=event_id), sequence) for event_id in event_ids], SCHEDULE)
    return only


def plenty() -> float:
    return 300.0


def write(writer: Writer, *event_ids: str) -> Outcome:
    return writer.write(a_fold(*event_ids), plenty)


def total(table: SimulatedLog) -> Counts:
    sum_of_all = counts.empty()
    for segment in table.segments():
        counts.add(sum_of_all, segment.counts)
    return sum_of_all


def test_a_fold_becomes_the_next_segment() -> None:
    table = SimulatedLog()
    writer = a_writer(table)
    assert not write(writer, "a", "b").unwritten
    assert not write(writer, "c").unwritten
    first, second = table.segments()
    assert (first.number, first.events, first.counts["kind"]) == (0, 2, {"post": 2})
    assert (second.number, second.events, second.counts["kind"]) == (1, 1, {"post": 1})


def test_a_segment_says_when_its_newest_event_arrived_and_when_it_expires() -> None:
    table = SimulatedLog()
    events = [valid(an_event(event_id=str(arrived)), arrived_ms=arrived) for arrived in (5, 9, 7)]
    (only,) = fold(events, SCHEDULE)
    a_writer(table).write(only, plenty)
    (segment,) = table.segments()
    assert segment.arrived_ms == 9
    assert segment.expires == START.timestamp() + 10 + RETENTION


def test_known_events_are_dropped_without_a_call() -> None:
    table = SimulatedLog()
    writer = a_writer(table)
    write(writer, "a", "b")
    calls = table.puts, table.queries
    repeated = write(writer, "b", "a")
    assert not repeated.unwritten
    assert (table.puts, table.queries) == calls == (1, 1)


def test_a_function_that_knows_nothing_asks_once_and_then_remembers() -> None:
    table = SimulatedLog()
    for event_id in "abcde":
        write(a_writer(table), event_id)
    newcomer = a_writer(table)
    queries = table.queries
    assert write(newcomer, "a", "f").written == set(a_fold("f").events)
    write(newcomer, "g")
    assert table.queries == queries + 3  # the pages of one query
    assert [segment.number for segment in table.segments()] == list(range(7))


def test_a_refusal_brings_the_winner_whose_events_are_not_counted_again() -> None:
    table = SimulatedLog()
    one, other = a_writer(table), a_writer(table)
    write(one, "a")
    write(other, "b")
    outcome = write(one, "b", "c")  # does not know segment 1 yet
    assert outcome.written == set(a_fold("c").events)
    assert (outcome.refused, outcome.segments, outcome.unwritten) == (1, 1, {})
    assert total(table)["kind"] == {"post": 3}


def test_a_fold_whose_events_all_came_by_another_writer_puts_nothing() -> None:
    table = SimulatedLog()
    one, other = a_writer(table), a_writer(table)
    write(one, "a")
    write(other, "b")
    outcome = write(one, "b")
    assert (outcome.written, outcome.segments, outcome.unwritten) == (set(), 0, {})
    assert len(table.segments()) == 2


def test_who_is_far_behind_asks_instead_of_being_refused_again_and_again() -> None:
    table = SimulatedLog()
    behind, busy = a_writer(table), a_writer(table)
    write(behind, "first")
    for number in range(20):
        write(busy, str(number))
    outcome = write(behind, "last")
    assert outcome.refused == 2
    assert [segment.number for segment in table.segments()] == list(range(22))


def test_writers_who_always_lose_give_up_with_an_error() -> None:
    table = SimulatedLog()
    loser, rival = a_writer(table), a_writer(table)
    rivals = count()

    def another_comes_first() -> None:
        table.before_put = lambda: None
        write(rival, f"rival {next(rivals)}")
        table.before_put = another_comes_first

    table.before_put = another_comes_first
    outcome = write(loser, "mine")
    assert isinstance(outcome.error, ContendedAddressError)
    assert set(outcome.unwritten) == set(a_fold("mine").events)
    assert table.puts == 2 * (MAX_REFUSALS + 1)


def test_an_answer_lost_within_a_call_is_no_duplicate() -> None:
    table = SimulatedLog()
    table.faults = iter([Fault.NONE, Fault.REPEATED])  # the query, the put
    outcome = write(a_writer(table), "a")
    assert (outcome.segments, outcome.refused, len(outcome.written)) == (1, 0, 1)


def test_an_answer_lost_for_good_is_made_up_for_at_the_next_delivery() -> None:
    table = SimulatedLog()
    writer = a_writer(table)
    table.faults = iter([Fault.NONE, Fault.LOST_ANSWER])
    lost = write(writer, "a", "b")
    assert isinstance(lost.error, ReadTimeoutError)
    assert set(lost.unwritten) == set(a_fold("a", "b").events)
    assert lost.written == set()

    repeated = write(writer, "a", "b")
    assert repeated.written == set(a_fold("a", "b").events)
    assert (repeated.error, repeated.unwritten) == (None, {})
    assert total(table)["kind"] == {"post": 2}


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.LOST_REQUEST])
@pytest.mark.parametrize("call", [0, 1])
def test_memory_is_not_ahead_of_the_log_when_a_call_fails(fault: Fault, call: int) -> None:
    table = SimulatedLog()
    writer = a_writer(table)
    table.faults = iter([Fault.NONE] * call + [fault])
    failed = write(writer, "a")
    assert isinstance(failed.error, (ClientError, ReadTimeoutError))
    assert set(failed.unwritten) == set(a_fold("a").events)
    assert table.segments() == []
    assert write(writer, "a").written == set(a_fold("a").events)
    assert [segment.number for segment in table.segments()] == [0]


def test_what_is_in_the_log_before_an_error_is_not_asked_for_again() -> None:
    table = SimulatedLog()
    one, other = a_writer(table), a_writer(table)
    write(one, "a")
    write(other, "b")
    table.faults = iter([Fault.NONE, Fault.THROTTLED])  # refused by b's segment, then throttled
    outcome = write(one, "b", "c")
    assert set(outcome.unwritten) == set(a_fold("c").events)


def test_a_segment_of_an_unknown_format_fails_its_address_only() -> None:
    table = SimulatedLog()
    write(a_writer(table), "a")
    (log,) = table.logs().values()
    log[0]["v"] = {"N": "9"}
    outcome = write(a_writer(table), "b")
    assert isinstance(outcome.error, SegmentFormatError)
    assert len(outcome.unwritten) == 1


@pytest.mark.parametrize("before", [[], ["before"]], ids=["new address", "known address"])
def test_a_call_that_outlived_its_invocation_and_the_next_delivery_do_not_count_twice(before: list[str]) -> None:
    table = SimulatedLog()
    writer = a_writer(table)
    for event_id in before:
        write(writer, event_id)
    outcomes: list[Outcome] = []
    calls = 0

    def deliver_again() -> float:
        nonlocal calls
        calls += 1
        if calls == 2 - len(before):  # the query of a new address is over, its put has not begun
            outcomes.append(write(writer, "a"))
        return plenty()

    outcomes.append(writer.write(a_fold("a"), deliver_again))
    assert [len(outcome.unwritten) for outcome in outcomes] == [0, 0]
    assert [outcome.written for outcome in outcomes] == [{*a_fold("a").events}] * 2, "its own, and no duplicate"
    assert total(table)["kind"] == {"post": 1 + len(before)}


@pytest.fixture
def clock() -> Iterator[float]:
    return iter([10.0, 1.9, 1.8])


def test_no_call_is_started_when_time_is_short(clock: Iterator[float]) -> None:
    table = SimulatedLog()
    seconds_left: Callable[[], float] = lambda: next(clock)  # noqa: E731 - reads as the clock it is
    outcome = a_writer(table).write(a_fold("a"), seconds_left)
    assert isinstance(outcome.error, OutOfTimeError)
    assert (table.queries, table.puts) == (1, 0)


def test_one_author_with_100_000_events_in_one_pane_makes_several_segments() -> None:
    table = SimulatedLog()
    events = [valid(an_event(hashtags=[f"tag{number}"])) for number in range(9_000)]
    marks = [number.to_bytes(8, "big") for number in range(100_000)]
    only = Fold(a_fold("a").address, dict(zip(marks, cycle(events), strict=False)))
    outcome = a_writer(table).write(only, plenty)
    assert not outcome.unwritten
    assert len(outcome.written) == 100_000
    assert outcome.segments == len(table.segments()) > 1
    assert total(table)["hashtag"] == Counter(f"tag{number % 9_000}" for number in range(100_000))
    assert a_writer(table).write(only, plenty).segments == 0


def test_addresses_do_not_meet() -> None:
    table = SimulatedLog()
    writer = a_writer(table)
    later = an_event(created_at=START + timedelta(seconds=10))
    for each in fold([valid(an_event()), valid(later)], SCHEDULE):
        writer.write(each, plenty)
    assert [segment.number for segment in table.segments()] == [0, 0]
