"""Which shards of a stream are to be read, and which have to wait for their parents.

A split or merge closes the parents and opens children (Developer Guide, "Resharding a Stream"). A key's later records
are in a child, so a child is read when its parents have come to their end.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from penstock.listing import ListedShard

PositionT = TypeVar("PositionT")


class Lineage(ABC, Generic[PositionT]):
    """The shards of one stream by state: waiting, being read, ended.

    Args:
        ended: shards of which nothing is to be read any more.
    """

    def __init__(self, ended: Iterable[str] = ()) -> None:
        self._waiting: dict[str, tuple[ListedShard, PositionT]] = {}
        self._reading: set[str] = set()
        self._ended = set(ended)
        self._listed = False

    def listed(self, shards: Iterable[ListedShard]) -> None:
        """Take in a listing of the whole stream."""
        listing = {shard.shard_id: shard for shard in shards}
        first, self._listed = not self._listed, True
        for shard_id, shard in listing.items():
            if shard_id in self._waiting or shard_id in self._reading or shard_id in self._ended:
                continue
            position = self._start_of(shard, listing, first=first)
            if position is None:
                self._ended.add(shard_id)
            else:
                self._waiting[shard_id] = (shard, position)
        # A shard that is gone from the stream never comes back.
        self._ended &= listing.keys()

    def ready(self) -> list[tuple[str, PositionT]]:
        """Take the shards whose parents have ended, or are gone, with the position to begin at."""
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

    @abstractmethod
    def _start_of(self, shard: ListedShard, listing: Mapping[str, ListedShard], *, first: bool) -> PositionT | None:
        """Return where to begin in a shard, none if nothing in it is wanted; `first` is the first listing."""
