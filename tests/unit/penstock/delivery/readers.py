"""Readers of a stream: in what order they see its events, and which of them."""

from collections.abc import Callable
from random import Random

from penstock.aggregation import UserRecord
from tests.unit.penstock.delivery.fake_stream import FakeShard, FakeStream, read

Reader = Callable[[FakeShard, list[UserRecord]], list[UserRecord]]
"""What a reader makes of the events of one Kinesis record of a shard."""


def everything(_: FakeShard, events: list[UserRecord]) -> list[UserRecord]:
    """Take all there is."""
    return events


def its_own(shard: FakeShard, events: list[UserRecord]) -> list[UserRecord]:
    """Discard each event that is not the shard's."""
    return [event for event in events if shard.has(event)]


def whole(shard: FakeShard, events: list[UserRecord]) -> list[UserRecord]:
    """Discard a record if one of its events is not the shard's, as the Kinesis Client Library does."""
    return events if all(map(shard.has, events)) else []


def read_in_order(stream: FakeStream, reader: Reader, random: Random) -> list[UserRecord]:
    """Return what a reader sees that reads parents before children, and other shards at random paces."""
    left = {shard.shard_id: list(shard.records) for shard in stream.shards}
    shards = list(stream.shards)
    seen: list[UserRecord] = []
    while shards:
        shard = random.choice([shard for shard in shards if not any(parent in shards for parent in shard.parents)])
        records = left[shard.shard_id]
        for _ in range(min(random.choice([1, 3, 1000]), len(records))):
            seen += reader(shard, read(*records.pop(0)))
        if not records:
            shards.remove(shard)
    return seen
