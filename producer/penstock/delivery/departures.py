"""Which records leave, in which calls, and when."""

from collections.abc import Callable, Iterable

from penstock.config import ProducerConfig
from penstock.delivery.calls import PutRecords
from penstock.delivery.collection import Collection
from penstock.delivery.lanes import Lanes
from penstock.delivery.record import Record
from penstock.delivery.retries import Retries


class Departures:
    """Decides when the lanes' open aggregates are closed, and makes calls of what is ready.

    Linger is counted once for all lanes: the first event after a quiet moment opens a window, at whose end all
    open aggregates are closed and leave in as few calls as will hold them. Records whose retry is due leave at once,
    and so does a call's worth of records. While all calls are in flight, the window stays open and the aggregates
    fill.

    Args:
        config: limits and times.
        lanes: where the open aggregates are.

    Attributes:
        in_flight: PutRecords calls under way. Whoever takes an answer subtracts one.
    """

    def __init__(self, config: ProducerConfig, lanes: Lanes) -> None:
        self._config = config
        self._lanes = lanes
        self._collection = Collection(most_records=config.call_records, most_bytes=config.call_bytes)
        self._retries = Retries()
        self._window_ends: float | None = None
        self._overdue = False
        self.in_flight = 0

    @property
    def next_at(self) -> float | None:
        """When ``poll`` has calls to make, none if only an event or an answer can change that."""
        if self.in_flight == self._config.calls_in_flight:
            return None
        times = (self._window_ends, self._retries.next_at)
        return min((time for time in times if time is not None), default=None)

    def collect(self) -> bool:
        """Take over the lanes' closed records; tell whether ``poll`` should be called before ``next_at``."""
        self._collection.append(self._lanes.take_closed())
        return self._window_ends is None or self._collection.full

    def poll(self, now: float) -> list[PutRecords]:
        """Return the calls to make now."""
        calls: list[PutRecords] = []
        due = self._retries.take_due(now)
        if due:
            self.put_first(due)
        if self._window_ends is None and (self._lanes or self._collection):
            self._window_ends = now + self._config.linger_seconds
        while self.in_flight < self._config.calls_in_flight:
            if self._window_ends is not None and self._window_ends <= now:
                self._window_ends = None
                self._overdue = True
                self._lanes.close_all()
                self.collect()
            if not self._collection:
                self._overdue = False
            if not self._overdue and not self._collection.full:
                break
            self.in_flight += 1
            calls.append(PutRecords(self._collection.take(), now))
        if not self._lanes and not self._collection:
            self._window_ends = None
        return calls

    def hurry(self) -> None:
        """End the window now."""
        self._window_ends = float("-inf")

    def put_first(self, records: Iterable[Record]) -> None:
        """Have records leave before all others, as soon as a call can be made."""
        self._collection.prepend(records)
        self._overdue = True

    def retry(self, record: Record, at: float) -> None:
        """Have a record leave at a time."""
        self._retries.add(record, at)

    def take_where(self, condition: Callable[[Record], bool]) -> list[Record]:
        """Take away the records that meet a condition, ready or to be retried."""
        ready = self._collection.take_all()
        self._collection.append([record for record in ready if not condition(record)])
        return [record for record in ready if condition(record)] + self._retries.take_where(condition)
