"""Advice for a stack that runs: whether a change is worth it, and what each step of it costs a month."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from load.configuration import Configuration
from load.tuning.evaluation import Judge, Judged

WORTH_IT: Final = 0.1
"""Of the month's cost: a change that saves less is not advised while the goal is met. Rates wander from day to day, and
advice that follows them back and forth costs more than it saves."""

_UP_FIRST: Final = (
    "shards",
    "key_groups",
    "ingest_memory_megabytes",
    "rollup_memory_megabytes",
    "views_memory_megabytes",
)
"""What gives room, before what takes it: so no step on the way is worse off than both ends."""


@dataclass(frozen=True, slots=True)
class Step:
    """One setting to be changed."""

    setting: str
    before: Any
    after: Any
    judged: Judged
    """With this step done and those before it."""


@dataclass(frozen=True)
class Advice:
    """What to do with a stack that runs."""

    current: Judged
    chosen: Judged
    steps: tuple[Step, ...]

    @property
    def change(self) -> bool:
        """Whether the steps are worth it: the goal is missed now, or they save enough."""
        return not self.current.meets or self.saving >= WORTH_IT

    @property
    def saving(self) -> float:
        """The part of the month's cost that they save; below 0 if they cost."""
        return 1 - self.chosen.month / self.current.month if self.current.month else 0.0


def advise(current: Configuration, chosen: Judged, judge: Judge) -> Advice:
    """Return what to do with a stack that has a configuration, for which another was chosen."""
    return Advice(judge(current), chosen, tuple(_steps(current, chosen.configuration, judge)))


def _steps(current: Configuration, chosen: Configuration, judge: Judge) -> Iterator[Step]:
    before, after = current.as_document(), chosen.as_document()
    changed = [name for name in before if before[name] != after[name]]
    grow = [name for name in changed if name in _UP_FIRST and after[name] > before[name]]
    for name in [*grow, *(name for name in changed if name not in grow)]:
        current = replace(current, **{name: after[name]})
        yield Step(name, before[name], after[name], judge(current))
