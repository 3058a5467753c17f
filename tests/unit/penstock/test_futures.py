import asyncio
import logging
import sys
from concurrent import futures
from threading import Thread
from types import FrameType
from typing import Any

import pytest

from penstock.delivery.completion import Completion
from penstock.delivery.outcomes import Moved, Outcome, PutResult
from penstock.errors import AccessDeniedError, DeliveryError
from penstock.futures import EventFuture
from tests.unit.penstock.outcomes import EVENTS, FAILURE, RESULT, settle


def pending() -> tuple[Completion, EventFuture]:
    completion = Completion()
    return completion, EventFuture(completion, 1)


def test_a_future_tells_the_outcome_of_its_record() -> None:
    completion, future = pending()
    assert not future.done()
    assert future.running()
    settle(completion, RESULT)
    assert future.done()
    assert not future.running()
    assert future.result() == RESULT
    assert future.exception() is None


def test_a_failed_event_s_future_raises_the_error_which_has_the_event() -> None:
    completion, future = pending()
    settle(completion, FAILURE)
    with pytest.raises(AccessDeniedError, match="not allowed") as raised:
        future.result()
    assert raised.value.event == EVENTS[1]
    assert raised.value.code == "AccessDenied"
    assert future.exception() is raised.value


def test_an_event_that_moved_has_the_outcome_of_its_new_record() -> None:
    completion, future = pending()
    first, second = Completion(), Completion()
    settle(completion, Moved([(first, 0), (second, 0)]))
    assert not future.done()
    settle(first, RESULT)
    assert not future.done()
    settle(second, FAILURE)
    error = future.exception()
    assert isinstance(error, DeliveryError)
    assert error.event == EVENTS[0]


@pytest.mark.parametrize("outcome", [RESULT, FAILURE])
def test_whoever_waits_is_woken(outcome: Outcome) -> None:
    completion, future = pending()
    found: list[object] = []
    waiter = Thread(target=lambda: found.append(future.exception(timeout=30) or future.result()))
    waiter.start()
    settle(completion, outcome)
    waiter.join()
    assert found == [outcome if outcome is RESULT else future.exception()]


def test_no_thread_finds_half_of_a_future() -> None:
    future = pending()[1]
    found: set[int] = set()

    def look(_: FrameType, __: str, ___: object) -> Any:  # noqa: ANN401 - itself
        found.add(len(vars(future)))
        return look

    former = sys.gettrace()
    sys.settrace(look)
    try:
        with pytest.raises(futures.TimeoutError):
            future.result(timeout=0)
    finally:
        sys.settrace(former)
    assert found == {0, len(vars(futures.Future()))}


def test_waiting_ends_with_the_timeout() -> None:
    _, future = pending()
    with pytest.raises(TimeoutError):
        future.result(timeout=0)
    with pytest.raises(TimeoutError):
        future.exception(timeout=0)


def test_whoever_waits_is_woken_after_a_move() -> None:
    completion, future = pending()
    with pytest.raises(TimeoutError):
        future.result(timeout=0)  # from here on it has what waiting needs
    target = Completion()
    settle(completion, Moved([(target, 0), (target, 1)]))
    settle(target, RESULT)
    assert future.result(timeout=0) == RESULT


def test_it_cannot_be_cancelled() -> None:
    completion, future = pending()
    assert not future.cancel()
    assert not future.cancelled()
    settle(completion, RESULT)
    assert future.result() == RESULT


def test_callbacks_are_called_with_the_future_before_and_after_it_is_done() -> None:
    completion, future = pending()
    called: list[object] = []
    future.add_done_callback(called.append)
    assert not called
    settle(completion, RESULT)
    future.add_done_callback(called.append)
    assert called == [future, future]


def test_a_move_to_a_record_that_is_settled_calls_back() -> None:
    completion, future = pending()
    called: list[object] = []
    future.add_done_callback(called.append)
    target = Completion()
    settle(target, RESULT)
    settle(completion, Moved([(target, 0), (target, 1)]))
    assert called == [future]


def test_a_callback_that_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    completion, future = pending()
    called: list[object] = []
    future.add_done_callback(lambda _: 1 / 0)
    future.add_done_callback(called.append)
    with caplog.at_level(logging.ERROR):
        settle(completion, RESULT)
    assert called == [future]
    assert "callback" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_the_standard_library_s_wait_and_as_completed_take_it() -> None:
    done_completion, done = pending()
    settle(done_completion, RESULT)
    late_completion, late = pending()
    assert futures.wait([done, late], timeout=0) == ({done}, {late})
    iterator = futures.as_completed([done, late], timeout=30)
    assert next(iterator) is done
    settle(late_completion, FAILURE)
    assert next(iterator) is late
    assert isinstance(late.exception(), AccessDeniedError)


def test_it_can_be_awaited() -> None:
    async def wait(future: EventFuture, completion: Completion) -> PutResult:
        waiting = asyncio.ensure_future(asyncio.wrap_future(future))
        await asyncio.sleep(0)
        Thread(target=settle, args=(completion, RESULT)).start()
        return await waiting

    completion, future = pending()
    assert asyncio.run(wait(future, completion)) == RESULT


def test_it_shows_how_far_the_event_is() -> None:
    completion, future = pending()
    assert repr(future) == "<EventFuture pending>"
    settle(completion, RESULT)
    assert "shardId-000000000000" in repr(future)


def test_it_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError, match="no attribute 'shard_id'"):
        pending()[1].shard_id  # noqa: B018 - the point of the test


def test_a_record_is_settled_once() -> None:
    completion, _ = pending()
    settle(completion, RESULT)
    with pytest.raises(RuntimeError, match="twice"):
        settle(completion, RESULT)
