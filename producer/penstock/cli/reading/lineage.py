"""Which shards of a stream a command reads, and from where."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from penstock.lineage import Lineage
from penstock.listing import ListedShard


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


class StreamLineage(Lineage[Position]):
    """The shards of one stream by state, those that were chosen or all there come to be.

    Args:
        start: where to begin in the shards of the first listing. Those that are found later hold only what came after
            it, and are read from their beginning.
        only: the shards to read, none of whose children are followed; empty for all, whose children are.
    """

    def __init__(self, start: Position, only: Collection[str] = ()) -> None:
        super().__init__()
        self._start = start
        self._only = frozenset(only)
        self._childless: set[str] = set()
        self._parents: set[str] = set()

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
        listing = list(shards)
        super().listed(listing)
        self._parents = {parent for shard in listing for parent in shard.parents}
        # The children of a shard that is gone from the stream are gone or listed.
        self._childless &= {shard.shard_id for shard in listing} - self._parents

    def ended(self, shard_id: str) -> None:
        """Note that a shard has been read to its end."""
        super().ended(shard_id)
        if not self._only and shard_id not in self._parents:
            self._childless.add(shard_id)

    def _start_of(self, shard: ListedShard, listing: Mapping[str, ListedShard], *, first: bool) -> Position | None:  # noqa: ARG002 - the base's signature
        if self._only and shard.shard_id not in self._only:
            return None
        if first and self._start == LATEST and shard.closed and not self._only:
            return None  # nothing new comes to it
        return self._start if first else OLDEST
