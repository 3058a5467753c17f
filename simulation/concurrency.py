"""What code under simulation takes for an executor, a future, `concurrent.futures.wait` and a lock."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Executor, Future
from types import TracebackType
from typing import Any, Self

from simulation.scheduler import Scheduler, Signal


class SimulatedFuture(Future[Any]):
    """A future that programs of the scheduler wait for. One program runs at a time, so it needs no lock.

    It has nothing of its base class but the type: making that one's lock takes longer than many a task.
    """

    def __init__(self, scheduler: Scheduler) -> None:  # its base class is not made
        self._scheduler = scheduler
        self._ended = Signal(scheduler)
        self._began = self._cancelled = False
        self._value: Any = None
        self._error: BaseException | None = None

    def wait(self, deadline: float | None) -> None:
        """Wait until there is a result, or it is `deadline`, epoch seconds."""
        while not self.done() and (deadline is None or self._scheduler.now < deadline):
            self._ended.wait(None if deadline is None else deadline - self._scheduler.now)

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - as the base class
        """Return the result, having waited for it at most `timeout` seconds."""
        error = self.exception(timeout)
        if error is not None:
            raise error
        return self._value

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return what was raised, if anything was, having waited for it at most `timeout` seconds."""
        self.wait(None if timeout is None else self._scheduler.now + timeout)
        if not self.done():
            raise TimeoutError
        if self._cancelled:
            raise CancelledError
        return self._error

    def done(self) -> bool:
        """Tell whether there is a result, or it was cancelled."""
        return self._ended.fired > 0

    def running(self) -> bool:
        """Tell whether it has begun and not ended."""
        return self._began and not self.done()

    def cancelled(self) -> bool:
        """Tell whether it was cancelled."""
        return self._cancelled

    def cancel(self) -> bool:
        """Have it never begin, unless it has begun; tell whether it never will."""
        if not self._began and not self.done():
            self._cancelled = True
            self._ended.fire()
        return self._cancelled

    def set_running_or_notify_cancel(self) -> bool:
        """Let it begin, unless it was cancelled; tell whether it may."""
        self._began = not self._cancelled
        return self._began

    def set_result(self, result: Any) -> None:  # noqa: ANN401 - as the base class
        """End it with a result."""
        self._value = result
        self._ended.fire()

    def set_exception(self, exception: BaseException | None) -> None:
        """End it with what was raised."""
        self._error = exception
        self._ended.fire()

    def add_done_callback(self, fn: Callable[[Future[Any]], object]) -> None:
        """Be asked for what nobody here needs: wait for it."""
        raise NotImplementedError


class SimulatedExecutor(Executor):
    """Runs each task as a program of the scheduler, as many at once as it has workers."""

    def __init__(self, scheduler: Scheduler, workers: int) -> None:
        self._scheduler = scheduler
        self._free = workers
        self._waiting: deque[Callable[[], None]] = deque()

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> SimulatedFuture:  # noqa: ANN401 - as the base class
        """Have a task run."""
        future = SimulatedFuture(self._scheduler)

        def run() -> None:
            try:
                if future.set_running_or_notify_cancel():
                    future.set_result(task(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - a future holds whatever its task raised
                future.set_exception(error)
            finally:
                self._free += 1
                self._start()

        self._waiting.append(run)
        self._start()
        return future

    def _start(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            self.begin(self._waiting.popleft())

    def begin(self, task: Callable[[], None]) -> None:
        """Start a task."""
        self._scheduler.spawn(task)


def wait(futures: Iterable[SimulatedFuture], timeout: float | None = None) -> None:
    """Wait for all of them, at most `timeout` seconds in all."""
    deadline: float | None = None
    for future in futures:
        if deadline is None and timeout is not None:
            deadline = future._scheduler.now + timeout
        future.wait(deadline)


class SimulatedLock:
    """A lock between programs of the scheduler."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._held = False
        self._released = Signal(scheduler)

    def __enter__(self) -> Self:
        """Wait for it, and hold it."""
        while self._held:
            self._released.wait()
        self._held = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the others have it."""
        self._held = False
        self._released.fire()
