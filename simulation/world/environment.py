"""One execution environment of a function, and what becomes of an invocation there."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from botocore.config import Config

from simulation.concurrency import SimulatedExecutor
from simulation.scheduler import Killed, Scheduler
from simulation.world.handlers import HANDLERS, FunctionName
from simulation.world.process import Process


@dataclass
class Fate:
    """What becomes of one invocation, counted in calls of services."""

    killed_before: int | None = None
    """The call that is never made."""
    killed_after: int | None = None
    """The call that is the last to be made; its answer reaches nobody."""
    hangs_at: int | None = None
    """The call at which it does nothing until its time is over."""
    calls: int = 0
    """Made so far: an invocation may well end before it makes so many."""

    @property
    def hangs(self) -> bool:
        """Whether it got to the call at which it does nothing."""
        return self.hangs_at is not None and self.calls >= self.hangs_at


class Environment(Process):
    """What lives between the invocations of one environment.

    Attributes:
        made: What its handler's module keeps.
        crashed: Called when it is killed from within.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        function: FunctionName,
        number: int,
        variables: dict[str, str],
        client: Callable[[str, Process, Config], Any],
    ) -> None:
        super().__init__(scheduler, f"{function}-{number}")
        self.variables = variables
        self.made: dict[str, Any] = {}
        self.crashed: Callable[[], object] = lambda: None
        self._function = function
        self._client = client
        self._fate = Fate()
        self._deadline = 0.0

    def client(self, service: str, config: Config) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a client whose calls are this environment's, made by `config` if it is botocore's."""
        return self._client(service, self, config)

    def pool(self, workers: int) -> Executor:
        """Return what runs a handler's tasks."""
        return _Pool(self.scheduler, workers, self)

    def invoke(self, event: dict[str, Any], fate: Fate, deadline: float, request_id: str) -> Any:  # noqa: ANN401 - an answer
        """Call the handler, which has until `deadline`, epoch seconds."""
        self._fate, self._deadline = fate, deadline
        return HANDLERS[self._function](event, _Context(self._function, request_id, self._seconds_left))

    def before_call(self) -> None:
        """Let pass a program that is about to make a call, or let fate have its way."""
        self.check()
        fate = self._fate
        fate.calls += 1
        if fate.calls == fate.killed_before:
            self._crash()
        if fate.calls == fate.hangs_at:
            self.scheduler.sleep(max(self._seconds_left(), 0.0) + 1.0)
            self.check()

    def after_call(self) -> None:
        """Likewise when the call has been carried out."""
        self.check()
        if self._fate.calls == self._fate.killed_after:
            self._crash()

    def _crash(self) -> None:
        self.crashed()
        raise Killed

    def _seconds_left(self) -> float:
        return self._deadline - self.scheduler.now


class _Pool(SimulatedExecutor):
    """Runs tasks that die with their environment."""

    def __init__(self, scheduler: Scheduler, workers: int, environment: Environment) -> None:
        super().__init__(scheduler, workers)
        self._environment = environment

    def begin(self, task: Callable[[], None]) -> None:
        """Start a task."""
        self._environment.adopt(self._scheduler.spawn(task))


class _Context:
    """What Lambda tells a function about its invocation."""

    memory_limit_in_mb = 1024

    def __init__(self, function: str, request_id: str, seconds_left: Callable[[], float]) -> None:
        self.aws_request_id = request_id
        self.function_name = function
        self.invoked_function_arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{function}"
        self._seconds_left = seconds_left

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of the invocation's time."""
        return max(int(self._seconds_left() * 1000), 0)
