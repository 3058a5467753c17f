"""Which records leave, in which calls, and when."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from penstock.backoff import Backoff
from penstock.config import ProducerConfig
from penstock.delivery.calls import PutRecords
from penstock.delivery.collection import Collection
from penstock.delivery.lanes import Lanes
from penstock.delivery.record import Record
from penstock.delivery.record_heap import RecordHeap
from penstock.delivery.retries import Retries
from penstock.routing import ShardMap

_AT_ONCE: Final = float("-inf")


class Departures:
    """Decides when the lanes' open aggregates are closed, and makes calls of what is ready.

    Linger is counted once for all lanes: the first event after a quiet moment opens a window, at whose end all
    open aggregates leave in as few calls as will hold them. Those whose shard or lane is held back then stay open until
    it is not, and fill. Records whose retry is due leave at once, and so does a call's worth of records. While all
    calls are in flight, the window stays open and the aggregates fill.

    Args:
        config: limits and times.
        lanes: where the open aggregates are.
        backoff: for shards that throttle.

    Attributes:
        in_flight: PutRecords calls under way. Whoever takes an answer subtracts one.
    """

    def __init__(self, config: ProducerConfig, lanes: Lanes, backoff: Backoff) -> None:
        self._config = config
        self._lanes = lanes
        self._collection = Collection(config, lanes, backoff)
        self._retries = Retries(config.backoff_base_seconds)
        self._window_ends: float | None = None
        self._due_until = 0
        # All that are here, oldest first, where somebody asks for the oldest.
        by_age = config.time_to_live_seconds is not None or config.when_full == "drop_oldest"
        self._waiting = RecordHeap() if by_age else None
        self.in_flight = 0

    @property
    def next_at(self) -> float | None:
        """When ``poll`` has calls to make, none if only an event or an answer can change that."""
        if self.in_flight == self._config.calls_in_flight:
            return None
        times = (self._window_ends, self._retries.next_at, self._collection.next_at)
        return min((time for time in times if time is not None), default=None)

    @property
    def lingering(self) -> bool:
        """Whether a window is open. Otherwise the first event brings a poll about at once."""
        return self._window_ends is not None

    @property
    def oldest(self) -> Record | None:
        """The oldest record that is not in flight; known if there is a time to live or the oldest are dropped."""
        first = None if self._waiting is None else self._waiting.first
        return None if first is None else first[1]

    def wait(self, record: Record) -> None:
        """Note that a record is here, or that it has become older."""
        if self._waiting is not None:
            self._waiting.add(record, record.serial)

    def collect(self) -> bool:
        """Take over the lanes' closed records; tell whether ``poll`` should be called before ``next_at``."""
        self._collection.append(self._lanes.take_closed())
        return self._window_ends is None or (self._collection.full and self.in_flight < self._config.calls_in_flight)

    def poll(self, now: float) -> list[PutRecords]:
        """Return the calls to make now."""
        calls: list[PutRecords] = []
        collection = self._collection
        collection.put_back(self._retries.take_due(now))
        collection.release(now)
        if self._window_ends is None and not collection.overdue and (collection.ready or self._has_news):
            self._window_ends = now + self._config.linger_seconds
        if self.in_flight < self._config.calls_in_flight and self._window_ends is not None and self._window_ends <= now:
            self._window_ends = None
            self._due_until = self._lanes.last_serial
            self.collect()
            collection.add_due(self._lanes.open_records())
            collection.overdue = True
        while self.in_flight < self._config.calls_in_flight and (collection.overdue or collection.full):
            records = collection.take(now)
            if records:
                self._departed(records)
                self.in_flight += 1
                calls.append(PutRecords(records, now))
        if not self._lanes and not collection.ready:
            self._window_ends = None
        return calls

    def hurry(self) -> bool:
        """End the window now; tell whether there is something that this lets leave."""
        if self._window_ends == _AT_ONCE or not (self._collection.ready or self._has_news):
            return False
        self._window_ends = _AT_ONCE
        return True

    def put_back(self, records: Iterable[Record]) -> None:
        """Have records leave before all that are younger, as soon as a call can be made."""
        records = list(records)
        for record in records:
            self.wait(record)
        self._collection.put_back(records)

    def retry(self, record: Record, at: float) -> None:
        """Have a record leave at a time."""
        self.wait(record)
        self._retries.add(record, at)

    def throttled(self, record: Record, *, call_started: float, share: float, now: float) -> None:
        """Note that its shard has throttled a record, and is not sent to for a while."""
        self._collection.throttled(record, call_started=call_started, share=share, now=now)

    def accepted(self, record: Record) -> None:
        """Note that its shard has taken a record."""
        self._collection.accepted(record)

    def done(self, record: Record) -> None:
        """Note that a record that had left has an outcome, or goes on in others."""
        self._collection.done(record)

    def withdraw(self, record: Record) -> None:
        """Take away a record that is not in flight, open or not."""
        if self._waiting is not None:
            self._waiting.discard(record)
        if self._retries.discard(record):
            self._collection.done(record)
            return
        self._lanes.close(record)
        self.collect()
        self._collection.remove(record)

    def take_where(self, condition: Callable[[Record], bool]) -> list[Record]:
        """Take away the closed records that meet a condition, ready or to be retried, oldest first."""
        self.collect()
        retried = self._retries.take_where(condition)
        for record in retried:
            self._collection.done(record)
        taken = sorted(self._collection.take_where(condition) + retried, key=lambda record: record.serial)
        self._departed(taken)
        return taken

    def adopt(self, shard_map: ShardMap) -> None:
        """Use another shard map. Records that have lost their lane and could be routed anew must have been taken."""
        self._collection.adopt(shard_map)

    def mend(self, records: Sequence[Record]) -> None:
        """Bring what waits in order again after an exception from anywhere.

        Args:
            records: all that are to be here or open. Those that are neither had been taken from one place and not
                been put into the next.
        """
        self._collection.mend()
        self.collect()
        held = {*self._lanes.open_records(), *self._collection.records(), *self._retries.records()}
        lost = [record for record in records if record not in held]
        if lost:
            self.put_back(lost)
        if self._waiting is not None:
            self._waiting.clear()
            for record in records:
                self.wait(record)

    def clear(self) -> None:
        """Forget everything that is not in flight."""
        self._lanes.close_all()
        self._lanes.take_closed()
        self._retries.take_where(lambda _: True)
        self._collection.clear()
        self._window_ends = None
        if self._waiting is not None:
            self._waiting.clear()

    @property
    def _has_news(self) -> bool:
        return bool(self._lanes) and self._lanes.last_serial > self._due_until

    def _departed(self, records: Iterable[Record]) -> None:
        if self._waiting is not None:
            for record in records:
                self._waiting.discard(record)
