"""Reads a Kinesis stream no faster than AWS would let its readers together: moto throttles nothing."""

from collections.abc import Callable
from threading import Lock

from penstock.listing import ListedShard
from simulation.event_source_mapping.actions import Position, ReadProblem
from simulation.services.kinesis.limits import ReadLimit
from simulation.streams.reader import ReadAnswer, ReadError, StreamReader


class StreamReads:
    """What a stream's shards give to all of its readers. Safe for threads."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._lock = Lock()
        self._shards: dict[str, ReadLimit] = {}

    def allows(self, shard_id: str, now: float) -> bool:
        """Tell whether a shard answers a call now, and count the call if so. `now` is in epoch seconds."""
        with self._lock:
            return self._shards.setdefault(shard_id, ReadLimit()).allows(now)

    def gave(self, shard_id: str, size: int, now: float) -> None:
        """Note an answer of so many bytes."""
        with self._lock:
            self._shards.setdefault(shard_id, ReadLimit()).gave(size, now)


class LimitedReader:
    """A stream reader that refuses what its shard does not give, as Kinesis would."""

    def __init__(self, reader: StreamReader, reads: StreamReads, clock: Callable[[], float]) -> None:
        """Wrap a reader of Kinesis; `reads` is shared by all of the stream's."""
        self._reader = reader
        self._reads = reads
        self._clock = clock
        self._shards: dict[str, str] = {}
        """The shard of each iterator that was not used yet."""

    def list_shards(self) -> list[ListedShard]:
        return self._reader.list_shards()

    def open_iterator(self, shard_id: str, position: Position) -> str:
        iterator = self._reader.open_iterator(shard_id, position)
        self._shards = {each: shard for each, shard in self._shards.items() if shard != shard_id}
        self._shards[iterator] = shard_id
        return iterator

    def read(self, iterator: str, limit: int) -> ReadAnswer:
        shard_id = self._shards[iterator]
        if not self._reads.allows(shard_id, self._clock()):
            raise ReadError(ReadProblem.THROTTLED, f"{shard_id} is read by all its readers as fast as it may be")
        answer = self._reader.read(iterator, limit)
        self._reads.gave(shard_id, sum(len(record["Data"]) for record in answer.records), self._clock())
        del self._shards[iterator]
        if answer.next_iterator is not None:
            self._shards[answer.next_iterator] = shard_id
        return answer
