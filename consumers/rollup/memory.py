"""What a warm function remembers of the trends table."""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from consumers.trends.item import BucketItem

MAX_VALUES: Final = 200_000
"""Values of all items remembered: about 40 MB of strings and numbers. The open minute at 1,000 events/s has
12,000."""


class Memory:
    """Bucket items of minutes as last read or written, the longest unused forgotten first. Thread-safe.

    An item is here only after DynamoDB confirmed it, so it is never ahead of the table; it may be behind, which the
    condition of the next write finds out.
    """

    def __init__(self, max_values: int = MAX_VALUES) -> None:
        """Remember items with up to `max_values` values together."""
        self._max_values = max_values
        self._values = 0
        self._items: OrderedDict[tuple[int, int], tuple[int, BucketItem]] = OrderedDict()
        self._lock = Lock()

    def get(self, minute: int, bucket: int) -> "BucketItem | None":
        """Return what is remembered of a bucket."""
        with self._lock:
            found = self._items.get((minute, bucket))
            if found is None:
                return None
            self._items.move_to_end((minute, bucket))
            return found[1]

    def remember(self, item: "BucketItem") -> None:
        """Remember an item that was read or whose write was confirmed."""
        values = 1 + sum(map(len, item.counts.values()))
        with self._lock:
            self._drop((item.start, item.bucket))
            self._items[item.start, item.bucket] = (values, item)
            self._values += values
            while self._values > self._max_values and self._items:
                self._drop(next(iter(self._items)))

    def forget(self, minute: int, bucket: int) -> None:
        """Forget a bucket whose write may or may not have happened."""
        with self._lock:
            self._drop((minute, bucket))

    def __len__(self) -> int:
        """Return how many items are remembered."""
        return len(self._items)

    def _drop(self, key: tuple[int, int]) -> None:
        values, _ = self._items.pop(key, (0, None))
        self._values -= values
