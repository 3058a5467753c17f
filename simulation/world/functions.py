"""Lambda in the simulated world: the model of it, driven with the real handlers in environments of their own."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from consumers.views.handler import ViewsFailedError
from simulation.event_source_mapping.invocation import Answered, InvocationResult, NotInvoked
from simulation.faults import Faults
from simulation.scheduler import Scheduler, Signal
from simulation.services.event_queue import EventQueue
from simulation.services.faults import Fault as CallFault
from simulation.services.functions import Begun, Ending, FunctionSettings, SimulatedLambda
from simulation.trace import Trace
from simulation.world.environment import Environment, Fate
from simulation.world.handlers import FunctionName
from simulation.world.process import Process
from simulation.world.wire import Service, Wire

TIMEOUT_SECONDS: Final = {
    FunctionName.INGEST: 60.0,
    FunctionName.ROLLUP: 60.0,
    FunctionName.SWEEP: 300.0,
    FunctionName.VIEWS: 120.0,
}
REPORTING_FAILURES: Final = frozenset({FunctionName.INGEST, FunctionName.ROLLUP})
"""Functions whose answers say which records failed."""
OLDER_SECONDS: Final = 540.0
"""How long functions of the last deployment may still be invoked."""

CALLS_BEFORE_DEATH: Final = 5
CALLS_BEFORE_HANGING: Final = 3
"""On average; there may be any number."""

NONSENSE: Final = (
    b"{",
    b'"oops"',
    b"[1]",
    b'{"batchItemFailures": "all"}',
    b'{"batchItemFailures": [{"itemIdentifier": "no sequence number"}]}',
    b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
    b'{"batchItemFailures": [{}]}',
)
"""Each is a complete failure by Lambda's rules."""


