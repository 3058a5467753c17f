"""Advice for a stack that runs: whether a change is worth it, and what each step of it costs a month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from load.configuration import Configuration
from load.tuning.evaluation import Judge, Judged
from load.tuning.goal import Goal
from load.tuning.promise import aim

WORTH_IT: Final = 0.1
"""Of what is to be least: a change that saves less is not advised while the goal is met. Rates wander from day to day,
and advice that follows them back and forth costs more than it saves."""

_SCHEDULE: Final = ("pane_seconds", "key_groups", "buckets")
"""One parameter, and one step."""
_ROOM_BY_MORE: Final = frozenset(
    {
        "shards",
        "key_groups",
        "ingest_memory_megabytes",
        "rollup_memory_megabytes",
        "views_memory_megabytes",
        "lanes_per_shard",
        "ingest_parallelization_factor",
    }
)
"""More of them gives room; of all others, less is fresher."""


@dataclass(frozen=True, slots=True)
class Step:
    """One parameter to be changed."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    """By setting: of the schedule, there may be several."""
    judged: Judged
    """With this step done and those before it."""


@dataclass(frozen=True)
class Advice:
    """What to do with a stack that runs."""

    goal: Goal
    current: Judged
    chosen: Judged
    steps: tuple[Step, ...]

    @property
    def change(self) -> bool:
        """Whether the steps are worth it: the goal is missed now, or they save enough."""
        return not self.current.meets or self.saving >= WORTH_IT

    @property
    def configuration(self) -> Configuration:
        """What the stack is to have: what was chosen, or what it has."""
        return (self.chosen if self.change else self.current).configuration

    @property
    def saving(self) -> float:
        """The part that they save of what is to be least, which is cost unless the strategy says otherwise."""
        now, then = (aim(self.goal.strategy, each.month, each.freshness) for each in (self.current, self.chosen))
        return 1 - then / now if now else 0.0


def advise(current: Configuration, chosen: Judged, goal: Goal, judge: Judge) -> Advice:
    """Return what to do with a stack that has a configuration, for which another was chosen."""
    return Advice(goal, judge(current), chosen, tuple(_steps(current, chosen.configuration, judge)))


def _steps(current: Configuration, chosen: Configuration, judge: Judge) -> Iterator[Step]:
    """Yield what gives room or makes it fresher first, so that the stack can bear what follows."""
    before, after = current.as_document(), chosen.as_document()
    changed = [name for name in before if before[name] != after[name]]
    parts: list[tuple[str, ...]] = [(name,) for name in changed if name not in _SCHEDULE]
    if schedule := tuple(name for name in changed if name in _SCHEDULE):
        parts.append(schedule)
    for part in sorted(parts, key=lambda names: not any(_relieves(name, before, after) for name in names)):
        current = replace(current, **{name: after[name] for name in part})
        yield Step({name: before[name] for name in part}, {name: after[name] for name in part}, judge(current))


def _relieves(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    if name in _SCHEDULE or name in _ROOM_BY_MORE:
        return name in _ROOM_BY_MORE and after[name] > before[name]
    return bool(after[name] < before[name])
