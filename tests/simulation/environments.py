"""The real handlers in execution environments: made as Lambda would make them, of simulated services, time and threads.

A handler keeps what it makes once in a cached function of its module. Here that function answers with what belongs to
the environment of the program that runs (`entered`), so that any number of environments live in one process.
"""

import io
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import local
from typing import TYPE_CHECKING, Any, Protocol, cast

import pytest

import consumers.ingest.handler as ingest_handler
import consumers.rollup.environment as rollup_environment
import consumers.rollup.handler as rollup_handler
import consumers.sweep.handler as sweep_handler
from consumers.metrics import FunctionMetrics

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

TIMEOUT_SECONDS = 60.0
TOO_LITTLE_SECONDS = 1.0
"""Enough to answer, too little to begin another call."""
NOTHING_LEFT_SECONDS = 0.4
"""The answer is due, whatever is under way."""


class Killed(BaseException):
    """The execution environment is no more: what it did is done, and it does nothing else."""


class FunctionName(StrEnum):
    """The functions under test."""

    INGEST = "ingest"
    ROLLUP = "rollup"
    SWEEP = "sweep"


@dataclass
class Invocation:
    """What becomes of one invocation, counted in calls of services."""

    killed_before: int | None = None
    """The call that is never made."""
    killed_after: int | None = None
    """The call that is the last to be made; its answer reaches nobody."""
    short_after: int | None = None
    """After this call little time is left."""
    answer_due: bool = False
    calls: int = 0

    def seconds_left(self) -> float:
        if self.answer_due:
            return NOTHING_LEFT_SECONDS
        if self.short_after is not None and self.calls >= self.short_after:
            return TOO_LITTLE_SECONDS
        return TIMEOUT_SECONDS


class Surroundings(Protocol):
    """What an environment finds around it."""

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment variables."""

    def client(self, service: str) -> Any:  # noqa: ANN401 - a simulated client
        """Return a client."""

    def clock(self) -> float:
        """Return the time, epoch seconds."""

    def outlives(self) -> bool:
        """Tell whether the task that begins now is still under way when its invocation must answer."""


class Environment:
    """One execution environment of a function."""

    def __init__(self, function: FunctionName, surroundings: Surroundings) -> None:
        self.function = function
        self.surroundings = surroundings
        self.variables = dict(surroundings.variables)
        self.invocation = Invocation()
        self.outliving: list[Callable[[], None]] = []
        """Tasks of this invocation that will outlive it."""
        self.under_way: list[Callable[[], None]] = []
        """Tasks of earlier invocations: they go on while this one runs, since Lambda thaws them with it."""
        self._going_on = False
        with entered(self):
            match function:
                case FunctionName.INGEST:
                    self.ingest = _MAKERS["ingest"]()
                case FunctionName.ROLLUP:
                    self.environment = _MAKERS["environment"]()
                case FunctionName.SWEEP:
                    self.environment = _MAKERS["environment"]()
                    self.sweep = _MAKERS["sweep"]()

    def invoke(self, event: dict[str, Any], invocation: Invocation) -> Any:  # noqa: ANN401 - what the handler answers
        """Call the handler; raises `Killed` if the invocation came to that."""
        self.invocation = invocation
        handlers: dict[FunctionName, Callable[..., Any]] = {
            FunctionName.INGEST: ingest_handler.handler,
            FunctionName.ROLLUP: rollup_handler.handler,
            FunctionName.SWEEP: sweep_handler.handler,
        }
        with entered(self):
            try:
                return handlers[self.function](event, cast("LambdaContext", _Context(self)))
            finally:
                self.under_way += self.outliving
                self.outliving.clear()

    def go_on(self) -> None:
        """Let one task that outlived its invocation end; one at a time, as they may wait for each other's locks."""
        if self.under_way and not self._going_on:
            self._going_on = True
            try:
                self.under_way.pop(0)()
            finally:
                self._going_on = False


class Pool(Executor):
    """Does a task at once, in the caller's thread; or, where it outlives the invocation, some time later."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as the base class
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()

        def run() -> None:
            try:
                future.set_result(task(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - a future holds whatever its task raised
                future.set_exception(error)

        environment = self._environment
        # The sweep waits for its reads however long they take.
        if environment.function is not FunctionName.SWEEP and environment.surroundings.outlives():
            environment.invocation.answer_due = True
            environment.outliving.append(run)
        else:
            run()
        return future


class _Context:
    """What Lambda tells a function about its invocation."""

    memory_limit_in_mb = 1024
    aws_request_id = "request-1"

    def __init__(self, environment: Environment) -> None:
        self.function_name = environment.function.value
        self.invoked_function_arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{self.function_name}"
        self._environment = environment

    def get_remaining_time_in_millis(self) -> int:
        return int(self._environment.invocation.seconds_left() * 1000)


_MAKERS: dict[str, Callable[[], Any]] = {
    made.__name__: made.__wrapped__
    for made in (ingest_handler.ingest, rollup_environment.environment, sweep_handler.sweep)
}
"""What makes an environment's things, without the cache that keeps them for a process."""

_here = local()


def here() -> Environment | None:
    """Return the environment of the program that runs."""
    return getattr(_here, "environment", None)


@contextmanager
def entered(environment: Environment) -> Iterator[None]:
    """Run in `environment`."""
    before = here()
    _here.environment = environment
    try:
        yield
    finally:
        _here.environment = before


class _Time:
    """The module `time`, but of the simulation; nobody really sleeps."""

    def time(self) -> float:
        return _mine().surroundings.clock()

    def sleep(self, seconds: float) -> None:
        """Let others go on meanwhile: they do at the next call."""


class _System:
    """The module `os`, as far as a handler reads its variables there."""

    @property
    def environ(self) -> dict[str, str]:
        return _mine().variables


class _Nowhere(io.TextIOBase):
    """Takes what is written and keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


def _mine() -> Environment:
    environment = here()
    assert environment is not None, "a handler runs outside of every environment"
    return environment


def _client(service: str, **_: object) -> Any:  # noqa: ANN401 - a simulated client
    return _mine().surroundings.client(service)


def simulate_handlers(patch: pytest.MonkeyPatch) -> None:
    """Let the handlers' modules find what belongs to the environment that runs, and be silent."""
    patch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    patch.setattr("sys.stdout", _Nowhere())  # where metrics go
    for name, value in {
        "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
        "POWERTOOLS_SERVICE_NAME": "simulation",
    }.items():
        patch.setenv(name, value)
    for handler in (ingest_handler, rollup_handler, sweep_handler):
        patch.setattr(handler, "time", _Time())
        patch.setattr(handler, "metrics", FunctionMetrics(handler.METRICS))  # which reads the variables above
    for module in (ingest_handler, rollup_environment):
        patch.setattr(module, "os", _System())
        patch.setattr(module, "time", _Time())
        patch.setattr(module, "ThreadPoolExecutor", lambda *_, **__: Pool(_mine()))
    patch.setattr(ingest_handler, "dynamodb_client", lambda: _client("dynamodb"))
    patch.setattr(ingest_handler, "s3_client", lambda: _client("s3"))
    patch.setattr("boto3.client", _client)
    patch.setattr(ingest_handler, "ingest", lambda: _mine().ingest)
    for handler in (rollup_handler, sweep_handler):
        patch.setattr(handler, "environment", lambda: _mine().environment)
    patch.setattr(sweep_handler, "sweep", lambda: _mine().sweep)
