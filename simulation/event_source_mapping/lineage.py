"""Where an event source mapping begins to read a shard.

Children of the shards that it reads start at their beginning whatever the mapping's starting position is, since all
they hold came after it.
"""

from collections.abc import Mapping

from penstock.lineage import Lineage
from penstock.listing import ListedShard
from simulation.event_source_mapping.actions import SHARD_END, Position, PositionKind
from simulation.event_source_mapping.configuration import MappingConfig, StartingPosition


class MappingLineage(Lineage[Position]):
    """The shards of one stream by state.

    `checkpoints` are where an earlier poller of the same mapping left off, by shard.
    """

    def __init__(self, config: MappingConfig, checkpoints: Mapping[str, str]) -> None:
        super().__init__(shard for shard, checkpoint in checkpoints.items() if checkpoint == SHARD_END)
        self._config = config
        self._checkpoints = checkpoints

    @property
    def waiting(self) -> bool:
        """Whether a shard is known that is not read yet."""
        return bool(self._waiting)

    def _start_of(self, shard: ListedShard, listing: Mapping[str, ListedShard], *, first: bool) -> Position | None:
        checkpoint = self._checkpoints.get(shard.shard_id)
        if checkpoint is not None:
            return Position(PositionKind.AFTER_SEQUENCE_NUMBER, sequence_number=checkpoint)
        if self._config.starting_position is StartingPosition.AT_TIMESTAMP:
            return Position(PositionKind.AT_TIMESTAMP, timestamp=self._config.starting_timestamp or 0.0)
        latest = self._config.starting_position is StartingPosition.LATEST
        if latest and first and not self._descends(shard, listing):
            return None if shard.closed else Position(PositionKind.LATEST)
        return Position(PositionKind.TRIM_HORIZON)

    def _descends(self, shard: ListedShard, listing: Mapping[str, ListedShard]) -> bool:
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
