"""Interleaved rounds, and what they say: CPU time, since other programs' share of the machine must not count."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final

from penstock.aggregation import UserRecord
from tests.benchmarks.contenders import AsyncKinesis, AwsKinesisAgg, Contender, PenstockPut, PenstockPutMany
from tests.benchmarks.stubs import call_stub, http_stub

BY_CALL: Final = "routed and aggregated"
BY_HTTP: Final = "serialised and signed too"


@dataclass(frozen=True)
class Goal:
    """How often a contender should do what another does, at least."""

    contender: tuple[str, str]
    other: tuple[str, str]
    floor: float


AGGREGATOR: Final = (AwsKinesisAgg.name, "aggregated")
ASYNC: Final = (AsyncKinesis.name, BY_HTTP)

GOALS: Final = [
    Goal((PenstockPut.name, BY_CALL), AGGREGATOR, 2.0),
    Goal((PenstockPutMany.name, BY_CALL), AGGREGATOR, 4.0),
    Goal((PenstockPut.name, BY_HTTP), AGGREGATOR, 1.3),
    Goal((PenstockPutMany.name, BY_HTTP), AGGREGATOR, 2.2),
    Goal((PenstockPut.name, BY_HTTP), ASYNC, 2.0),
    Goal((PenstockPutMany.name, BY_HTTP), ASYNC, 3.0),
]


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, and the middle half of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return that of some values, at least two."""
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high)


@dataclass(frozen=True)
class Ratio:
    """What came of a goal."""

    goal: Goal
    measured: Spread

    @property
    def met(self) -> bool:
        """Whether the median reaches the floor."""
        return self.measured.median >= self.goal.floor


@dataclass(frozen=True)
class Comparison:
    """What came of the rounds.

    Attributes:
        microseconds: of CPU time an event, by contender.
        ratios: for each goal. Ratios are taken within rounds, so that a slow minute slows both sides.
    """

    microseconds: dict[tuple[str, str], Spread]
    ratios: list[Ratio]


def compare(events: Sequence[UserRecord], rounds: int, progress: Callable[[int], None]) -> Comparison:
    """Run all contenders, one after the other, in several rounds after one that does not count.

    Args:
        events: of a round.
        rounds: at least 2.
        progress: called with the number of each round that is over.
    """
    contenders: dict[tuple[str, str], Contender] = {
        AGGREGATOR: AwsKinesisAgg(),
        (PenstockPut.name, BY_CALL): PenstockPut(call_stub()),
        (PenstockPutMany.name, BY_CALL): PenstockPutMany(call_stub()),
        (PenstockPut.name, BY_HTTP): PenstockPut(http_stub()),
        (PenstockPutMany.name, BY_HTTP): PenstockPutMany(http_stub()),
        ASYNC: AsyncKinesis(),
    }
    for contender in contenders.values():
        contender.prepare(events)
    gc.freeze()  # what is only there to be measured with should not cost anyone a collection
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in contenders}
    try:
        for number in range(rounds + 1):
            for key, contender in contenders.items():
                gc.collect()
                started = time.process_time()  # of all threads
                contender.run(events)
                seconds[key].append(time.process_time() - started)
            progress(number)
    finally:
        for contender in contenders.values():
            contender.close()
    counted = {key: values[1:] for key, values in seconds.items()}
    return Comparison(
        {key: Spread.of([value / len(events) * 1e6 for value in values]) for key, values in counted.items()},
        [
            Ratio(
                goal,
                Spread.of(
                    [theirs / ours for theirs, ours in zip(counted[goal.other], counted[goal.contender], strict=True)]
                ),
            )
            for goal in GOALS
        ],
    )