class Functions:
    """Deploys and invokes.

    Attributes:
        raised: What handlers raised, in order, but for what calls of services failed with.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        faults: Faults,
        trace: Trace,
        wire: Wire,
        client: Callable[[str, Process, Config], Any],
    ) -> None:
        self.raised: list[str] = []
        self._scheduler = scheduler
        self._faults = faults
        self._trace = trace
        self._wire = wire
        self._client = client
        self._environments: dict[int, Environment] = {}
        self._variables: dict[int, dict[str, str]] = {}
        self._deployments = 0
        self._overlapped: set[int] = set()
        """Deployments during which functions of the one before were invoked."""
        chance = scheduler.chance
        self._model = SimulatedLambda()
        self._model.choose = chance.randrange
        self._model.start_seconds = lambda: chance.uniform(0.2, 2.0)
        self._model.idle_seconds = lambda: chance.choice([20.0, 900.0])
        self._model.before_invoke = self._before_invoke
        self._model.gone = self._gone
        self._queue = EventQueue()
        self._sent = Signal(scheduler)
        scheduler.spawn(self._asynchronously)

    def deploy(self, variables: dict[str, str]) -> None:
        """Deploy all functions with these environment variables; the last deployment may be invoked for a while."""
        self._deployments += 1
        self._variables[self._deployments] = variables
        for function, timeout in TIMEOUT_SECONDS.items():
            self._model.deploy(FunctionSettings(function.value, timeout), self._scheduler.now, older_for=OLDER_SECONDS)

    def send(self, function: FunctionName, payload: bytes) -> None:
        """Invoke a function asynchronously, without retries, as the template has it."""
        self._queue.send(function.value, payload, self._scheduler.now, retries=0, event_age=60.0)
        self._sent.fire()

    def invoke(self, function: FunctionName, payload: bytes) -> InvocationResult:
        """Invoke a function and wait for what comes of it."""
        scheduler = self._scheduler
        scheduler.sleep(0.01 * scheduler.chance.random())
        if self._wire.is_down(Service.LAMBDA):
            return NotInvoked("Lambda answers nobody")
        begun = self._model.begin(function.value, payload, scheduler.now)
        if not isinstance(begun, Begun):
            return begun
        environment = self._environment(function, begun)
        environment.thaw()
        fate = self._fate()
        ending, answer = self._run(environment, begun, payload, fate)
        environment.freeze()
        self._count(begun, fate, ending)
        if ending in (Ending.CRASHED, Ending.TIMED_OUT):
            environment.kill()
        self._trace.note(environment.name, begun.request_id, ending.name, answer.decode(errors="replace"))
        result = self._model.ended(begun, ending, answer, scheduler.now)
        answers = function in REPORTING_FAILURES and isinstance(result, Answered)
        if answers and self._faults.strikes("handler_nonsense"):
            return Answered(self._faults.chance("handler_nonsense").choice(NONSENSE), begun.request_id)
        return result

    def _run(self, environment: Environment, begun: Begun, payload: bytes, fate: Fate) -> tuple[Ending, bytes]:
        """Have the handler run until it ends or its time is over."""
        scheduler = self._scheduler
        if begun.runs_at > scheduler.now:
            scheduler.sleep(begun.runs_at - scheduler.now)
        ended = Signal(scheduler)
        endings: list[tuple[Ending, bytes]] = []

        def end(ending: Ending, answer: bytes) -> None:
            endings.append((ending, answer))
            ended.fire()

        def run() -> None:
            try:
                answer = environment.invoke(json.loads(payload), fate, begun.deadline, begun.request_id)
            except Exception as error:  # noqa: BLE001 - Lambda takes whatever a handler raises for a failed invocation
                if not _is_of_a_service(error):
                    self.raised.append(f"{begun.function} raised {error!r}")
                end(Ending.RAISED, type(error).__name__.encode())
            else:
                end(Ending.ANSWERED, json.dumps(answer).encode())

        environment.crashed = lambda: end(Ending.CRASHED, b"")
        environment.adopt(scheduler.spawn(run, owner=environment))
        ended.wait(begun.deadline - scheduler.now)
        return endings[0] if endings else (Ending.TIMED_OUT, b"")

    def _fate(self) -> Fate:
        faults = self._faults
        if faults.looms("handler_killed"):
            chance = faults.chance("handler_killed")
            call, before = _some_call(chance, CALLS_BEFORE_DEATH), chance.random() < 0.5
            return Fate(call if before else None, None if before else call)
        if faults.looms("handler_timed_out"):
            return Fate(hangs_at=_some_call(faults.chance("handler_timed_out"), CALLS_BEFORE_HANGING))
        return Fate()

    def _count(self, begun: Begun, fate: Fate, ending: Ending) -> None:
        """Count what has struck: a handler at whose call fate had waited may have ended by itself before."""
        if ending is Ending.CRASHED:
            self._faults.struck("handler_killed")
        elif ending is Ending.TIMED_OUT and fate.hangs:
            self._faults.struck("handler_timed_out")
        if begun.version < self._deployments and self._deployments not in self._overlapped:
            self._overlapped.add(self._deployments)
            self._faults.struck("redeployed")

    def _environment(self, function: FunctionName, begun: Begun) -> Environment:
        found = self._environments.get(begun.environment)
        if found is None:
            variables = self._variables[begun.version]
            found = Environment(self._scheduler, function, begun.environment, variables, self._client)
            self._environments[begun.environment] = found
        return found

    def _before_invoke(self, _: str) -> CallFault:
        if self._faults.strikes("throttled_function"):
            return CallFault.THROTTLED
        if self._faults.strikes("lost_invocation"):
            return self._faults.chance("lost_invocation").choice([CallFault.LOST_REQUEST, CallFault.LOST_ANSWER])
        return CallFault.NONE

    def _gone(self, environment: int) -> None:
        self._environments.pop(environment).kill()

    def _asynchronously(self) -> None:
        """Invoke functions with what was sent to them."""
        scheduler = self._scheduler
        while True:
            for event in self._queue.due(scheduler.now):

                def deliver(event: Any = event) -> None:  # noqa: ANN401 - a queued event
                    result = self.invoke(FunctionName(event.function), event.payload)
                    self._queue.settled(event, result, scheduler.now)
                    self._sent.fire()

                scheduler.spawn(deliver)
            wake = self._queue.wake()
            self._sent.wait(None if wake is None else wake - scheduler.now)


def _some_call(chance: Random, mean: float) -> int:
    """Return which of an invocation's calls is meant: any may be, the first ones most likely, as most make few."""
    return 1 + int(chance.expovariate(1 / mean))


def _is_of_a_service(error: BaseException) -> bool:
    """Tell whether a handler raised what calls of services failed with, and nothing else."""
    if isinstance(error, ViewsFailedError):
        return all(map(_is_of_a_service, error.failures.values()))
    return isinstance(error, ClientError | BotoCoreError)
