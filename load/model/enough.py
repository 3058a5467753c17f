"""How many shards are enough, wherever authors happen to be.

All events of an author are on one shard, and which authors share one is chance: of a number of shards some draws have
room and others have not. What is planned for is known by its authors' popularity, so they are drawn; of a real stream
nobody knows it, and `load.shards` goes by the unevenness that was seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil
from typing import Final

from load.configuration import MOST_PLANNED_SHARDS, Configuration
from load.model.popularity import Popularity
from load.model.producing import ShardStream
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.workload.shapes import steady

PLACEMENTS: Final = 16
"""Draws of which authors share a shard."""


def shards_with_room(
    popularity: Popularity,
    room: Callable[[float], bool],
    *,
    least: int = 1,
    draws: Sequence[int] = range(PLACEMENTS),
) -> int | None:
    """Return how many shards have room for all events by each of some draws; None if no number has.

    Args:
        popularity: of the authors.
        room: whether a shard has room for a part of all events; it has for any that is smaller than one it has room
            for.
        least: where to begin.
        draws: their seeds.

    >>> from load.workload.events import EventShape
    >>> even = Popularity(EventShape(key_skew=0.01))
    >>> shards_with_room(even, lambda share: share < 0.3), shards_with_room(even, lambda share: share < 1e-5)
    (4, None)
    """
    # Where one author alone is too much for a shard, no number of shards is enough.
    if not room(popularity.hottest_author):
        return None
    shards = least
    while shards <= MOST_PLANNED_SHARDS:
        # That they have room on average is asked first, since it takes no draw.
        if room(1 / shards) and all(room(popularity.shares(shards, seed)[0]) for seed in draws):
            return shards
        shards += ceil(shards / 100)
    return None


def enough_shards(traffic: Traffic, configuration: Configuration, draws: Sequence[int]) -> int | None:
    """Return how many shards take the peak of some traffic by each draw; None if no number does."""
    at_peak = replace(traffic, profile=steady(traffic.profile.peak, 1.0))

    def room(share: float) -> bool:
        return ShardStream(share, at_peak, configuration, AWS, 0.0).utilisation <= 1 + 1e-9

    return shards_with_room(traffic.popularity, room, draws=draws)
