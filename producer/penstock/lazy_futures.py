"""The futures of many events, each made when it is looked at."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

from penstock.delivery.completion import Completion
from penstock.delivery.receipts import Receipts

FutureT = TypeVar("FutureT")


class LazyFutures(Sequence[FutureT], Generic[FutureT]):
    """One future for each event, in the order of the events, always the same for the same event.

    Until one is looked at, it takes 16 bytes.

    Args:
        receipts: of the events.
        make: makes a future from what it promises: the completion of an event's record, and the event's index there.
    """

    def __init__(self, receipts: Receipts, make: Callable[[Completion, int], FutureT]) -> None:
        self._receipts = receipts
        self._make = make
        self._made: dict[int, FutureT] = {}

    def __len__(self) -> int:
        return len(self._receipts)

    @overload
    def __getitem__(self, index: int) -> FutureT: ...
    @overload
    def __getitem__(self, index: slice) -> list[FutureT]: ...
    def __getitem__(self, index: int | slice) -> FutureT | list[FutureT]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        future = self._made.get(position)
        if future is None:
            made = self._make(self._receipts.completions[position], self._receipts.indexes[position])
            future = self._made.setdefault(position, made)  # another thread may have been quicker
        return future

    def __repr__(self) -> str:
        """Say how many there are."""
        return f"<{type(self).__name__} of {len(self)} events>"
