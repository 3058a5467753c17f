"""What is to be changed of a deployed stack so that it is as a configuration says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

from consumers.schedule.append import AHEAD_SECONDS, Wanted, append
from consumers.schedule.schedule import MINUTE, Schedule, ScheduleError
from load.configuration import CapacityMode, Configuration
from load.errors import InputError

SHARDS: Final = "ShardCount"
SCHEDULE: Final = "Schedule"
STEP_SECONDS: Final = 15 * MINUTE
"""How long one update of the stack may take: until then every function must have what it brings."""
ASKING_SECONDS: Final = 5 * MINUTE
"""For a person to read what is different."""


class Difference(NamedTuple):
    """One parameter."""

    parameter: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A change of a stack.

    Attributes:
        differences: parameters that get other values.
        steps: the updates that make them, one after the other: parameters and their values.
        schedule_due: epoch seconds at which every function must have the new schedule; none if it stays.
    """

    differences: tuple[Difference, ...]
    steps: tuple[Mapping[str, str], ...]
    schedule_due: float | None

    @property
    def schedule(self) -> str | None:
        """The schedule that the stack will have; None if it stays."""
        return self.steps[-1].get(SCHEDULE) if self.steps else None


def plan(parameters: Mapping[str, str], chosen: Configuration, now: float) -> Plan:
    """Return how a stack with some parameters becomes as a configuration says.

    The schedule is only ever appended to: a new entry starts when every function can have it. Shards are changed in as
    many steps as Kinesis wants.

    Args:
        parameters: of the stack.
        chosen: what it is to have.
        now: epoch seconds.

    Raises:
        InputError: the stack's template lacks a parameter, or its schedule can't be appended to.
    """
    wanted = chosen.parameters
    if chosen.stream_mode is CapacityMode.ON_DEMAND:
        del wanted[SHARDS]  # which is not heeded then
    if missing := [name for name in (*wanted, SCHEDULE) if name not in parameters]:
        raise InputError(f"the stack knows no {', '.join(missing)}: deploy this checkout's template to it first")
    changed = {name: value for name, value in wanted.items() if parameters[name] != value}
    counts = shard_steps(int(parameters[SHARDS]), int(changed[SHARDS])) if SHARDS in changed else []
    steps: list[dict[str, str]] = [{SHARDS: str(count)} for count in counts[:-1]]
    due = None
    if appended := _appended(parameters[SCHEDULE], chosen, now, 1 + len(steps)):
        changed[SCHEDULE], due = appended
    if changed:
        steps.append(changed)
    differences = tuple(Difference(name, parameters[name], value) for name, value in changed.items())
    return Plan(differences, tuple(steps), due)


def shard_steps(before: int, after: int) -> list[int]:
    """Return the numbers of shards on the way, the last one included.

    An update doubles or halves them at most (Amazon Kinesis Data Streams API Reference, "UpdateShardCount").

    >>> shard_steps(2, 12), shard_steps(10, 2), shard_steps(3, 3)
    ([4, 8, 12], [5, 3, 2], [])
    """
    steps = []
    while before != after:
        before = min(2 * before, after) if after > before else max(ceil(before / 2), after)
        steps.append(before)
    return steps


def _appended(text: str, chosen: Configuration, now: float, steps: int) -> tuple[str, float] | None:
    """Return the schedule with the chosen layout appended and when it is due; None if it has that already."""
    try:
        last = Schedule.parse(text).entries[-1]
        layout = (chosen.pane_seconds, chosen.key_groups, chosen.buckets)
        if (last.seconds, last.groups, last.buckets) == layout:
            return None
        deployment = steps * STEP_SECONDS
        start = ceil((now + ASKING_SECONDS + deployment + AHEAD_SECONDS) / MINUTE) * MINUTE
        change = append(text, Wanted(max(start, last.start + MINUTE), *layout), now=now, deployment_seconds=deployment)
    except ScheduleError as error:
        raise InputError(f"the stack's schedule can't be appended to: {error}") from error
    return change.text, change.due
