"""Which records of a shard are done, and how far the shard may be checkpointed."""

from dataclasses import dataclass


@dataclass(slots=True)
class _Entry:
    sequence_number: str
    arrived_at: float
    done: bool = False


class Ledger:
    """Records by the order they were read in; the checkpoint is the last of those before which all are done.

    Batches of one shard end in any order when several run at once, so records are done out of order, and a
    checkpoint must wait for the earliest that is not: a restart reads on after the checkpoint, and would never
    see that record again.
    """

    def __init__(self, checkpoint: str | None = None) -> None:
        self.checkpoint = checkpoint
        self._entries: dict[int, _Entry] = {}
        self._first = 0
        self._next = 0

    def __len__(self) -> int:
        """How many records are not behind the checkpoint yet."""
        return len(self._entries)

    @property
    def oldest_arrival(self) -> float | None:
        """When the earliest record that is not done arrived, in epoch seconds."""
        return self._entries[self._first].arrived_at if self._entries else None

    def open(self, sequence_number: str, arrived_at: float) -> int:
        """Enter a record that was read; returns its place."""
        place = self._next
        self._next += 1
        self._entries[place] = _Entry(sequence_number, arrived_at)
        return place

    def close(self, place: int) -> None:
        """Mark a record as done: acknowledged, filtered out, or discarded."""
        self._entries[place].done = True
        while (entry := self._entries.get(self._first)) is not None and entry.done:
            self.checkpoint = entry.sequence_number
            del self._entries[self._first]
            self._first += 1
