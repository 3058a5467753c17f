"""Records that wait for another try."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count

from penstock.delivery.record import Record


class Retries:
    """Failed records, until their time comes. They come back in the order of their times."""

    def __init__(self) -> None:
        self._order = count()  # breaks ties, so that records are never compared
        self._heap: list[tuple[float, int, Record]] = []

    @property
    def next_at(self) -> float | None:
        """When the next record's time comes, none if there is no record."""
        return self._heap[0][0] if self._heap else None

    def add(self, record: Record, at: float) -> None:
        """Keep a record until a time."""
        heappush(self._heap, (at, next(self._order), record))

    def take_due(self, now: float) -> list[Record]:
        """Take away the records whose time has come."""
        due: list[Record] = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heappop(self._heap)[2])
        return due

    def take_where(self, condition: Callable[[Record], bool]) -> list[Record]:
        """Take away the records that meet a condition, due or not."""
        taken = [entry[2] for entry in sorted(self._heap) if condition(entry[2])]
        gone = set(taken)
        self._heap = [entry for entry in self._heap if entry[2] not in gone]
        heapify(self._heap)
        return taken
