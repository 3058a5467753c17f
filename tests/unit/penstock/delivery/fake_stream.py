"""A Kinesis stream in memory that answers the core's calls, checks their limits, and reshards on request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from penstock.aggregation import UserRecord, deaggregate, is_aggregate
from penstock.delivery.calls import (
    CallFailure,
    ListShards,
    ListShardsAnswer,
    PutRecords,
    PutRecordsAnswer,
    RecordAnswer,
)
from penstock.hash_keys import MAX_HASH_KEY, hash_key

MIB = 2**20


@dataclass(eq=False)
class FakeShard:
    """A shard: its hash keys, whether it is open, and the data, partition key and explicit hash key of its records.

    ``parents`` are the shards that it was split or merged from.
    """

    shard_id: str
    start: int
    end: int
    closed: bool = False
    records: list[tuple[bytes, str, str | None]] = field(default_factory=list)
    parents: tuple["FakeShard", ...] = ()

    def listed(self) -> dict[str, Any]:
        sequence = {"StartingSequenceNumber": "0", **({"EndingSequenceNumber": "1"} if self.closed else {})}
        return {
            "ShardId": self.shard_id,
            "HashKeyRange": {"StartingHashKey": str(self.start), "EndingHashKey": str(self.end)},
            "SequenceNumberRange": sequence,
        }

    def has(self, event: UserRecord) -> bool:
        """Tell whether an event's hash key is the shard's."""
        return self.start <= key_of(event.partition_key, event.explicit_hash_key) <= self.end


Fault = Callable[[str], str | None]  # from a record's shard to its error code, if it has one


class FakeStream:
    """Answers calls; ``fault`` decides which records of a call are refused."""

    def __init__(self, shards: int = 1, *, page: int = 1000, max_record_bytes: int = MIB) -> None:
        self._numbers = count()
        self._sequence = count(1)
        self._page = page
        self._max_record_bytes = max_record_bytes
        width = (MAX_HASH_KEY + 1) // shards
        starts = [number * width for number in range(shards)] + [MAX_HASH_KEY + 1]
        self.shards = [self._new(starts[n], starts[n + 1] - 1) for n in range(shards)]
        self.fault: Fault = lambda _: None

    def put_records(self, entries: list[dict[str, Any]]) -> PutRecordsAnswer:
        assert 1 <= len(entries) <= 500
        size = 0
        answers = []
        for entry in entries:
            data, key, explicit = entry["Data"], entry["PartitionKey"], entry.get("ExplicitHashKey")
            assert 1 <= len(key) <= 256
            assert len(data) + len(key.encode()) <= self._max_record_bytes
            size += len(data) + len(key.encode())
            shard = self.shard_at(key_of(key, explicit))
            code = self.fault(shard.shard_id)
            if code is None:
                shard.records.append((data, key, explicit))
                answers.append(RecordAnswer(shard.shard_id, str(next(self._sequence))))
            else:
                answers.append(RecordAnswer(error_code=code, error_message=f"{code} of {shard.shard_id}"))
        assert size <= 10 * MIB
        return PutRecordsAnswer(answers)

    def list_shards(self, call: ListShards) -> ListShardsAnswer:
        start = int(call.next_token or 0)
        listed = [shard.listed() for shard in self.shards][start : start + self._page]
        following = start + self._page
        return ListShardsAnswer(listed, str(following) if following < len(self.shards) else None)

    def answer(self, call: PutRecords | ListShards) -> PutRecordsAnswer | ListShardsAnswer:
        return self.put_records(call.entries()) if isinstance(call, PutRecords) else self.list_shards(call)

    def split(self, shard: FakeShard, at: int) -> None:
        """Close a shard whose hash keys from ``at`` on go to one child, the others to another."""
        assert shard.start < at <= shard.end
        shard.closed = True
        self.shards += self._new(shard.start, at - 1, shard), self._new(at, shard.end, shard)

    def merge(self, lower: FakeShard, upper: FakeShard) -> None:
        """Close two adjacent shards in favour of one."""
        assert lower.end + 1 == upper.start
        lower.closed = upper.closed = True
        self.shards.append(self._new(lower.start, upper.end, lower, upper))

    @property
    def open_shards(self) -> list[FakeShard]:
        return sorted((shard for shard in self.shards if not shard.closed), key=lambda shard: shard.start)

    def shard_at(self, key: int) -> FakeShard:
        return next(shard for shard in self.open_shards if shard.start <= key <= shard.end)

    @property
    def events(self) -> list[UserRecord]:
        """Every event in the stream, as a reader sees them that takes all there is."""
        return [event for shard in self.shards for record in shard.records for event in read(*record)]

    @property
    def events_for_kcl(self) -> list[UserRecord]:
        """What the Kinesis Client Library finds: it discards aggregates with an event of another shard's."""
        found = []
        for shard in self.shards:
            for record in shard.records:
                events = read(*record)
                if not is_aggregate(record[0]) or all(map(shard.has, events)):
                    found += events
        return found

    def _new(self, start: int, end: int, *parents: FakeShard) -> FakeShard:
        return FakeShard(f"shardId-{next(self._numbers):012d}", start, end, parents=parents)


LOST = CallFailure("ReadTimeoutError", "no answer in time", None)


def read(data: bytes, partition_key: str, explicit_hash_key: str | None) -> list[UserRecord]:
    """Return the events of a Kinesis record."""
    return deaggregate(data) if is_aggregate(data) else [UserRecord(partition_key, explicit_hash_key, data)]


def key_of(partition_key: str, explicit_hash_key: str | None) -> int:
    """Return the hash key by which Kinesis assigns a record."""
    return hash_key(partition_key) if explicit_hash_key is None else int(explicit_hash_key)
