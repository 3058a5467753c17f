"""Interleaved rounds, and what they say: CPU time, since other programs' share of the machine must not count."""

import gc
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final, NamedTuple

from tests.benchmarks.report import Bound, Column, Table


class Task(NamedTuple):
    """Who does what: names a contender in tables."""

    name: str
    work: str

    def __str__(self) -> str:
        """Return both, as in a sentence."""
        return f"{self.name}, {self.work}"


class Contender(ABC):
    """Something that takes events.

    Attributes:
        events: how many a round has.
    """

    events: int

    def prepare(self) -> None:  # noqa: B027 - most have nothing to do
        """Make what the next round takes; this is not measured."""

    @abstractmethod
    def run(self) -> None:
        """Take a round's events, and return when all is done."""

    def close(self) -> None:  # noqa: B027 - most have nothing to do
        """Give back threads and connections."""


@dataclass(frozen=True)
class Goal:
    """How often a contender should do what another does, at least."""

    contender: Task
    other: Task
    floor: float


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
class Comparison:
    """What came of the rounds.

    Attributes:
        microseconds: of CPU time an event, by contender.
        ratios: for each goal. Ratios are taken within rounds, so that a slow minute slows both sides.
    """

    microseconds: dict[Task, Spread]
    ratios: list[tuple[Goal, Spread]]

    @property
    def tables(self) -> list[Table]:
        """The figures of the contenders, and those of the goals."""
        return [
            Table(
                "contenders",
                "CPU time of the process, all threads",
                _CONTENDER_COLUMNS,
                [
                    (*task, spread.median, spread.low, spread.high, 1e6 / spread.median)
                    for task, spread in self.microseconds.items()
                ],
            ),
            Table(
                "ratios",
                "Ratios within rounds",
                _RATIO_COLUMNS,
                [
                    (str(goal.contender), str(goal.other), spread.median, spread.low, spread.high, goal.floor)
                    for goal, spread in self.ratios
                ],
            ),
        ]

    @property
    def bounds(self) -> list[Bound]:
        """The floors."""
        return [
            Bound(f"{goal.contender}; times {goal.other}", spread.median, least=goal.floor)
            for goal, spread in self.ratios
        ]


_CONTENDER_COLUMNS: Final = (
    Column("name", ""),
    Column("work", "work"),
    Column("microseconds", "µs an event", ",.2f"),
    Column("low", "a quarter below", ",.2f"),
    Column("high", "a quarter above", ",.2f"),
    Column("events_per_second", "events per CPU-second", ",.0f"),
)
_RATIO_COLUMNS: Final = (
    Column("contender", ""),
    Column("other", "next to"),
    Column("ratio", "times", ",.2f"),
    Column("low", "a quarter below", ",.2f"),
    Column("high", "a quarter above", ",.2f"),
    Column("floor", "floor", ",.1f"),
)


def compare(
    contenders: Mapping[Task, Contender], goals: Sequence[Goal], rounds: int, progress: Callable[[int], None]
) -> Comparison:
    """Run all contenders, one after the other, in several rounds after one that does not count, and close them.

    Args:
        contenders: by name.
        goals: ratios of the CPU time an event of two of them.
        rounds: at least 2.
        progress: called with the number of rounds that are over.
    """
    gc.collect()
    gc.freeze()  # what is only there to be measured with should not cost anyone a collection
    costs: dict[Task, list[float]] = {task: [] for task in contenders}
    try:
        for number in range(1 + rounds):
            for task, contender in contenders.items():
                contender.prepare()
                gc.collect()
                started = time.process_time()  # of all threads
                contender.run()
                costs[task].append((time.process_time() - started) / contender.events * 1e6)
            progress(number + 1)
    finally:
        for contender in contenders.values():
            contender.close()
    counted = {task: values[1:] for task, values in costs.items()}
    return Comparison(
        {task: Spread.of(values) for task, values in counted.items()},
        [
            (
                goal,
                Spread.of(
                    [theirs / ours for theirs, ours in zip(counted[goal.other], counted[goal.contender], strict=True)]
                ),
            )
            for goal in goals
        ],
    )
