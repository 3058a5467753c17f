"""The shards of the event stream that a run looks at: all of them, or as many as tell how all of them fare."""

from itertools import pairwise
from math import ceil
from random import Random
from typing import Final

from load.configuration import Configuration
from load.model.ingesting import Slot
from load.model.producing import ShardStream
from load.model.surroundings import AWS, Surroundings
from load.model.traffic import Traffic

SHARDS_LOOKED_AT: Final = 16
"""Of a stream with more, the hottest and others that stand for their like."""


def slots_of(
    traffic: Traffic,
    configuration: Configuration,
    surroundings: Surroundings,
    *,
    random: Random,
    seed: int,
    end: float,
) -> list[Slot]:
    """Return the concurrent batches of all shards that are looked at, which take until `end` what has waited."""
    lanes = configuration.lanes_per_shard
    poll = surroundings.event_poll_seconds
    longest = max(configuration.ingest_window_seconds, poll)
    slots: list[Slot] = []
    # Where there are fewer authors than shards, some have nothing to take.
    shares = tuple(filter(None, traffic.popularity.shares(configuration.shards, seed)))
    for share, weight in _looked_at(shares):
        stream = ShardStream(share, traffic, configuration, surroundings, end)
        phase = 0.0 if surroundings.fresh else random.random() * poll
        chosen = [random.randrange(configuration.ingest_parallelization_factor) for _ in range(lanes)]
        slots += [
            Slot(
                stream,
                chosen.count(slot) / lanes,
                weight,
                configuration=configuration,
                surroundings=surroundings,
                phase=phase,
                window_start=0.0 if surroundings.fresh else random.random() * longest,
            )
            for slot in sorted(set(chosen))
        ]
    return slots


def on_demand_shards(traffic: Traffic, configuration: Configuration) -> int:
    """Return how many shards an on-demand stream has: room for twice its peak, and four at least.

    They are split evenly, whichever has the most events (Amazon Kinesis Data Streams Developer Guide, "Choose the right
    mode to manage capacity").
    """
    whole = ShardStream(1.0, traffic, configuration, AWS, 0.0)
    return max(4, ceil(2 * max(whole.records_utilisation, whole.bytes_utilisation)))


def _looked_at(shares: tuple[float, ...]) -> list[tuple[float, float]]:
    """Return shares of the shards to look at, and how many shards each of them stands for."""
    if len(shares) <= SHARDS_LOOKED_AT:
        return [(share, 1.0) for share in shares]
    others = shares[1:]
    groups = SHARDS_LOOKED_AT - 1
    edges = [round(number * len(others) / groups) for number in range(groups + 1)]
    pieces = [others[left:right] for left, right in pairwise(edges)]
    return [(shares[0], 1.0), *((sum(piece) / len(piece), float(len(piece))) for piece in pieces)]
