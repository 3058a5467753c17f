"""What a search may choose from: axes of values in order, of which every combination is a configuration."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil, log2, prod
from typing import Any

from load.configuration import CapacityMode, Configuration
from load.errors import InputError
from load.model.enough import shards_with_room
from load.model.producing import ShardStream
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.tuning.goal import Goal

Place = tuple[int, ...]
"""One value of each axis, by its index."""


@dataclass(frozen=True)
class Axis:
    """One thing to choose: the settings that each of its choices stands for, from small to large."""

    name: str
    choices: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Space:
    """Axes, and what all of their combinations have in common."""

    axes: tuple[Axis, ...]
    base: Configuration

    @property
    def size(self) -> int:
        """How many configurations there are."""
        return prod(len(axis.choices) for axis in self.axes)

    def at(self, place: Place) -> Configuration:
        """Return the configuration at a place."""
        changes: dict[str, Any] = {}
        for axis, index in zip(self.axes, place, strict=True):
            changes |= axis.choices[index]
        return replace(self.base, **changes)

    def allows(self, place: Place) -> bool:
        """Tell whether the choices of a place go together: short panes and many key groups may not."""
        try:
            self.at(place)
        except InputError:
            return False
        return True

    def places(self) -> Iterator[Place]:
        """Yield all places."""
        return product(*(range(len(axis.choices)) for axis in self.axes))

    def starts(self, configuration: Configuration) -> list[Place]:
        """Return where to begin: nearest to a configuration, and there with the fewest shards and the shortest windows.

        What a long window costs depends on the other windows, so the axes look different from both.
        """
        place = self.nearest(configuration)
        least = ("shards", "ingest_window_seconds", "rollup_window_seconds", "views_window_seconds")
        short = (0 if axis.name in least else index for axis, index in zip(self.axes, place, strict=True))
        return list(dict.fromkeys((place, tuple(short))))

    def nearest(self, configuration: Configuration) -> Place:
        """Return the place whose choices are those of a configuration, or next above them."""
        return tuple(_index(axis, configuration) for axis in self.axes)


def axis(name: str, values: Sequence[Any]) -> Axis:
    """Return an axis of one setting."""
    return Axis(name, tuple({name: value} for value in values))


def whole_space(traffic: Traffic, goal: Goal, base: Configuration | None = None) -> Space:
    """Return all that is worth looking at for some traffic; how streams and tables are paid for is as in `base`."""
    base = base or Configuration()
    shards = least_shards(traffic, goal, base)
    most_groups = max(8, 2 ** ceil(log2(4 * shards)))
    windows = (0, 1, 2, 3, 5, 8, 12, 20, 30, 60)
    # More lanes than concurrent batches, so that chance leaves none of these without one.
    parallel = [
        {"ingest_parallelization_factor": factor, "lanes_per_shard": 1 if factor == 1 else 4 * factor}
        for factor in (1, 2, 4, 10)
    ]
    # A stream on demand has the shards that it needs, whatever is planned.
    planned = base.stream_mode is CapacityMode.PROVISIONED
    several = sorted({shards, shards + 1, *(ceil(shards * more) for more in (1.25, 1.5, 2, 3))})
    return Space(
        (
            *([axis("shards", several)] if planned else []),
            axis("ingest_window_seconds", windows),
            axis("rollup_window_seconds", windows),
            axis("views_window_seconds", (1, 2, 3, 5, 8, 12, 20, 30, 60)),
            axis("key_groups", [2**n for n in range(int(log2(most_groups)) + 1) if 2**n * 64 >= most_groups]),
            axis("ingest_memory_megabytes", (256, 512, 1_024, 1_769)),
            axis("rollup_memory_megabytes", (256, 512, 1_024, 1_769)),
            axis("views_memory_megabytes", (512, 1_024, 1_769)),
            axis("pane_seconds", (5, 10, 20, 30, 60)),
            axis("linger_seconds", (0.05, 0.1, 0.25, 0.5, 1.0)),
            axis("aggregate_bytes", (25_600, 51_200, 102_400, 256_000)),
            axis("ingest_batch_size", (100, 1_000, 10_000)),
            Axis("parallelization", tuple(parallel)),
        ),
        base,
    )


def least_shards(traffic: Traffic, goal: Goal, base: Configuration) -> int:
    """Return how many shards the peak needs by records and bytes, headroom included.

    So many that the hottest has room by several draws of which authors share one; where one author alone is more than
    a shard takes, what the others need.
    """
    whole = ShardStream(1.0, traffic, replace(base, shards=1), AWS, 0.0)
    needed = whole.peak / whole.capacity * (1 + goal.headroom)
    least = max(1, ceil(needed - 1e-9))
    return shards_with_room(traffic.popularity, lambda share: needed * share <= 1 + 1e-9, least=least) or least


def _index(of: Axis, configuration: Configuration) -> int:
    for index, choice in enumerate(of.choices):
        values = [(getattr(configuration, name), value) for name, value in choice.items()]
        if all(wanted == value or (isinstance(value, int | float) and wanted < value) for wanted, value in values):
            return index
    return len(of.choices) - 1
