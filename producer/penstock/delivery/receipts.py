"""What tells the outcomes of many events."""

from collections.abc import Mapping

from penstock.delivery.completion import Completion


class Receipts:
    """The completions of many events' records, and the events' indexes there, in the order of the events.

    Attributes:
        completions: of the records.
        indexes: of the events.
    """

    __slots__ = ("completions", "indexes")

    def __init__(self) -> None:
        self.completions: list[Completion] = []
        self.indexes: list[int] = []

    def __len__(self) -> int:
        return len(self.completions)

    def mend(self, counts: Mapping[Completion, int]) -> None:
        """Forget what an exception from anywhere has left half noted: the last event, if its record has not got it.

        Args:
            counts: how many events each record has that takes more.
        """
        length = min(len(self.completions), len(self.indexes))
        if length:
            count = counts.get(self.completions[length - 1])
            if count is not None and self.indexes[length - 1] >= count:
                length -= 1
        del self.completions[length:], self.indexes[length:]

    def append(self, completion: Completion, index: int) -> None:
        """Add those of an event."""
        self.completions.append(completion)
        self.indexes.append(index)
