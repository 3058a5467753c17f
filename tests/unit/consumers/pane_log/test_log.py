"""The log is read in order and without a gap, and a put tells whose segment is there."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from consumers.pane_log import segment as segments
from consumers.pane_log.log import PaneLog, SegmentTooLargeError
from consumers.pane_log.segment import Segment
from simulation.services.faults import Fault
from tests.unit.consumers.pane_log.simulated_log import SimulatedLog
from tests.unit.consumers.pane_log.test_segment import ADDRESS, a_segment


def log_of(table: SimulatedLog) -> PaneLog:
    return PaneLog(table.client(), "pane-log")


def numbered(count: int) -> list[Segment]:
    return [a_segment(number=number, nonce=number.to_bytes(8, "big")) for number in range(count)]


@pytest.mark.parametrize(("start", "found"), [(0, 5), (3, 2), (5, 0), (9, 0)])
def test_segments_come_in_order_over_all_pages(start: int, found: int) -> None:
    table = SimulatedLog()
    log = log_of(table)
    for segment in numbered(5):
        log.put(segment)
    assert log.segments(ADDRESS, start) == numbered(5)[5 - found :]


def test_what_comes_after_a_gap_is_left_out() -> None:
    table = SimulatedLog()
    log = log_of(table)
    first, second, third, fourth = numbered(4)
    for segment in (first, second, fourth):
        log.put(segment)
    assert log.segments(ADDRESS) == [first, second]
    log.put(third)
    assert log.segments(ADDRESS) == [first, second, third, fourth]


def test_a_put_returns_the_segment_or_the_one_that_was_there_first() -> None:
    log = log_of(SimulatedLog())
    mine, other = a_segment(nonce=b"mine"), a_segment(nonce=b"other")
    assert log.put(mine) is mine
    assert log.put(other) == mine


def test_a_put_whose_answer_was_lost_is_known_again() -> None:
    table = SimulatedLog()
    table.faults = iter([Fault.REPEATED])
    mine = a_segment(nonce=b"mine")
    assert log_of(table).put(mine) is mine
    assert table.segments() == [mine]


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.LOST_REQUEST, Fault.LOST_ANSWER])
def test_what_fails_for_good_is_raised(fault: Fault) -> None:
    table = SimulatedLog()
    table.faults = iter([fault])
    with pytest.raises((ClientError, ReadTimeoutError)):
        log_of(table).put(a_segment())


def test_a_segment_that_no_item_can_hold_is_not_sent() -> None:
    table = SimulatedLog()
    large = replace(a_segment(), fingerprints=bytes(8 * 51_200))
    assert segments.size(segments.encode(large)) > 400 * 1024
    with pytest.raises(SegmentTooLargeError, match="segment 2 of 1763717400"):
        log_of(table).put(large)
    assert table.puts == 0
