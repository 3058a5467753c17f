"""Reading without I/O: which call is due when, from answers and the time."""

from heapq import heappop, heappush
from typing import Final

from penstock.backoff import Backoff
from penstock.cli.reading.calls import ListShards, OpenIterator, Page, ReadCall, ReadRecords
from penstock.cli.reading.lineage import LATEST, Position, StreamLineage
from penstock.listing import ListedShard

QUIET_SECONDS: Final = 1.0
"""From one read of a shard to the next when there is nothing more ("wait 1 second between calls", API reference,
GetRecords)."""

BUSY_SECONDS: Final = 0.25
"""The same when there is more: a shard takes five GetRecords a second from all its readers (ibid.)."""

SHARD_BYTES_PER_SECOND: Final = 2 * 1024 * 1024
"""What a shard gives to all its readers; who takes more is refused until it is made up for (ibid.)."""

LISTING_SECONDS: Final = 2.0
"""From one look for an ended shard's children to the next."""


class _ShardState:
    def __init__(self, position: Position) -> None:
        self.position = position  # where to open an iterator, should there be none
        self.iterator: str | None = None
        self.called_at = 0.0
        self.failures = 0


class StreamReading:
    """Says which calls read a stream on and on; fed with their answers. Times are seconds from any beginning.

    Each shard is read in order, one call at a time, and children after their parents. The shards are independent of
    each other, so their records come in no order.

    Args:
        lineage: the stream's shards, listed once.
        backoff: how long to wait after a failure.
        calls_in_flight: most calls for records and iterators at once.
        epoch: what is to be added to a time for seconds since the Unix epoch.
    """

    def __init__(self, lineage: StreamLineage, *, backoff: Backoff, calls_in_flight: int, epoch: float) -> None:
        self._lineage = lineage
        self._backoff = backoff
        self._room = calls_in_flight
        self._epoch = epoch
        self._shards: dict[str, _ShardState] = {}
        self._due: list[tuple[float, str]] = []
        self._listing = False
        self._list_at = float("-inf")
        self._list_failures = 0

    @property
    def done(self) -> bool:
        """Whether nothing can come any more."""
        return self._lineage.done

    @property
    def positioned(self) -> bool:
        """Whether each shard that can be read is being read: what is put from now on is found."""
        return all(state.iterator is not None for state in self._shards.values()) and bool(self._shards)

    def poll(self, now: float) -> list[ReadCall]:
        """Return the calls to make now. Each is to be answered by one of the methods below."""
        for shard_id, position in self._lineage.ready():
            self._shards[shard_id] = _ShardState(position)
            heappush(self._due, (now, shard_id))
        calls: list[ReadCall] = []
        if self._lineage.incomplete and not self._listing and self._list_at <= now:
            self._listing = True
            calls.append(ListShards())
        while self._room and self._due and self._due[0][0] <= now:
            _, shard_id = heappop(self._due)
            state = self._shards[shard_id]
            state.called_at = now
            self._room -= 1
            if state.iterator is None:
                calls.append(OpenIterator(shard_id, state.position))
            else:
                calls.append(ReadRecords(shard_id, state.iterator))
        return calls

    def wake_at(self) -> float | None:
        """Return when ``poll`` may have a call that it has not now; none if only an answer can change that."""
        times = [self._due[0][0]] if self._room and self._due else []
        if self._lineage.incomplete and not self._listing:
            times.append(self._list_at)
        return min(times, default=None)

    def listed(self, shards: list[ListedShard], now: float) -> None:
        """Take the answer to ``ListShards``."""
        self._listing = False
        self._list_failures = 0
        self._list_at = now + LISTING_SECONDS
        self._lineage.listed(shards)

    def opened(self, shard_id: str, iterator: str, now: float) -> None:
        """Take the answer to ``OpenIterator``; the first read is due at once."""
        state = self._answered(shard_id)
        state.iterator = iterator
        if state.position == LATEST:
            # Were this iterator lost before its first record, another LATEST would skip what came meanwhile.
            state.position = Position("AT_TIMESTAMP", timestamp=self._epoch + state.called_at)
        heappush(self._due, (now, shard_id))

    def read(self, page: Page, now: float) -> None:
        """Take the answer to ``ReadRecords``."""
        state = self._answered(page.shard_id)
        state.failures = 0
        state.iterator = page.next_iterator
        if page.next_iterator is None:
            del self._shards[page.shard_id]
            self._lineage.ended(page.shard_id)
            return
        if page.records:
            state.position = Position("AFTER_SEQUENCE_NUMBER", sequence_number=page.records[-1]["SequenceNumber"])
        more = bool(page.records) if page.millis_behind is None else page.millis_behind > 0
        size = sum(len(record["Data"]) for record in page.records)
        wait = max(BUSY_SECONDS if more else QUIET_SECONDS, size / SHARD_BYTES_PER_SECOND)
        heappush(self._due, (now + wait, page.shard_id))

    def failed(self, call: ReadCall, code: str, now: float) -> None:
        """Note that a call failed in a way that another may cure."""
        if isinstance(call, ListShards):
            self._listing = False
            self._list_failures += 1
            self._list_at = now + LISTING_SECONDS + self._backoff.seconds(self._list_failures)
            return
        state = self._answered(call.shard_id)
        if code == "ExpiredIteratorException":  # five minutes without a read: the machine slept, or the output was full
            state.iterator = None
            heappush(self._due, (now + BUSY_SECONDS, call.shard_id))
            return
        state.failures += 1
        heappush(self._due, (now + QUIET_SECONDS + self._backoff.seconds(state.failures), call.shard_id))

    def _answered(self, shard_id: str) -> _ShardState:
        self._room += 1
        return self._shards[shard_id]
