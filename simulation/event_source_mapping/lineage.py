"""Which shards of a stream are to be read, from where, and which have to wait for their parents.

A split or merge closes the parents and opens children; a key's later records are in a child, so reading a child before
its parents are done would break the key's order. Children start at their beginning whatever the mapping's starting
position is, since all they hold came after it.
"""

from collections.abc import Mapping, Sequence

from simulation.event_source_mapping.actions import SHARD_END, Position, PositionKind, Shard
from simulation.event_source_mapping.configuration import MappingConfig, StartingPosition


class Lineage:
    """The shards of one stream by state: waiting, being read, finished.

    `checkpoints` are where an earlier poller of the same mapping left off, by shard.
    """

    def __init__(self, config: MappingConfig, checkpoints: Mapping[str, str]) -> None:
        self._config = config
        self._checkpoints = checkpoints
        self._waiting: dict[str, tuple[Shard, Position]] = {}
        self._reading: set[str] = set()
        self._finished = {shard for shard, checkpoint in checkpoints.items() if checkpoint == SHARD_END}
        self._listed = False

    @property
    def waiting(self) -> bool:
        """Whether a shard is known that is not read yet."""
        return bool(self._waiting)

    def listed(self, shards: Sequence[Shard]) -> None:
        """Take in a listing of the whole stream."""
        listing = {shard.shard_id: shard for shard in shards}
        first, self._listed = not self._listed, True
        for shard_id, shard in listing.items():
            if shard_id in self._waiting or shard_id in self._reading or shard_id in self._finished:
                continue
            position = self._position(shard, listing, first=first)
            if position is None:
                self._finished.add(shard_id)
            else:
                self._waiting[shard_id] = (shard, position)
        # A shard that is gone from the stream never comes back.
        self._finished &= listing.keys()

    def ready(self) -> list[tuple[str, Position]]:
        """Take the shards whose parents are done or gone, with the position to start them at."""
        ready = [
            (shard_id, position)
            for shard_id, (shard, position) in self._waiting.items()
            if not any(parent in self._waiting or parent in self._reading for parent in shard.parents)
        ]
        for shard_id, _ in ready:
            del self._waiting[shard_id]
            self._reading.add(shard_id)
        return ready

    def finished(self, shard_id: str) -> None:
        """A shard that was being read came to its end, and all its records are done."""
        self._reading.remove(shard_id)
        self._finished.add(shard_id)

    def _position(self, shard: Shard, listing: Mapping[str, Shard], *, first: bool) -> Position | None:
        """Where a new shard starts; None when nothing in it is for this mapping."""
        checkpoint = self._checkpoints.get(shard.shard_id)
        if checkpoint is not None:
            return Position(PositionKind.AFTER_SEQUENCE_NUMBER, sequence_number=checkpoint)
        if self._config.starting_position is StartingPosition.AT_TIMESTAMP:
            return Position(PositionKind.AT_TIMESTAMP, timestamp=self._config.starting_timestamp or 0.0)
        latest = self._config.starting_position is StartingPosition.LATEST
        if latest and first and not self._descends(shard, listing):
            return None if shard.closed else Position(PositionKind.LATEST)
        return Position(PositionKind.TRIM_HORIZON)

    def _descends(self, shard: Shard, listing: Mapping[str, Shard]) -> bool:
        """Whether an ancestor was read by an earlier poller, so that this shard is younger than the mapping."""
        ancestors, seen = list(shard.parents), set[str]()
        while ancestors:
            ancestor = ancestors.pop()
            if ancestor in self._checkpoints:
                return True
            if ancestor in listing and ancestor not in seen:
                seen.add(ancestor)
                ancestors.extend(listing[ancestor].parents)
        return False
