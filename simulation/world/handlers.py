"""The real handlers as execution environments have them: each made of its own clients, clock, pool and variables.

A handler keeps what it makes once in a cached function of its module. In a simulated world that function answers with
what belongs to the environment of the program that runs, so that any number of environments live in one process.
"""

import gc
import logging
import random
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import Any, Final, Protocol
from unittest.mock import patch

from botocore import endpoint
from botocore.config import Config

import consumers.ingest.clients as ingest_clients
import consumers.ingest.handler as ingest_handler
import consumers.rollup.environment as rollup_environment
import consumers.rollup.handler as rollup_handler
import consumers.sweep.handler as sweep_handler
import consumers.views.environment as views_environment
import consumers.views.handler as views_handler
from consumers.ingest import ingest as ingesting
from consumers.rollup import at_hand
from consumers.schedule import HOUR
from consumers.sweep import sweep as sweeping
from consumers.trends import retention
from consumers.views.search import view as search_view
from simulation.concurrency import SimulatedLock, wait
from simulation.scheduler import Scheduler


class FunctionName(StrEnum):
    """The functions of a simulated world."""

    INGEST = "ingest"
    ROLLUP = "rollup"
    SWEEP = "sweep"
    VIEWS = "views"


class Surroundings(Protocol):
    """What a handler finds around it."""

    scheduler: Scheduler
    variables: dict[str, str]
    made: dict[str, Any]
    """What its module keeps, by the name of the function that makes it."""

    def client(self, service: str, config: Config) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a client, made by `config` if it is botocore's."""

    def pool(self, workers: int) -> Executor:
        """Return what runs tasks."""


HANDLERS: Final[dict[FunctionName, Callable[[dict[str, Any], Any], Any]]] = {
    FunctionName.INGEST: ingest_handler.handler,
    FunctionName.ROLLUP: rollup_handler.handler,
    FunctionName.SWEEP: sweep_handler.handler,
    FunctionName.VIEWS: views_handler.handler,
}

MINUTE_DAYS: Final = 4
"""Beyond the dedup horizon, for which minutes are kept: a run is shorter, and more would be looked through in vain."""

SWEEP_STEP_SECONDS: Final = 12 * HOUR
"""Of due times that a sweep applies in a step: here most of a day may pass between two of them, where little came."""

_scheduler: list[Scheduler] = []


def here() -> Surroundings:
    """Return the environment of the program that runs."""
    current = _scheduler[-1].current
    assert current is not None, "a handler runs outside of every environment"  # noqa: S101 - a mistake of the simulation's own
    environment: Surroundings = current.owner
    return environment


class _Time:
    """The module `time`, but of the simulation."""

    def time(self) -> float:
        return _scheduler[-1].now

    def sleep(self, seconds: float) -> None:
        _scheduler[-1].sleep(seconds)


class _System:
    """The module `os`, as far as a handler reads its variables there."""

    @property
    def environ(self) -> dict[str, str]:
        return here().variables


class _Boto3:
    """The module `boto3`, as far as a handler makes its clients with it."""

    def client(self, service: str, *, config: Config) -> Any:  # noqa: ANN401 - a simulated client
        return here().client(service, config)


class _Secrets:
    """The module `secrets`: what is drawn follows from the seed."""

    def token_hex(self, length: int) -> str:
        return random.randbytes(length).hex()


class _Unlogged:
    """The metrics of a function, logged nowhere."""

    def log(self, values: object) -> None:
        """Forget them."""

    def log_by(self, dimension: str, name: str, values: object) -> None:
        """Forget them."""


class _Allowance:
    """Whether a late event is counted at once: by chance, as likely as `CORRECTION_PERCENT` says, as calls cost nothing
    here."""

    def __init__(self, share: float) -> None:
        self._share = share

    @property
    def is_left(self) -> bool:
        return random.random() < self._share

    def earn(self, units: float) -> None:
        """Forget it."""

    def spend(self, units: float) -> None:
        """Forget it."""


class _NoCollector:
    """The module `gc`: a handler's wish for fewer collections is not for the process that simulates."""

    def set_threshold(self, *_: int) -> None:
        """Leave it as it is."""


def _kept(maker: Any) -> Callable[[], Any]:  # noqa: ANN401 - a function that functools.cache has wrapped
    """Return `maker`, which keeps what it has made for its environment rather than for the process."""
    make: Callable[[], Any] = maker.__wrapped__

    def kept() -> Any:  # noqa: ANN401 - as it makes
        made = here().made
        if make.__name__ not in made:
            made[make.__name__] = make()
        return made[make.__name__]

    return kept


@contextmanager
def simulated_handlers() -> Iterator[None]:
    """Let the handlers' modules find what belongs to the environment that runs, and be silent."""
    environment = _kept(rollup_environment.environment)
    stand_ins: list[tuple[Any, str, Any]] = [
        (retention, "DAYS_BEYOND_HORIZON", MINUTE_DAYS),
        (sweeping, "STEP_SECONDS", SWEEP_STEP_SECONDS),
        (ingesting, "wait", wait),
        (at_hand, "Lock", lambda: SimulatedLock(_scheduler[-1])),
        (ingest_handler, "gc", _NoCollector()),
        (ingest_clients, "boto3", _Boto3()),
        (ingest_handler, "ingest", _kept(ingest_handler.ingest)),
        (rollup_environment, "boto3", _Boto3()),
        (rollup_environment, "Allowance", _Allowance),
        (rollup_handler, "environment", environment),
        (sweep_handler, "environment", environment),
        (sweep_handler, "sweep", _kept(sweep_handler.sweep)),
        (search_view, "secrets", _Secrets()),
        (views_environment, "boto3", _Boto3()),
        (endpoint, "time", _Time()),  # in which botocore waits before it repeats a call
        (views_handler, "environment", _kept(views_environment.environment)),
    ]
    for module in (ingest_handler, rollup_environment, views_environment):
        stand_ins += [
            (module, "os", _System()),
            (module, "ThreadPoolExecutor", lambda workers, **_: here().pool(workers)),
        ]
    handlers = (ingest_handler, rollup_handler, sweep_handler, views_handler)
    for module in (*handlers, rollup_environment, views_environment):
        stand_ins.append((module, "time", _Time()))
    for module in handlers:
        stand_ins.append((module, "metrics", _Unlogged()))
    with ExitStack() as stack:
        stack.enter_context(_collected_by_hand())
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.CRITICAL)
        for module, name, stand_in in stand_ins:
            stack.enter_context(patch.object(module, name, stand_in))
        yield


@contextmanager
def _collected_by_hand() -> Iterator[None]:
    """Look for garbage when a run begins, not while it goes on: what is there now stays, the last world goes."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@contextmanager
def run_by(scheduler: Scheduler) -> Iterator[None]:
    """Let handlers be run by a scheduler."""
    gc.collect()
    _scheduler.append(scheduler)
    try:
        yield
    finally:
        _scheduler.pop()
