"""A local stack under a load, as `run` loads it, while it is watched by others."""

from collections.abc import Callable
from typing import Final

from load.errors import LoadError
from load.generator.stream import StreamAddress
from load.runs.reporting_api import ReportingApi
from load.runs.run import Never, RunOptions, run
from load.runs.status import Status
from load.runs.stub_target import StubTarget
from load.workload.shapes import steady
from local.stack import LocalStack

RATE: Final = 150.0
"""Events a second: such a load keeps a machine of two cores about a third busy."""


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


def load(stack: LocalStack, seconds: float, show: Callable[[str], object]) -> None:
    """Send a stack events for so long, and ask it for probes, as `run` does; show how far that is.

    Raises:
        LoadError: the generator or the stack broke down.
        KeyboardInterrupt: the user ended it.
    """
    options = RunOptions(profile=steady(RATE, seconds), warm_up_seconds=0.0)

    def show_load(status: Status) -> None:
        show(f"local stack: under a load, {min(max(status.at, 0), seconds):.0f} of {seconds:.0f} s")

    report = run(options, _Running(stack), show=show_load, wish=Never())
    if report.ended == "failure":
        raise LoadError(report.findings[0].text)
    if report.ended == "interrupt":
        raise KeyboardInterrupt
