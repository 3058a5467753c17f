"""Collecting closed records into calls."""

from collections import deque
from collections.abc import Iterable

from penstock.delivery.record import Record


class Collection:
    """The records that are ready to be sent, in order, and how many of them make a call.

    Args:
        most_records: the most records in a call.
        most_bytes: the most bytes in a call, keys included. A record is never larger.
    """

    def __init__(self, *, most_records: int, most_bytes: int) -> None:
        self._most_records = most_records
        self._most_bytes = most_bytes
        self._records: deque[Record] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def full(self) -> bool:
        """Whether there is a call's worth of records, so that waiting for more gains nothing."""
        return len(self._records) >= self._most_records or self._bytes >= self._most_bytes

    def append(self, records: Iterable[Record]) -> None:
        """Add records behind the others."""
        for record in records:
            self._records.append(record)
            self._bytes += record.call_bytes

    def prepend(self, records: Iterable[Record]) -> None:
        """Add records, in their order, before the others: those that have waited for a retry are the oldest."""
        records = list(records)
        self._records.extendleft(reversed(records))
        self._bytes += sum(record.call_bytes for record in records)

    def take(self) -> list[Record]:
        """Take away the records of one call: as many as its limits allow, at least one if there is any."""
        taken: list[Record] = []
        size = 0
        while self._records and len(taken) < self._most_records:
            record = self._records[0]
            size += record.call_bytes
            if taken and (size > self._most_bytes or record.alone or taken[0].alone):
                break
            taken.append(self._records.popleft())
            self._bytes -= record.call_bytes
        return taken

    def take_all(self) -> list[Record]:
        """Take away every record."""
        records = list(self._records)
        self._records.clear()
        self._bytes = 0
        return records
