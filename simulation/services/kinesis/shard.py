"""One shard: its range of hash keys, its records and their sequence numbers."""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from simulation.services.kinesis.limits import READS, CallLimit, ReadLimit, WriteLimit

_STEP: Final = 1 << 32
"""Between two sequence numbers of a shard: they grow, and nobody can tell by how much."""


class HeldRecord(NamedTuple):
    """A record of a shard."""

    sequence_number: str
    arrived_at: float
    """Epoch seconds, in whole milliseconds."""
    data: bytes
    partition_key: str


@dataclass(eq=False)
class Shard:
    """Records in the order of their arrival, and positions among them: 0 is the first that ever was.

    Sequence numbers have 56 digits, grow with each record of a shard and from parents to their children, and are unique
    in the stream. How AWS makes them is not documented, so nothing else should be read from them.
    """

    number: int
    """In the order in which the stream's shards were made."""
    first_key: int
    last_key: int
    made_at: float
    parents: tuple["Shard", ...] = ()
    closed_at: float | None = None
    children: tuple["Shard", ...] = ()
    records: list[HeldRecord] = field(default_factory=list)
    trimmed: int = 0
    """How many records are gone: the position of the oldest that is there."""
    shard_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.shard_id = f"shardId-{self.number:012d}"
        self.write_limit = WriteLimit(self.made_at)
        self.read_limit = ReadLimit()
        self.iterator_limit = CallLimit(READS)
        self._head = (2 << 184) + (int(self.made_at * 1000) << 136) + (self.number << 104)

    @property
    def end(self) -> int:
        """The position after the last record."""
        return self.trimmed + len(self.records)

    def sequence_number(self, position: int) -> str:
        """Return the sequence number of the record at a position."""
        return str(self._head + (position + 1) * _STEP)

    def position(self, sequence_number: int) -> int | None:
        """Return the position of the record with a sequence number, or of the first one after it; None if it is none
        of this shard's."""
        beyond = sequence_number - self._head
        if not 0 <= beyond <= (self.end + 1) * _STEP:
            return None
        return max(-(-beyond // _STEP) - 1, 0)

    def position_at(self, moment: float) -> int:
        """Return the position of the first record that arrived at `moment` or later."""
        return self.trimmed + bisect_left(self.records, moment, key=lambda record: record.arrived_at)

    def append(self, data: bytes, partition_key: str, now: float) -> str:
        """Take a record; return its sequence number."""
        number = self.sequence_number(self.end)
        self.records.append(HeldRecord(number, now, data, partition_key))
        return number

    def trim(self, before: float) -> None:
        """Forget the records that arrived before a moment."""
        if self.records and self.records[0].arrived_at < before:
            gone = self.position_at(before) - self.trimmed
            del self.records[:gone]
            self.trimmed += gone

    def is_expired(self, before: float) -> bool:
        """Tell whether the shard was closed before a moment, and thus has nothing that is younger."""
        return self.closed_at is not None and self.closed_at < before

    def was_open_at(self, moment: float) -> bool:
        """Tell whether the shard took records at a moment."""
        return self.made_at <= moment and (self.closed_at is None or self.closed_at >= moment)

    def entry(self) -> dict[str, Any]:
        """Return the shard as ListShards shows it."""
        numbers = {"StartingSequenceNumber": str(self._head)}
        if self.closed_at is not None:
            numbers["EndingSequenceNumber"] = self.sequence_number(self.end)
        parents = zip(("ParentShardId", "AdjacentParentShardId"), self.parents, strict=False)
        return {
            "ShardId": self.shard_id,
            **{name: parent.shard_id for name, parent in parents},
            "HashKeyRange": self.hash_key_range(),
            "SequenceNumberRange": numbers,
        }

    def child_entry(self) -> dict[str, Any]:
        """Return the shard as GetRecords shows it at the end of its parents."""
        return {
            "ShardId": self.shard_id,
            "ParentShards": [parent.shard_id for parent in self.parents],
            "HashKeyRange": self.hash_key_range(),
        }

    def hash_key_range(self) -> dict[str, str]:
        """Return the range of hash keys, both ends included."""
        return {"StartingHashKey": str(self.first_key), "EndingHashKey": str(self.last_key)}
