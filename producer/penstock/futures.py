"""The future of an event: one of ``concurrent.futures``, at a fraction of the cost."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import Any, Final

from penstock.delivery.completion import Completion, Observer
from penstock.delivery.outcomes import Failure, PutResult
from penstock.errors import DeliveryError

_logger = logging.getLogger("penstock")

_BASE_STATE: Final = frozenset({"_condition", "_state", "_result", "_exception", "_waiters", "_done_callbacks"})
_building_base = Lock()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    # A process forked while another thread holds the lock would never get it.
    os.register_at_fork(
        before=_building_base.acquire,
        after_in_parent=_building_base.release,
        after_in_child=_building_base.release,
    )


class EventFuture(Future[PutResult]):
    """Tells what became of an event: a ``PutResult``, or a ``DeliveryError`` raised by ``result``.

    It behaves as any future does, also in ``concurrent.futures.wait`` and ``asyncio.wrap_future``, except that
    it cannot be cancelled: what was put is on its way. Callbacks run on a thread of the producer, which logs what
    they raise and goes on.

    Making a future of the standard library costs more than aggregating an event, for its lock and its lists. Most
    futures are looked at late or never, so this one makes those only when somebody waits for it.
    """

    __slots__ = ("_completion", "_index")

    def __init__(self, completion: Completion, index: int) -> None:
        # The base's __init__ is called by _build_base, when its state is needed.
        self._completion = completion
        self._index = index

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the base's attributes are of many types
        if name not in _BASE_STATE:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._build_base()
        return self.__dict__[name]

    def __repr__(self) -> str:
        """Say how far the event is."""
        outcome = self._completion.outcome(self._index)
        return f"<{type(self).__name__} {'pending' if outcome is None else outcome}>"

    def done(self) -> bool:
        """Tell whether the event has an outcome."""
        return self._completion.outcome(self._index) is not None

    def running(self) -> bool:
        """Tell whether the event is under way."""
        return not self.done()

    def cancel(self) -> bool:
        """Return False: an event that was put cannot be called back."""
        return False

    def cancelled(self) -> bool:
        """Return False."""
        return False

    def result(self, timeout: float | None = None) -> PutResult:
        """Return where the event is, having waited ``timeout`` seconds at most for the answer.

        Raises:
            DeliveryError: if the event will not be delivered.
            TimeoutError: if there is no answer in time.
            ForkedProducerError: if there was none when this process was forked from the producer's.
        """
        outcome = self._completion.outcome(self._index)
        if outcome is None:
            self._completion.check_process()
            return super().result(timeout)
        if isinstance(outcome, Failure):
            raise self._error(outcome)
        return outcome

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return why the event will not be delivered, or none if it was; otherwise as ``result``."""
        outcome = self._completion.outcome(self._index)
        if outcome is None:
            self._completion.check_process()
            return super().exception(timeout)
        return self._error(outcome) if isinstance(outcome, Failure) else None

    def add_done_callback(self, fn: Callable[[Future[PutResult]], object]) -> None:
        """Have ``fn`` called with this future when it is done; at once, on this thread, if it is."""
        call = partial(self._call_back, fn)
        if not self._completion.observe(self._index, Observer(call, foreign=True)):
            call()

    def _call_back(self, fn: Callable[[Future[PutResult]], object]) -> None:
        try:
            fn(self)
        except Exception:
            _logger.exception("a callback for %r raised", self)

    def _error(self, failure: Failure) -> DeliveryError:
        # Always the same exception for the same future, as with any other.
        error = failure.error(self._completion.final_index(self._index))
        kept: DeliveryError = self.__dict__.setdefault("_delivery_error", error)
        return kept

    def _build_base(self) -> None:
        with _building_base:
            if self.__dict__.keys() >= _BASE_STATE:
                return
            # All at once: a thread that found a condition, but no state yet, would hold the one and wait here for the
            # other, and this thread for the condition.
            base: Future[PutResult] = Future()
            base.set_running_or_notify_cancel()
            self.__dict__.update(vars(base))
        if not self._completion.observe(self._index, Observer(self._finish_base, foreign=False)):
            self._finish_base()

    def _finish_base(self) -> None:
        outcome = self._completion.outcome(self._index)
        if isinstance(outcome, Failure):
            self.set_exception(self._error(outcome))
        elif outcome is not None:
            self.set_result(outcome)
