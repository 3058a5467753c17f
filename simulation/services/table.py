"""One table of the simulated DynamoDB: its items, what they were before, and the stream of their changes."""

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Final, NamedTuple

from simulation.services.expressions import Item, comparable
from simulation.services.items import MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES

Key = tuple[Any, ...]
"""Partition key and, where the table has one, sort key, as `comparable` makes them."""

REMEMBERED_CHANGES: Final = 64
"""How far an eventually consistent read may lag behind."""

STREAM_SECONDS: Final = 86_400
"""How long a stream keeps a record (Developer Guide, "Change data capture for DynamoDB Streams")."""


class Change(NamedTuple):
    """A record of the table's stream."""

    sequence_number: int
    event_name: str
    """``INSERT``, ``MODIFY`` or ``REMOVE``."""
    key: Key
    keys: Item
    new_image: Item | None
    at: float
    """When it happened, epoch seconds."""
    old_image: Item | None = None
    by_expiry: bool = False
    """Whether it is a deletion by time to live."""


class Table(MutableMapping[Key, Item]):
    """Items by key. What is set or deleted here directly appears in no stream: as if it had always been so."""

    def __init__(
        self,
        partition_key: str,
        sort_key: str | None = None,
        *,
        streams: bool = False,
        expiry: str | None = None,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Make a table without items.

        Args:
            partition_key: name of the attribute.
            sort_key: likewise.
            streams: whether changes are recorded, with new images.
            expiry: name of the attribute with the time to live.
            clock: tells epoch seconds.
        """
        names = [partition_key] if sort_key is None else [partition_key, sort_key]
        self.key_names = tuple(names)
        self.key_limits = dict(zip(names, (MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES), strict=False))
        self.expiry = expiry
        self.changes: list[Change] = []
        """The stream: every change since the table was made, in order for each key."""
        self._streams = streams
        self._clock = clock
        self._items: dict[Key, Item] = {}
        self._partitions: dict[Any, list[Key]] = {}
        """The keys of each partition, in order."""
        self._before: deque[tuple[Key, Item | None]] = deque(maxlen=REMEMBERED_CHANGES)

    def key_of(self, item: Mapping[str, Any]) -> Key:
        """Return the key of an item, or of a request's ``Key``."""
        return tuple([comparable(item[name]) for name in self.key_names])  # a list: a generator takes twice as long

    def keys_of(self, item: Item) -> Item:
        """Return the key attributes alone."""
        return {name: item[name] for name in self.key_names}

    def write(self, key: Key, item: Item | None, *, by_expiry: bool = False) -> None:
        """Put an item or (None) delete it: a change that readers may see late and that the stream tells of."""
        old = self._items.get(key)
        self._before.append((key, old))
        if item is None:
            self.pop(key, None)
        else:
            self[key] = item
        if self._streams and item != old:  # "a write that changes no data writes no stream record"
            name = "REMOVE" if item is None else "INSERT" if old is None else "MODIFY"
            keys = self.keys_of(item or old or {})
            self.changes.append(Change(len(self.changes) + 1, name, key, keys, item, self._clock(), old, by_expiry))

    def read(self, key: Key, lag: int) -> Item | None:
        """Return the item as it was before the table's last `lag` writes."""
        if lag:
            for changed, old in self._last(lag):
                if changed == key:
                    return old
        return self._items.get(key)

    def partition(self, partition_key: Any, lag: int) -> list[tuple[Key, Item]]:  # noqa: ANN401 - number, text or bytes
        """Return a partition's items, in order of their sort keys, as they were before the last `lag` writes."""
        rows = [(key, self._items[key]) for key in self._partitions.get(partition_key, ())]
        before = {key: old for key, old in reversed(self._last(lag)) if key[0] == partition_key} if lag else {}
        if not before:
            return rows
        return sorted((key, item) for key, item in (dict(rows) | before).items() if item is not None)

    def _last(self, lag: int) -> list[tuple[Key, Item | None]]:
        """Return the last `lag` writes, the oldest first: their keys, and the items that they replaced."""
        return list(self._before)[-lag:] if lag else []

    def expired(self, now: float) -> list[Key]:
        """Return the keys of items that time to live may delete: their expiry has passed."""
        name = self.expiry
        times = {key: item.get(name, {}).get("N") for key, item in self._items.items()} if name else {}
        return [key for key, time in times.items() if time is not None and int(time) < now]

    def __getitem__(self, key: Key) -> Item:
        """Return the item."""
        return self._items[key]

    def __setitem__(self, key: Key, item: Item) -> None:
        """Put an item that was always there."""
        if key not in self._items:
            insort(self._partitions.setdefault(key[0], []), key)
        self._items[key] = item

    def __delitem__(self, key: Key) -> None:
        """Let an item never have been there."""
        del self._items[key]
        self._partitions[key[0]].remove(key)

    def __iter__(self) -> Iterator[Key]:
        """Iterate over keys."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self._items)
