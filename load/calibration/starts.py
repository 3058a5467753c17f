"""How long a local stack's environments take to start: by themselves, and several at once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import mean, median
from typing import Final, NamedTuple

from load.calibration.calibration import CallTime, Starts
from load.calibration.invoking import invoke_with_nothing
from load.measure.functions import FUNCTIONS
from local.stack import CONCURRENCY, LocalStack

TIMES: Final = 8
"""So often each is started, after a start that does not count: files that nobody has read are slow to come."""
TOGETHER: Final = tuple(sorted({2, CONCURRENCY // 2, CONCURRENCY * 3 // 4, CONCURRENCY}))
"""Environments that start at once, as those of so many shards do: up to the most that a stack allows."""
REST_SECONDS: Final = 0.5
"""Before each time: environments of the version before end meanwhile."""
SHARED: Final = 1.25
"""What takes so many times as long as one start shares the machine; less is chance."""


class MeasuredStarts(NamedTuple):
    """What was measured.

    Attributes:
        alone: of each function by itself; its p99 is the longest.
        at_once: of ingest's that start together in what one takes; from then on they share the machine.
    """

    alone: Starts
    at_once: float


def measure_starts(stack: LocalStack, show: Callable[[str], object]) -> MeasuredStarts:
    """Start environments of each function by themselves, and several of ingest's at once; show how far that is.

    The stack has nothing else to do, as one that starts with a run: its first batches begin when hardly anything was
    sent.

    Raises:
        LoadError: a function failed.
    """
    kinds = [(function, 1) for function in FUNCTIONS.values()] + [(FUNCTIONS["ingest"], each) for each in TOGETHER]
    seconds: dict[tuple[str, int], list[float]] = {kind: [] for kind in kinds}
    # They take turns, so that a minute in which the machine is slow makes all of them slow.
    for number in range(1 + TIMES):
        show(f"local stack: {number} of {1 + TIMES} starts of each function")
        for kind in kinds:
            seconds[kind].append(_seconds(stack, *kind))
    alone = {name: seconds[function, 1][1:] for name, function in FUNCTIONS.items()}
    together = {number: median(seconds[FUNCTIONS["ingest"], number][1:]) for number in TOGETHER}
    return MeasuredStarts(
        Starts(**{name: CallTime(median=median(each), p99=max(each)) for name, each in alone.items()}),
        at_once(median(alone["ingest"]), together),
    )


def at_once(alone: float, together: dict[int, float]) -> float:
    """Return how many start together in what one takes, of how long numbers of them took.

    Of two in 0.4 s and four in 0.8 s, where one takes 0.4 s, two do: two tell that it is no fewer, four how many. Where
    none share the machine, all do.
    """
    shared = [number * alone / seconds for number, seconds in together.items() if seconds > SHARED * alone]
    return mean(shared) if shared else float(max(together))


def _seconds(stack: LocalStack, function: str, number: int) -> float:
    """Return how long so many new environments take that start at once."""
    # A deployed version begins with new environments.
    stack.deploy(function)
    time.sleep(REST_SECONDS)
    with ThreadPoolExecutor(number) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: invoke_with_nothing(stack, function), range(number)))
        return time.perf_counter() - began
