"""A local stack under a load, as `run` loads it, while something else is measured of it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from load.errors import LoadError
from load.generator.stream import StreamAddress
from load.runs.reporting_api import ReportingApi
from load.runs.run import RunOptions, run
from load.runs.stub_target import StubTarget
from load.workload.shapes import steady
from local.stack import LocalStack

RATE: Final = 150.0
"""Events a second: such a load keeps a machine of two cores about a third busy."""
MOST_SECONDS: Final = 3_600.0

T = TypeVar("T")
Pause = Callable[[float], None]


class _Running(StubTarget):
    """A stack that runs already, and that others watch."""

    local = True

    def __init__(self, stack: LocalStack) -> None:
        super().__init__(int(stack.parameters["ShardCount"]))
        self._stack = stack

    @property
    def name(self) -> str:
        return "local stack"

    @property
    def address(self) -> StreamAddress:
        return StreamAddress(self._stack.outputs["StreamName"], endpoint=self._stack.endpoint)

    def api(self) -> ReportingApi | None:
        return ReportingApi(self._stack.url)


class _Until:
    """The load is to end when something is done."""

    def __init__(self, measuring: Future[T]) -> None:
        self._measuring = measuring

    @property
    def wanted(self) -> bool:
        return self._measuring.done()


class _LoadEndedError(Exception):
    """Nothing is measured any more."""


def under_load(stack: LocalStack, measure: Callable[[Pause], T]) -> T:
    """Send events and ask for probes, as `run` does, while something is measured in another thread; return that.

    Args:
        stack: what is loaded.
        measure: is given a pause, in seconds, to be made between whatever it does.

    Raises:
        LoadError: the generator or the stack broke down.
        KeyboardInterrupt: the user ended it.
        Exception: whatever `measure` raises.
    """
    ended = threading.Event()

    def pause(seconds: float) -> None:
        if ended.wait(seconds):
            raise _LoadEndedError

    options = RunOptions(profile=steady(RATE, MOST_SECONDS), warm_up_seconds=0.0)
    with ThreadPoolExecutor(1, thread_name_prefix="measuring") as pool:
        measuring = pool.submit(measure, pause)
        try:
            # In this thread, which is told of Ctrl-C.
            report = run(options, _Running(stack), show=lambda _: None, wish=_Until(measuring))
        finally:
            ended.set()
    if report.ended == "failure":
        raise LoadError(report.findings[0].text)
    try:
        return measuring.result()
    except _LoadEndedError:
        raise KeyboardInterrupt from None
