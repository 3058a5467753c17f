"""Records in the order of a number, from which any can be taken away."""

from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

from penstock.delivery.record import Record

_SLACK: Final = 64


class RecordHeap:
    """Keeps each record under a number; those with the same number in the order in which they came.

    What is taken away leaves an empty entry behind, which goes when it comes first, or with all others of its kind when
    they are the majority. So each step costs the logarithm of the records, and no record is held that has left.
    """

    __slots__ = ("_entries", "_heap", "_order")

    def __init__(self) -> None:
        self._order = count()  # breaks ties, so that records are never compared
        self._heap: list[tuple[float, int, list[Record]]] = []  # a list of one, or of none
        self._entries: dict[Record, list[Record]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, record: Record) -> bool:
        return record in self._entries

    @property
    def first(self) -> tuple[float, Record] | None:
        """The smallest number and its record, none if there is no record."""
        heap = self._heap
        while heap:
            number, _, holder = heap[0]
            if holder:
                return number, holder[0]
            heappop(heap)
        return None

    def add(self, record: Record, number: float) -> None:
        """Keep a record under a number, whatever number it had."""
        self.discard(record)
        holder = [record]
        self._entries[record] = holder
        heappush(self._heap, (number, next(self._order), holder))

    def discard(self, record: Record) -> bool:
        """Take a record away; tell whether it was there."""
        holder = self._entries.pop(record, None)
        if holder is None:
            return False
        holder.clear()
        if len(self._heap) > 2 * len(self._entries) + _SLACK:
            self._heap = [entry for entry in self._heap if entry[2]]
            heapify(self._heap)
        return True

    def records(self) -> list[Record]:
        """Return all records, in the order of their numbers."""
        return [entry[2][0] for entry in sorted(self._heap, key=lambda entry: entry[:2]) if entry[2]]

    def clear(self) -> None:
        """Take every record away."""
        self._heap.clear()
        self._entries.clear()
