"""How long a local stack's environments take to start: by themselves, and several at once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import mean, median
from typing import Final, NamedTuple

from load.calibration.calibration import CallTime, Starts
from load.errors import LoadError
from load.measure.functions import FUNCTIONS
from local.stack import LocalStack
from simulation.event_source_mapping.invocation import Answered

TIMES: Final = 6
"""So often each is started."""
TOGETHER: Final = (2, 3, 4)
"""Environments that start at once, as those of so many shards do: the most that a stack allows on two processors."""
REST_SECONDS: Final = 0.5
"""Before each time: environments of the version before end meanwhile."""


class Started(NamedTuple):
    """What was measured.

    Attributes:
        start: of each function by itself.
        at_once: that start together in what one takes; from then on they share the machine.
    """

    start: Starts
    at_once: float


def starts(stack: LocalStack) -> Started:
    """Start environments of each function by themselves, and several of ingest's at once.

    The stack has nothing else to do, as one that starts with a run: its first batches begin when hardly anything was
    sent.

    Raises:
        LoadError: a function failed.
    """
    alone = {name: [_seconds(stack, function, 1) for _ in range(TIMES)] for name, function in FUNCTIONS.items()}
    together = {
        number: median(_seconds(stack, FUNCTIONS["ingest"], number) for _ in range(TIMES)) for number in TOGETHER
    }
    return Started(
        Starts(**{name: CallTime(median=median(each), p99=max(each)) for name, each in alone.items()}),
        at_once(median(alone["ingest"]), together),
    )


def at_once(alone: float, together: dict[int, float]) -> float:
    """Return how many start together in what one takes, of how long numbers of them took.

    Of two in 0.4 s and four in 0.8 s, where one takes 0.4 s, two do.
    """
    return mean(number * alone / seconds for number, seconds in together.items())


def nothing(stack: LocalStack, function: str = FUNCTIONS["ingest"]) -> None:
    """Invoke a function with a batch of no records, for which it does nothing.

    Raises:
        LoadError: it failed.
    """
    result = stack.invoke(function, {"Records": []})
    if not isinstance(result, Answered):
        raise LoadError(f"{function} of the local stack failed, so its start can't be timed: {result}")


def _seconds(stack: LocalStack, function: str, number: int) -> float:
    """Return how long so many new environments take that start at once."""
    # A deployed version begins with new environments.
    stack.deploy(function)
    time.sleep(REST_SECONDS)
    with ThreadPoolExecutor(number) as pool:
        began = time.perf_counter()
        starting: list[Callable[[], None]] = [pool.submit(nothing, stack, function).result for _ in range(number)]
        for each in starting:
            each()
        return time.perf_counter() - began
