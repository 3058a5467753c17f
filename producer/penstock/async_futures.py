"""The future of an event on an event loop: awaitable, at a fraction of the cost of one of asyncio's."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextvars import Context, copy_context
from typing import Any

from penstock.delivery.completion import Completion, Observer
from penstock.delivery.outcomes import Failure, PutResult
from penstock.errors import DeliveryError, WrongLoopError

DoneCallback = Callable[["AsyncEventFuture"], object]


class AsyncEventFuture(Awaitable[PutResult]):
    """Tells what became of an event: awaiting it returns a ``PutResult`` or raises a ``DeliveryError``.

    It may be awaited by several tasks, any number of times, and by ``asyncio.wait``, ``wait_for`` and ``gather``.
    Cancelling a task that awaits it cancels that task alone: what was put is on its way, so neither the future nor the
    event is cancelled. An error that nobody asks for is not complained about.

    Like asyncio's futures it is for the loop that it was made on, and not safe between threads. Unlike them it costs
    little: what waiting needs is made only when somebody waits.
    """

    __slots__ = ("_callbacks", "_completion", "_error", "_index", "_loop")

    def __init__(self, completion: Completion, index: int, loop: asyncio.AbstractEventLoop) -> None:
        self._completion = completion
        self._index = index
        self._loop = loop
        self._callbacks: list[tuple[DoneCallback, Context]] | None = None
        self._error: DeliveryError | None = None

    def __repr__(self) -> str:
        """Say how far the event is."""
        outcome = self._completion.outcome(self._index)
        return f"<{type(self).__name__} {'pending' if outcome is None else outcome}>"

    def __await__(self) -> Generator[Any, None, PutResult]:
        """Wait for the outcome."""
        if not self.done():
            self._completion.check_process()
            if asyncio.get_running_loop() is not self._loop:
                raise WrongLoopError("the event was put on another event loop: await its future there")
            waiter = self._loop.create_future()

            def wake(_: AsyncEventFuture) -> None:
                if not waiter.done():
                    waiter.set_result(None)

            self.add_done_callback(wake)
            try:
                yield from waiter
            finally:
                self.remove_done_callback(wake)
        return self.result()

    def done(self) -> bool:
        """Tell whether the event has an outcome."""
        return self._completion.outcome(self._index) is not None

    def result(self) -> PutResult:
        """Return where the event is.

        Raises:
            DeliveryError: if the event will not be delivered.
            asyncio.InvalidStateError: if there is no answer yet.
        """
        outcome = self._outcome()
        if isinstance(outcome, Failure):
            raise self._failure(outcome)
        return outcome

    def exception(self) -> DeliveryError | None:
        """Return why the event will not be delivered, or none if it was; otherwise as ``result``."""
        outcome = self._outcome()
        return self._failure(outcome) if isinstance(outcome, Failure) else None

    def cancel(self, msg: object = None) -> bool:  # noqa: ARG002 - the signature of asyncio's
        """Return False: an event that was put cannot be called back."""
        return False

    def cancelled(self) -> bool:
        """Return False."""
        return False

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop that the event was put on."""
        return self._loop

    def add_done_callback(self, fn: DoneCallback, *, context: Context | None = None) -> None:
        """Have ``fn`` called with this future, soon, on the loop, when it is done or if it is.

        What it raises goes to the loop's exception handler.
        """
        context = copy_context() if context is None else context
        if self._callbacks is not None:
            self._callbacks.append((fn, context))
        elif self._completion.observe(self._index, Observer(self._call_back, foreign=False)):
            self._callbacks = [(fn, context)]
        else:
            self._loop.call_soon(fn, self, context=context)

    def remove_done_callback(self, fn: DoneCallback) -> int:
        """Have ``fn`` not called after all; return how often it would have been."""
        callbacks = self._callbacks or []
        kept = [(other, context) for other, context in callbacks if other != fn]
        removed = len(callbacks) - len(kept)
        callbacks[:] = kept
        return removed

    def _call_back(self) -> None:
        callbacks, self._callbacks = self._callbacks or [], None
        for fn, context in callbacks:
            self._loop.call_soon(fn, self, context=context)

    def _outcome(self) -> PutResult | Failure:
        outcome = self._completion.outcome(self._index)
        if outcome is None:
            raise asyncio.InvalidStateError("the event has no outcome yet: await its future")
        return outcome

    def _failure(self, failure: Failure) -> DeliveryError:
        # Always the same exception for the same future, as with any other.
        if self._error is None:
            self._error = failure.error(self._completion.final_index(self._index))
        return self._error
