"""The local stack as a target: started for the run, with the chosen configuration, and watched from its runtime."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from load.configuration import Configuration
from load.generator.stream import StreamAddress
from load.measure.distributions import Measured
from load.measure.functions import AGES, BATCHES, FUNCTIONS, batch_unit, memory_limit_bytes
from load.report.model import Function, Table, Unit
from load.report.settings import settings_of
from load.runs.local_stack import start_local_stack
from load.runs.reporting_api import ReportingApi
from load.runs.target import Insides
from local.stack import LocalStack


class _Watched:
    """One function's invocations."""

    def __init__(self, batch: Unit) -> None:
        self.invocations = 0
        self.errors = 0
        self.duration = Measured("s")
        self.batch = Measured(batch)
        self.age = Measured("s")
        self.memory = 0
        self.write_units = 0.0
        self.read_units = 0.0


class Watch:
    """Takes note of what the stack's functions do, from `begin` to `end`. Safe for threads."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._lock = threading.Lock()
        self._functions: dict[str, _Watched] | None = None

    def begin(self) -> None:
        """Note from now on."""
        with self._lock:
            self._functions = {each: _Watched(batch_unit(each)) for each in FUNCTIONS}

    def end(self) -> dict[str, _Watched]:
        """Note no longer; return what was noted, by service."""
        with self._lock:
            found, self._functions = self._functions or {}, None
            return found

    def invoked(self, logical_id: str, seconds: float, *, failed: bool) -> None:
        """Take note of an invocation."""
        with self._lock:
            for service, each in (self._functions or {}).items():
                if FUNCTIONS[service] == logical_id:
                    each.invocations += 1
                    each.errors += failed
                    each.duration.record(seconds)

    def measured(self, service: str, metric: str, value: float) -> None:
        """Take note of a metric."""
        with self._lock:
            watched = (self._functions or {}).get(service)
            if watched is None:
                return
            if metric == BATCHES.get(service):
                watched.batch.record(value)
            elif metric == AGES[service]:
                watched.age.record(value / 1000)
            elif metric == "WriteUnits":
                watched.write_units += value
            elif metric == "ReadUnits":
                watched.read_units += value

    def memory(self, service: str, used: int) -> None:
        """Take note of the most memory that an environment has used so far, in bytes."""
        with self._lock:
            if self._functions:
                self._functions[service].memory = max(self._functions[service].memory, used)


class LocalTarget:
    """A local stack with a configuration, from `start` to `stop`.

    Args:
        configuration: the template's parameters.
        directory: where the stack's logs go.
    """

    def __init__(self, configuration: Configuration, directory: Path) -> None:
        self._configuration = configuration
        self._directory = directory
        self._watch = Watch()
        self._insides = Insides({}, {})
        self._running: LocalStack | None = None

    def start(self) -> None:
        """Start the stack.

        Raises:
            local.stack.StackError: it can't be started.
        """
        self._running = start_local_stack(self._configuration, self._directory, self._watch)

    def stop(self) -> None:
        """End it, if it was started."""
        if self._running is not None:
            self._running.stop()

    @property
    def name(self) -> str:
        """What the report calls it."""
        return "local stack"

    @property
    def local(self) -> bool:
        """It shares the machine."""
        return True

    @property
    def address(self) -> StreamAddress:
        """Where events go."""
        return StreamAddress(self._stack.outputs["StreamName"], endpoint=self._stack.endpoint)

    @property
    def configuration(self) -> Mapping[str, str | int | float | bool]:
        """The template's parameters and the SDK's options."""
        return settings_of(self._configuration)

    @property
    def starts_every(self) -> float | None:
        """At once."""
        return None

    def api(self) -> ReportingApi | None:
        """Return a client of the reporting API."""
        return ReportingApi(self._stack.url)

    def begin(self) -> None:
        """Measure from now on."""
        self._watch.begin()

    def iterator_age(self) -> float | None:
        """Return the age of the oldest record that is not consumed.

        Raises:
            local.stack.PartFailedError: a part of the stack has ended.
        """
        self._stack.check()
        for service, logical_id in FUNCTIONS.items():
            for process in self._stack.processes_of(logical_id):
                self._watch.memory(service, most_memory(process))
        return self._stack.lag()

    def end(self) -> None:
        """Measure no longer."""
        self._insides = self._told(self._watch.end())

    def insides(self, _wait: Callable[[str], bool], /) -> Insides:
        """Tell what was measured, which is known at once."""
        return self._insides

    def _told(self, found: Mapping[str, _Watched]) -> Insides:
        return Insides(
            {FUNCTIONS[service]: self._function(service, each) for service, each in found.items()},
            {
                f"by {FUNCTIONS[service]}": Table(write_units=each.write_units, read_units=each.read_units)
                for service, each in found.items()
            },
        )

    def _function(self, service: str, watched: _Watched) -> Function:
        return Function(
            invocations=watched.invocations,
            errors=watched.errors,
            duration=watched.duration.distribution(),
            batch=watched.batch.distribution(),
            iterator_age=watched.age.distribution(),
            memory_bytes=watched.memory or None,
            memory_limit_bytes=memory_limit_bytes(service, self._configuration),
        )

    @property
    def _stack(self) -> LocalStack:
        if self._running is None:
            raise RuntimeError("the local stack is used before it is started")
        return self._running


def most_memory(process: int) -> int:
    """Return the most physical memory that a process has used, in bytes; 0 where the kernel doesn't tell.

    Source: proc_pid_status(5), VmHWM.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0  # it has ended just now, or this is not Linux
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
