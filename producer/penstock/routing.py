"""Routing: which shard a hash key belongs to, and which lane of that shard."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

from penstock.errors import ShardMapError
from penstock.hash_keys import MAX_HASH_KEY


class Shard(NamedTuple):
    """A shard and its hash keys, ``start`` and ``end`` included."""

    shard_id: str
    start: int
    end: int


class Lane(NamedTuple):
    """An equal slice of a shard's hash keys, ``start`` and ``end`` included. An aggregate never mixes lanes.

    ``number`` counts a shard's lanes from 0.
    """

    shard_id: str
    number: int
    start: int
    end: int

    @property
    def partition_key(self) -> str:
        """The partition key of the lane's Kinesis records: consumers that spread work by key spread lanes."""
        return f"{self.shard_id}.{self.number}"

    @property
    def explicit_hash_key(self) -> str:
        """The explicit hash key of the lane's Kinesis records: it takes them to the lane's shard."""
        return str(self.start)


class ShardMap:
    """The open shards of a stream, divided into lanes. Immutable: a refresh makes another.

    Args:
        shards: the open shards, in any order. Together they take each hash key exactly once.
        closed: closed shards: they take no records any more, but answers to earlier calls can name them.
        lanes_per_shard: into how many slices each is cut, at least 1. A shard with fewer hash keys than that
            has a lane for each.

    Raises:
        ShardMapError: if a hash key has no shard or more than one, as when a listing and a reshard overlap.

    >>> shard_map = ShardMap([Shard("a", 0, 2**127 - 1), Shard("b", 2**127, 2**128 - 1)], lanes_per_shard=2)
    >>> shard_map.lane_at(2**126).partition_key
    'a.1'
    """

    def __init__(self, shards: Iterable[Shard], *, closed: Iterable[Shard] = (), lanes_per_shard: int = 1) -> None:
        self.shards = tuple(sorted(shards, key=lambda shard: shard.start))
        _check_cover(self.shards)
        self.lanes = tuple(lane for shard in self.shards for lane in _slice(shard, lanes_per_shard))
        self._starts = [lane.start for lane in self.lanes]
        self._by_id = {shard.shard_id: shard for shard in (*closed, *self.shards)}

    @classmethod
    def from_listing(cls, listing: Iterable[Mapping[str, Any]], *, lanes_per_shard: int = 1) -> Self:
        """Make the map from the ``Shards`` of all pages of ListShards' answer."""
        shards: dict[bool, list[Shard]] = {True: [], False: []}
        for entry in listing:
            shard, closed = read_shard(entry)
            shards[closed].append(shard)
        return cls(shards[False], closed=shards[True], lanes_per_shard=lanes_per_shard)

    def lane_at(self, hash_key: int) -> Lane:
        """Return the lane that a hash key (0 to ``MAX_HASH_KEY``) belongs to."""
        return self.lanes[bisect_right(self._starts, hash_key) - 1]

    def shard(self, shard_id: str) -> Shard | None:
        """Return a shard by its name, open or closed, none if there is no such."""
        return self._by_id.get(shard_id)


def read_shard(entry: Mapping[str, Any]) -> tuple[Shard, bool]:
    """Return the shard that an entry of ListShards' ``Shards`` is about, and whether it is closed.

    It is when its sequence number range has an end (API reference, SequenceNumberRange).

    Raises:
        KeyError, TypeError, ValueError: if it is no such entry.
    """
    keys = entry["HashKeyRange"]
    shard = Shard(str(entry["ShardId"]), int(keys["StartingHashKey"]), int(keys["EndingHashKey"]))
    return shard, "EndingSequenceNumber" in entry["SequenceNumberRange"]


def _check_cover(shards: tuple[Shard, ...]) -> None:
    following = 0
    for shard in shards:
        if shard.start != following or shard.end < shard.start:
            raise ShardMapError(
                f"shard {shard.shard_id} takes hash keys {shard.start} to {shard.end}, "
                f"but the one before it ends at {following - 1}"
            )
        following = shard.end + 1
    if following != MAX_HASH_KEY + 1:
        raise ShardMapError(f"{len(shards)} open shards leave the hash keys from {following} on without a shard")


def _slice(shard: Shard, lanes: int) -> list[Lane]:
    keys = shard.end - shard.start + 1
    lanes = min(lanes, keys)
    starts = [shard.start + keys * number // lanes for number in range(lanes + 1)]
    return [Lane(shard.shard_id, number, starts[number], starts[number + 1] - 1) for number in range(lanes)]
