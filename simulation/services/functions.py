"""Lambda as a model: which invocation runs where, from when until when at most, and what the caller is told.

It performs nothing. A shell asks `begin`, runs the handler in the environment it is told (with the environment's own
memory, from `runs_at` on, and kills it at `deadline`), and reports to `ended` how that went:

    begun = functions.begin("ingest", payload, now)
    if isinstance(begun, Begun):
        …                                       # the handler, until it ends or the deadline comes
        result = functions.ended(begun, Ending.ANSWERED, b"null", now)

Sources, in the AWS Lambda Developer Guide: "Understanding the Lambda execution environment lifecycle" (reuse, freezing,
timeouts, crashes), "Understanding Lambda function scaling", "Configuring reserved concurrency", "Lambda scaling
behavior", "Lambda quotas". What they leave open is decided by functions that the shell hands in.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from simulation.event_source_mapping.invocation import (
    Answered,
    FunctionFailed,
    InvocationResult,
    NotInvoked,
    Throttled,
)
from simulation.services.faults import Fault

PAYLOAD_LIMIT: Final = 6 * 1024 * 1024
"""Bytes of a synchronous invocation's event and of its answer ("Lambda quotas")."""

UNRESERVED_LEAST: Final = 100
"""Concurrency that can't be reserved ("Configuring reserved concurrency")."""

SCALING_ENVIRONMENTS: Final = 1_000
SCALING_SECONDS: Final = 10.0
"""A function gets so many new environments in so many seconds, refilled steadily ("Lambda scaling behavior")."""


class Ending(Enum):
    """How a handler's run ended."""

    ANSWERED = "the handler returned"
    RAISED = "the handler raised; its environment stays"
    CRASHED = "the process ended; its environment is no more"
    TIMED_OUT = "the function's timeout came; its environment is no more"


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """What a deployment says of a function.

    `timeout` is in seconds. `reserved` is its reserved concurrency, None where it shares what is left of the account's.
    """

    name: str
    timeout: float
    reserved: int | None = None


class Begun(NamedTuple):
    """An invocation that runs.

    `environment` is the number of its execution environment, `cold` whether that is new: then the handler's module is
    loaded before `runs_at`. `version` counts the function's deployments from 1: which code and variables it runs with.
    At `deadline` it is killed. Times are in epoch seconds.
    """

    function: str
    request_id: str
    environment: int
    version: int
    cold: bool
    runs_at: float
    deadline: float
    answer_lost: bool


@dataclass(slots=True)
class _Environment:
    number: int
    version: int
    idle_until: float = 0.0


@dataclass(slots=True)
class _Function:
    settings: FunctionSettings
    version: int = 1
    older_until: float = float("-inf")
    older: FunctionSettings | None = None
    """The version before this one may be invoked until then."""
    idle: list[_Environment] = field(default_factory=list)
    running: dict[int, _Environment] = field(default_factory=dict)
    startable: float = SCALING_ENVIRONMENTS
    counted_at: float = 0.0


