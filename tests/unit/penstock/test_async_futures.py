import asyncio
import contextvars

import pytest

from penstock.async_futures import AsyncEventFuture
from penstock.delivery.completion import Completion
from penstock.delivery.outcomes import Moved, Outcome, PutResult
from penstock.errors import AccessDeniedError, WrongLoopError
from tests.unit.penstock.on_a_loop import on_a_loop
from tests.unit.penstock.outcomes import EVENTS, FAILURE, RESULT, settle


def pending() -> tuple[Completion, AsyncEventFuture]:
    completion = Completion()
    return completion, AsyncEventFuture(completion, 1, asyncio.get_running_loop())


@on_a_loop
async def test_a_future_tells_the_outcome_of_its_record() -> None:
    completion, future = pending()
    assert future.get_loop() is asyncio.get_running_loop()
    assert not future.done()
    assert repr(future) == "<AsyncEventFuture pending>"
    for tell in (future.result, future.exception):
        with pytest.raises(asyncio.InvalidStateError, match="await"):
            tell()
    settle(completion, RESULT)
    assert future.done()
    assert future.result() == await future == RESULT
    assert future.exception() is None
    assert "shardId-000000000000" in repr(future)


@on_a_loop
async def test_a_failed_event_s_future_raises_the_error_which_has_the_event() -> None:
    completion, future = pending()
    target = Completion()
    settle(completion, Moved([(Completion(), 0), (target, 0)]))
    settle(target, FAILURE)
    with pytest.raises(AccessDeniedError, match="not allowed") as raised:
        await future
    assert raised.value.event == EVENTS[0]
    assert future.exception() is raised.value


@pytest.mark.parametrize("outcome", [RESULT, FAILURE])
@on_a_loop
async def test_all_who_wait_are_woken(outcome: Outcome) -> None:
    completion, future = pending()
    waiting = asyncio.gather(future, future, asyncio.wait_for(future, 30), return_exceptions=True)
    await asyncio.sleep(0)
    settle(completion, outcome)
    expected = RESULT if outcome is RESULT else future.exception()
    assert list(await waiting) == [expected] * 3


@on_a_loop
async def test_cancelling_who_waits_cancels_nothing_else() -> None:
    completion, future = pending()
    first, second = (asyncio.create_task(asyncio.wait_for(future, 30)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(future, 0)
    assert not future.cancel()
    assert not future.cancelled()
    assert not future.done()
    settle(completion, RESULT)
    assert await second == RESULT


@on_a_loop
async def test_asyncio_s_wait_and_as_completed_take_it() -> None:
    done_completion, done = pending()
    settle(done_completion, RESULT)
    late_completion, late = pending()
    assert await asyncio.wait([done, late], timeout=0) == ({done}, {late})  # type: ignore[type-var]  # as good as one
    completed = asyncio.as_completed([done, late])
    assert await next(completed) == RESULT
    settle(late_completion, FAILURE)
    with pytest.raises(AccessDeniedError):
        await next(completed)


@on_a_loop
async def test_callbacks_are_called_by_the_loop_before_and_after_it_is_done() -> None:
    completion, future = pending()
    called: list[object] = []
    variable = contextvars.ContextVar("variable", default=0)
    context = contextvars.copy_context()
    context.run(variable.set, 1)
    future.add_done_callback(lambda _: called.append(variable.get()), context=context)
    future.add_done_callback(called.append)
    future.add_done_callback(called.remove)
    assert future.remove_done_callback(called.remove) == 1
    assert future.remove_done_callback(called.remove) == 0
    settle(completion, RESULT)
    assert not called
    await asyncio.sleep(0)
    assert called == [1, future]
    future.add_done_callback(called.append)
    assert called == [1, future]
    await asyncio.sleep(0)
    assert called == [1, future, future]


@on_a_loop
async def test_a_move_to_a_record_that_is_settled_calls_back() -> None:
    completion, future = pending()
    called: list[object] = []
    future.add_done_callback(called.append)
    target = Completion()
    settle(target, RESULT)
    settle(completion, Moved([(target, 0), (target, 1)]))
    await asyncio.sleep(0)
    assert called == [future]


def test_it_is_awaited_on_its_own_loop() -> None:
    async def wait(future: AsyncEventFuture) -> PutResult:
        return await future

    async def make() -> tuple[Completion, AsyncEventFuture]:
        return pending()

    completion, future = asyncio.run(make())
    with pytest.raises(WrongLoopError, match="another event loop"):
        asyncio.run(wait(future))
    settle(completion, RESULT)
    assert asyncio.run(wait(future)) == RESULT
