"""What tells the outcomes of many events."""

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

    def append(self, completion: Completion, index: int) -> None:
        """Add those of an event."""
        self.completions.append(completion)
        self.indexes.append(index)
