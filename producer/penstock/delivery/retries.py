"""Records that wait for another try."""

from collections.abc import Callable

from penstock.delivery.record import Record
from penstock.delivery.record_heap import RecordHeap


class Retries:
    """Failed records, until their time comes. They come back in the order of their times.

    Args:
        together_seconds: how much earlier than its time a record may come back along with another. Records that fail
            one after the other, as in an outage, would otherwise each have a call of their own, and the longer it
            lasts, the more calls a second.
    """

    def __init__(self, together_seconds: float) -> None:
        self._heap = RecordHeap()
        self._together_seconds = together_seconds

    @property
    def next_at(self) -> float | None:
        """When the next record's time comes, none if there is no record."""
        first = self._heap.first
        return None if first is None else first[0]

    def add(self, record: Record, at: float) -> None:
        """Keep a record until a time."""
        self._heap.add(record, at)

    def discard(self, record: Record) -> bool:
        """Take a record away; tell whether it was there."""
        return self._heap.discard(record)

    def records(self) -> list[Record]:
        """Return all records, in the order of their times."""
        return self._heap.records()

    def take_due(self, now: float) -> list[Record]:
        """Take away the records whose time has come, if there are any, and those whose time is near."""
        due: list[Record] = []
        if self.next_at is None or self.next_at > now:
            return due
        while (first := self._heap.first) is not None and first[0] <= now + self._together_seconds:
            self._heap.discard(first[1])
            due.append(first[1])
        return due

    def take_where(self, condition: Callable[[Record], bool]) -> list[Record]:
        """Take away the records that meet a condition, due or not."""
        taken = [record for record in self._heap.records() if condition(record)]
        for record in taken:
            self._heap.discard(record)
        return taken
