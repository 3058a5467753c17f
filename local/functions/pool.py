"""The stack's functions: each invocation gets an execution environment of its own, as Lambda gives it."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from local.functions.environment import ExecutionEnvironment
from local.functions.metrics import Metrics
from local.functions.observer import Observer
from local.functions.output import FunctionLog
from local.functions.runtime import Launch, Runtime, SourceRuntime
from local.template.resources import Function
from simulation.event_source_mapping.invocation import FunctionFailed, InvocationResult, NotInvoked, Throttled

STOPPED: Final = NotInvoked("the local stack has stopped")


class FunctionPool:
    """One function and its environments. Safe for threads."""

    def __init__(
        self,
        function: Function,
        launch: Launch,
        endpoint: str,
        log: FunctionLog,
        *,
        concurrency: int,
        observer: Observer | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            function: What to run.
            launch: How its environments are started.
            endpoint: Where its AWS SDK finds every service.
            log: Takes what its environments write.
            concurrency: Most environments at once on this machine, however many more the template reserves.
            observer: Is told of every invocation.
        """
        self._function = function
        self._launch = launch
        self._observer = observer
        self._endpoint = endpoint
        self._log = log
        reserved = function.reserved_concurrency
        self._reserved = reserved is not None and reserved <= concurrency
        self._places = threading.Semaphore(concurrency if reserved is None else min(reserved, concurrency))
        self._lock = threading.Lock()
        self._idle: list[ExecutionEnvironment] = []
        self._busy: set[ExecutionEnvironment] = set()
        self._outdated: set[ExecutionEnvironment] = set()
        self._held = False
        self._stopped = False

    def invoke(self, payload: bytes) -> InvocationResult:
        """Invoke with an event in JSON and wait for the result.

        A function with reserved concurrency is throttled when all of it is in use, as on AWS. Without it, or with
        more of it than this machine has places, the limit is this machine's, which Lambda does not have, so the
        invocation waits for its turn, for as long as the function's own timeout.
        """
        if self._held:
            return Throttled()
        patience = None if self._reserved else self._function.timeout_seconds
        if not self._places.acquire(blocking=not self._reserved, timeout=patience):
            return Throttled()
        try:
            environment = self._take()
            if environment is None:
                return STOPPED
            try:
                return self._observed(environment, payload)
            finally:
                self._give_back(environment)
        finally:
            self._places.release()

    def _observed(self, environment: ExecutionEnvironment, payload: bytes) -> InvocationResult:
        environment.wait_until_started()
        begun = time.monotonic()
        result = environment.invoke(payload)
        if self._observer is not None:
            seconds = time.monotonic() - begun
            self._observer.invoked(self._function.logical_id, seconds, failed=isinstance(result, FunctionFailed))
        return result

    @property
    def environments(self) -> tuple[ExecutionEnvironment, ...]:
        """The environments that exist now."""
        with self._lock:
            return (*self._idle, *self._busy)

    def hold(self, *, held: bool) -> None:
        """Throttle every invocation, as a reserved concurrency of 0 does, or no longer."""
        self._held = held

    def deploy(self, function: Function) -> None:
        """Run another version of the function; invocations under way end with the one before."""
        with self._lock:
            self._function = function
            idle = tuple(self._idle)
            self._idle.clear()
            self._outdated |= self._busy
        for environment in idle:
            environment.close()

    def stop(self) -> None:
        """Kill every environment; invocations under way fail, later ones are refused."""
        with self._lock:
            self._stopped = True
            environments = (*self._idle, *self._busy)
            self._idle.clear()
        for environment in environments:
            environment.close()

    def _take(self) -> ExecutionEnvironment | None:
        """Return the environment that was busy last, or a new one; None after `stop`."""
        with self._lock:
            if self._stopped:
                return None
            while self._idle:
                environment = self._idle.pop()
                if environment.usable:
                    break
                environment.close()
            else:
                environment = ExecutionEnvironment(self._function, self._launch, self._endpoint, self._log)
            self._busy.add(environment)
            return environment

    def _give_back(self, environment: ExecutionEnvironment) -> None:
        with self._lock:
            self._busy.discard(environment)
            outdated = environment in self._outdated
            self._outdated.discard(environment)
            if environment.usable and not outdated and not self._stopped:
                self._idle.append(environment)
                return
        environment.close()


class Functions:
    """All functions of the stack, by logical id."""

    def __init__(
        self,
        functions: Iterable[Function],
        endpoint: str,
        metrics: Metrics,
        directory: Path,
        concurrency: int,
        *,
        runtime: Runtime | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Start nothing yet; logs go to ``<logical id>.log`` in `directory`, and `observer` is told of invocations.

        Raises:
            StackError: `runtime`, which without one is that of the source, can't start a function.
        """
        runtime = runtime or SourceRuntime()
        self._pools = {
            each.logical_id: FunctionPool(
                each,
                runtime.launch(each),
                endpoint,
                FunctionLog(directory / f"{each.logical_id}.log", metrics),
                concurrency=concurrency,
                observer=observer,
            )
            for each in functions
        }
        self._background = ThreadPoolExecutor(thread_name_prefix="asynchronous invocation")

    def invoke(self, logical_id: str, payload: bytes) -> InvocationResult:
        """Invoke a function with an event in JSON and wait for the result."""
        return self._pools[logical_id].invoke(payload)

    def invoke_later(self, logical_id: str, payload: bytes) -> "Future[InvocationResult]":
        """Invoke a function without waiting, as a schedule does."""
        return self._background.submit(self.invoke, logical_id, payload)

    def hold(self, logical_id: str, *, held: bool) -> None:
        """Throttle every invocation of a function, as a reserved concurrency of 0 does, or no longer."""
        self._pools[logical_id].hold(held=held)

    def deploy(self, function: Function) -> None:
        """Run another version of a function."""
        self._pools[function.logical_id].deploy(function)

    def process_ids(self) -> list[int]:
        """Return the processes of all environments."""
        return [environment.process_id for pool in self._pools.values() for environment in pool.environments]

    def processes_of(self, logical_id: str) -> list[int]:
        """Return the processes of a function's environments."""
        return [environment.process_id for environment in self._pools[logical_id].environments]

    def stop(self) -> None:
        """Kill every environment."""
        for pool in self._pools.values():
            pool.stop()
        self._background.shutdown(wait=True, cancel_futures=True)