class SimulatedLambda:
    """The functions of an account. Times are in epoch seconds and never go backwards.

    Attributes:
        choose: `choose(n)` returns which of n things Lambda takes, from 0: idle environments, the one used last coming
            last; versions while two are live, the newer one coming last. Undocumented, hence not to be relied upon.
        start_seconds: How long the next cold start takes; at most ten seconds ("Init phase").
        idle_seconds: How long the environment that has just become idle is kept. Undocumented.
        before_invoke: Told a function's name; says what becomes of the invocation on its way, as
            `simulation.services.faults` describes.
        gone: Told the number of an environment that is no more; what it kept is lost.
    """

    def __init__(self, *, concurrency: int = 1_000) -> None:
        """`concurrency` is the account's: all its functions' together, at one time."""
        self.choose: Callable[[int], int] = lambda count: count - 1
        self.start_seconds: Callable[[], float] = lambda: 0.5
        self.idle_seconds: Callable[[], float] = lambda: 600.0
        self.before_invoke: Callable[[str], Fault] = lambda _: Fault.NONE
        self.gone: Callable[[int], object] = lambda _: None
        self._concurrency = concurrency
        self._functions: dict[str, _Function] = {}
        self._environments = 0
        self._requests = 0

    def deploy(self, settings: FunctionSettings, now: float, *, older_for: float = 0.0) -> None:
        """Deploy a function, or its next version; for `older_for` seconds the last one is invoked too.

        Raises:
            ValueError: it reserves more than the account can give.
        """
        function = self._functions.get(settings.name)
        reserved = sum(each.settings.reserved or 0 for each in self._functions.values() if each is not function)
        most = self._concurrency - UNRESERVED_LEAST - reserved
        if settings.reserved and settings.reserved > most:
            raise ValueError(
                f"{settings.name} reserves {settings.reserved}, and {max(0, most)} is the most there is: reserve less."
            )
        if function is None:
            self._functions[settings.name] = _Function(settings, counted_at=now)
            return
        function.older, function.settings = function.settings, settings
        function.older_until = now + older_for
        function.version += 1
        self._let_go(function, now)

    def begin(self, name: str, payload: bytes, now: float) -> Begun | Throttled | NotInvoked:
        """Start an invocation, or say why not. KeyError where no such function is deployed."""
        function = self._functions[name]
        fault = self.before_invoke(name)
        if fault is Fault.THROTTLED:
            return Throttled()
        if fault is Fault.LOST_REQUEST:
            return NotInvoked("the request was lost")
        if len(payload) > PAYLOAD_LIMIT:
            return NotInvoked(f"RequestTooLargeException: {len(payload)} bytes, {PAYLOAD_LIMIT} is the most")
        self._let_go(function, now)
        if len(function.running) >= self._most(function):
            return Throttled()
        version, settings = self._version(function, now)
        environment = self._warm(function, version)
        cold = environment is None
        if environment is None:
            environment = self._started(function, version, now)
        if environment is None:
            return Throttled()
        function.running[environment.number] = environment
        self._requests += 1
        runs_at = now + (self.start_seconds() if cold else 0.0)
        return Begun(
            function=name,
            request_id=f"request-{self._requests}",
            environment=environment.number,
            version=version,
            cold=cold,
            runs_at=runs_at,
            deadline=runs_at + settings.timeout,
            answer_lost=fault in (Fault.LOST_ANSWER, Fault.REPEATED),
        )

    def ended(self, begun: Begun, ending: Ending, payload: bytes, now: float) -> InvocationResult:
        """Take in how a run ended and return what its caller is told. `payload` is the answer or the error, in JSON."""
        function = self._functions[begun.function]
        environment = function.running.pop(begun.environment)
        if ending in (Ending.CRASHED, Ending.TIMED_OUT):
            self.gone(environment.number)
        else:
            environment.idle_until = now + self.idle_seconds()
            function.idle.append(environment)
            self._let_go(function, now)
        if begun.answer_lost:
            return NotInvoked("the answer was lost")
        if ending is Ending.ANSWERED and len(payload) > PAYLOAD_LIMIT:
            # "Lambda quotas"; the error's type is that of the runtime interface.
            return FunctionFailed(_error("Function.ResponseSizeTooLarge", "the answer is too large"), "Unhandled")
        if ending is Ending.ANSWERED:
            return Answered(payload, begun.request_id)
        if ending is Ending.TIMED_OUT:
            payload = _error("Sandbox.Timedout", f"RequestId: {begun.request_id} Error: Task timed out")
        elif ending is Ending.CRASHED:
            payload = _error("Runtime.ExitError", f"RequestId: {begun.request_id} Error: Runtime exited")
        return FunctionFailed(payload, request_id=begun.request_id)

    def thawed(self, environment: int) -> bool:
        """Tell whether an environment runs: what an invocation left behind goes on only while another runs there."""
        return any(environment in function.running for function in self._functions.values())

    def running(self, name: str) -> int:
        """Return how many invocations of a function run."""
        return len(self._functions[name].running)

    # Parts.

    def _most(self, function: _Function) -> int:
        """Return how many invocations of a function may run now, those that run included."""
        if function.settings.reserved is not None:
            return function.settings.reserved
        others = [each for each in self._functions.values() if each is not function]
        reserved = sum(each.settings.reserved or 0 for each in others)
        sharing = sum(len(each.running) for each in others if each.settings.reserved is None)
        return self._concurrency - reserved - sharing

    def _version(self, function: _Function, now: float) -> tuple[int, FunctionSettings]:
        """Choose among the versions that are live."""
        if function.older is not None and now < function.older_until and self.choose(2) == 0:
            return function.version - 1, function.older
        return function.version, function.settings

    def _warm(self, function: _Function, version: int) -> _Environment | None:
        """Take an idle environment of a version, if there is one."""
        fitting = [each for each in function.idle if each.version == version]
        if not fitting:
            return None
        taken = fitting[self.choose(len(fitting))]
        function.idle.remove(taken)
        return taken

    def _started(self, function: _Function, version: int, now: float) -> _Environment | None:
        """Start a new environment, as fast as a function may scale."""
        refilled = (now - function.counted_at) * SCALING_ENVIRONMENTS / SCALING_SECONDS
        function.startable = min(SCALING_ENVIRONMENTS, function.startable + refilled)
        function.counted_at = now
        if function.startable < 1:
            return None
        function.startable -= 1
        self._environments += 1
        return _Environment(self._environments, version)

    def _let_go(self, function: _Function, now: float) -> None:
        """Shut down environments that were idle for long, or whose version is invoked no more."""
        oldest = function.version - (1 if now < function.older_until else 0)
        over = [each for each in function.idle if each.version < oldest or each.idle_until <= now]
        for environment in over:
            function.idle.remove(environment)
            self.gone(environment.number)


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
