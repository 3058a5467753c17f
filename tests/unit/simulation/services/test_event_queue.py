"""Lambda's queue of asynchronous invocations."""

from itertools import pairwise

from simulation.event_source_mapping.invocation import Answered, FunctionFailed, InvocationResult, NotInvoked, Throttled
from simulation.services.event_queue import Discarded, EventQueue, QueuedEvent


def tries(queue: EventQueue, result: InvocationResult, until: float) -> list[float]:
    """Have every event end with `result`; return when each was tried."""
    times = []
    while (wake := queue.wake()) is not None and wake <= until:
        for event in queue.due(wake):
            times.append(wake)
            queue.settled(event, result, wake)
    return times


def given_up(queue: EventQueue) -> list[tuple[QueuedEvent, Discarded]]:
    kept: list[tuple[QueuedEvent, Discarded]] = []
    queue.discarded = lambda event, why: kept.append((event, why))
    return kept


def test_an_event_is_tried_at_once_and_is_done_when_the_function_has_answered() -> None:
    queue = EventQueue()
    queue.send("sweep", b"{}", 5.0)
    assert tries(queue, Answered(b"null"), 100.0) == [5.0]
    assert queue.wake() is None


def test_errors_are_retried_after_a_minute_and_after_two_more() -> None:
    queue = EventQueue()
    kept = given_up(queue)
    queue.send("sweep", b"{}", 0.0)
    assert tries(queue, FunctionFailed(), 1e6) == [0.0, 60.0, 180.0]
    assert [why for _, why in kept] == [Discarded.RETRIES]


def test_a_function_without_retries_gets_its_event_once() -> None:
    queue = EventQueue()
    kept = given_up(queue)
    queue.send("sweep", b"{}", 0.0, retries=0)
    assert tries(queue, FunctionFailed(), 1e6) == [0.0]
    assert len(kept) == 1


def test_throttles_consume_no_retry_and_wait_up_to_five_minutes_until_the_event_is_too_old() -> None:
    for refused in (Throttled(), NotInvoked("an error of the service")):
        queue = EventQueue()
        kept = given_up(queue)
        queue.send("sweep", b"{}", 0.0, retries=0)
        times = tries(queue, refused, 1e6)
        waits = [later - earlier for earlier, later in pairwise(times)]
        assert waits[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
        assert max(waits) == 300
        assert 6 * 3600 - 300 <= times[-1] < 6 * 3600
        assert [why for _, why in kept] == [Discarded.AGE]


def test_an_event_may_come_twice_though_nothing_failed() -> None:
    queue = EventQueue()
    queue.copies = lambda: 2
    queue.send("sweep", b"{}", 0.0)
    assert len(queue) == 2
    assert tries(queue, Answered(b"null"), 100.0) == [0.0, 0.0]


def test_an_old_event_is_given_up_after_its_own_age() -> None:
    queue = EventQueue()
    kept = given_up(queue)
    queue.send("sweep", b"{}", 0.0, event_age=60.0)
    assert tries(queue, Throttled(), 1e6) == [0, 1, 3, 7, 15, 31]
    assert [why for _, why in kept] == [Discarded.AGE]
