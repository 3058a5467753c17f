"""When each event is due: scheduled beforehand, whatever becomes of the events before it (an open loop).

Gil Tene, wrk2: latency counts from the time at which an event was meant to be sent. A generator that waits for a slow
target before it sends the next would leave out just the events that would have waited (coordinated omission).
"""

from collections.abc import Iterator
from itertools import count
from math import log
from random import Random
from typing import Literal

from load.workload.profile import Profile

Arrivals = Literal["even", "poisson"]


def due_times(profile: Profile, arrivals: Arrivals, *, worker: int, workers: int, seed: int) -> Iterator[float]:
    """Return when a worker's events are due, in seconds from the profile's beginning, in order.

    All workers together send what the profile says: ``even``, at equal steps of what is due; ``poisson``, as many
    people do who don't know of each other.
    """
    numbers = count(worker + 0.5, workers) if arrivals == "even" else _at_random(seed, worker, workers)
    return profile.times_of(numbers)


def _at_random(seed: int, worker: int, workers: int) -> Iterator[float]:
    """Yield the numbers of a worker's events that come independently of each other, `workers` apart on average."""
    random = Random(f"arrivals {seed} {worker} {workers}").random
    number = 0.0
    while True:
        number -= workers * log(1.0 - random())
        yield number
