"""The records that wait for one shard, or for one of its lanes where order counts."""

from collections import deque
from collections.abc import Callable, Sequence

from penstock.delivery.record import Record
from penstock.delivery.shard_limit import ShardLimit


class ShardQueue:
    """Closed records, oldest first, and behind them open ones that have waited for company long enough.

    The open ones go on filling until their turn comes.

    Args:
        limit: of the shard.
        one_at_a_time: whether a record leaves only when the one before it has an outcome.

    Attributes:
        limit: of the shard that the next record goes to.
        busy: with one at a time, the record that has left and has no outcome.
        waits_for: how many queues of former lanes must be done before this one begins.
        precedes: the queues that wait for this one.
        ready: whether it has a place in the round of those that send.
        counted: records and bytes, as somebody has added them up.
    """

    __slots__ = (
        "_bytes",
        "_closed",
        "_due",
        "_one_at_a_time",
        "busy",
        "counted",
        "limit",
        "precedes",
        "ready",
        "waits_for",
    )

    def __init__(self, limit: ShardLimit, *, one_at_a_time: bool) -> None:
        self._one_at_a_time = one_at_a_time
        self._closed: deque[Record] = deque()
        self._due: dict[Record, None] = {}
        self._bytes = 0
        self.limit = limit
        self.busy: Record | None = None
        self.waits_for = 0
        self.precedes: list[ShardQueue] = []
        self.ready = False
        self.counted = (0, 0)

    @property
    def first(self) -> Record | None:
        """The record whose turn is next, none if there is none."""
        if self._closed:
            return self._closed[0]
        return next(iter(self._due), None)

    @property
    def done(self) -> bool:
        """Whether there is nothing here and nothing under way that others have to wait for."""
        return self.busy is None and not self._closed and not self._due

    @property
    def may_send(self) -> bool:
        """Whether there is a record whose turn it is, as far as order goes."""
        return self.busy is None and not self.waits_for and bool(self._closed or self._due)

    @property
    def load(self) -> tuple[int, int]:
        """How many closed records could leave together, and their bytes."""
        if self._one_at_a_time and self._closed:
            return 1, self._closed[0].call_bytes
        return len(self._closed), self._bytes

    def append(self, record: Record) -> None:
        """Add a closed record behind the others."""
        self._due.pop(record, None)
        self._closed.append(record)
        self._bytes += record.call_bytes

    def add_due(self, record: Record) -> None:
        """Have an open record leave after the closed ones; it comes again, closed, if it is filled before."""
        self._due[record] = None

    def put_back(self, records: Sequence[Record]) -> None:
        """Add closed records, in their order, before all that are younger: they have been here before."""
        for record in records:
            self._due.pop(record, None)
        youngest = max(record.serial for record in records)
        among: list[Record] = []
        while self._closed and self._closed[0].serial < youngest:
            among.append(self._closed.popleft())
        self._closed.extendleft(sorted([*among, *records], key=lambda record: record.serial, reverse=True))
        self._bytes += sum(record.call_bytes for record in records)

    def records(self) -> list[Record]:
        """Return the closed records, oldest first."""
        return list(self._closed)

    def mend(self) -> None:
        """Count the bytes anew, after an exception from anywhere."""
        self._bytes = sum(record.call_bytes for record in self._closed)

    def take_first(self, call_bytes: int) -> Record:
        """Take away the first record, which must be closed and has so many bytes."""
        self._bytes -= call_bytes
        return self._closed.popleft()

    def remove(self, record: Record) -> None:
        """Take away a closed record, wherever it is."""
        self._closed.remove(record)  # mostly the first
        self._bytes -= record.call_bytes

    def take_where(self, condition: Callable[[Record], bool]) -> list[Record]:
        """Take away the closed records that meet a condition."""
        records, self._closed, self._bytes = list(self._closed), deque(), 0
        for record in records:
            if not condition(record):
                self.append(record)
        return [record for record in records if condition(record)]
