"""Which shards of a stream are to be read, from where, and which have to wait for their parents.

A split or merge closes the parents and opens children (Developer Guide, "Resharding a Stream"). A key's later events
are in a child, so a child is read when its parents have come to their end.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, Self


class Position(NamedTuple):
    """Where in a shard to begin (API reference, GetShardIterator).

    Attributes:
        kind: the ``ShardIteratorType``.
        sequence_number: for ``AFTER_SEQUENCE_NUMBER``.
        timestamp: for ``AT_TIMESTAMP``, in seconds since the Unix epoch.
    """

    kind: str
    sequence_number: str | None = None
    timestamp: float | None = None


LATEST = Position("LATEST")
OLDEST = Position("TRIM_HORIZON")


class ListedShard(NamedTuple):
    """A shard as ListShards describes it.

    Attributes:
        shard_id: its name.
        parents: the shards it was split or merged from; they may be gone.
        closed: whether it takes no more records.
    """

    shard_id: str
    parents: tuple[str, ...]
    closed: bool

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of ListShards' ``Shards``."""
        parents = (entry.get("ParentShardId"), entry.get("AdjacentParentShardId"))
        closed = "EndingSequenceNumber" in entry["SequenceNumberRange"]
        return cls(entry["ShardId"], tuple(parent for parent in parents if parent), closed)


class Lineage:
    """The shards of one stream by state: waiting, being read, ended.

    Args:
        start: where to begin in the shards of the first listing. Those that are found later hold only what came after
            it, and are read from their beginning.
        only: the shards to read, none of whose children are followed; empty for all, whose children are.
    """

    def __init__(self, start: Position, only: Collection[str] = ()) -> None:
        self._start = start
        self._only = frozenset(only)
        self._waiting: dict[str, tuple[ListedShard, Position]] = {}
        self._reading: set[str] = set()
        self._ended: set[str] = set()
        self._childless: set[str] = set()
        self._parents: set[str] = set()
        self._listed = False

    @property
    def done(self) -> bool:
        """Whether nothing can come any more: chosen shards have all ended."""
        return bool(self._only) and self._listed and not self._waiting and not self._reading

    @property
    def incomplete(self) -> bool:
        """Whether a shard has ended whose children are not known yet: the shards are to be listed again."""
        return bool(self._childless)

    def listed(self, shards: Iterable[ListedShard]) -> None:
        """Take in a listing of the whole stream."""
        listing = {shard.shard_id: shard for shard in shards}
        first, self._listed = not self._listed, True
        for shard in listing.values():
            if shard.shard_id in self._waiting or shard.shard_id in self._reading or shard.shard_id in self._ended:
                continue
            if self._only and shard.shard_id not in self._only:
                continue
            if first and self._start == LATEST and shard.closed and not self._only:
                self._ended.add(shard.shard_id)  # nothing new comes to it
            else:
                self._waiting[shard.shard_id] = (shard, self._start if first else OLDEST)
        # What is gone from the stream never comes back, and its children are gone or listed.
        self._ended &= listing.keys()
        self._parents = {parent for shard in listing.values() for parent in shard.parents}
        self._childless &= listing.keys() - self._parents

    def ready(self) -> list[tuple[str, Position]]:
        """Take the shards whose parents have ended, are gone or not wanted, with the position to begin at."""
        ready = [
            (shard_id, position)
            for shard_id, (shard, position) in self._waiting.items()
            if not any(parent in self._waiting or parent in self._reading for parent in shard.parents)
        ]
        for shard_id, _ in ready:
            del self._waiting[shard_id]
            self._reading.add(shard_id)
        return ready

    def ended(self, shard_id: str) -> None:
        """Note that a shard has been read to its end."""
        self._reading.remove(shard_id)
        self._ended.add(shard_id)
        if not self._only and shard_id not in self._parents:
            self._childless.add(shard_id)
