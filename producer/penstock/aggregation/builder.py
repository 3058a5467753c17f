"""Building aggregates, event by event, with the size known exactly at every moment."""

from hashlib import md5
from typing import Final

from penstock.aggregation.wire import DIGEST_BYTES, MAGIC, varint

EMPTY_BYTES: Final = len(MAGIC) + DIGEST_BYTES

MOST_FRAME_BYTES: Final = 18
"""Three tags and three numbers of up to 32 bits: what goes around an event's data."""

_LEAST_FRAME_BYTES: Final = 6  # with numbers of one byte

ONE_BYTE: Final = 0x80
"""A number below takes one byte as a varint."""

_KEPT_LENGTHS: Final = 8192  # a bound on the memory of the tables below, about 2 MB when all are used
_TWO_BYTES: Final = 0x4000


HEADS_ONE: Final[dict[int, tuple[bytes, int]]] = {}
"""By length of data: what precedes it in a record whose key's index takes one byte, and the record's size.

Data comes before the index, an order that protobuf leaves to the writer: what depends on the length is then in one
piece. ``AggregateBuilder.add`` fills the table, for lengths that are not rare.
"""

HEADS_TWO: Final[dict[int, tuple[bytes, int]]] = {}
"""Likewise, where the index takes two bytes."""

TAILS: Final = [b"\x08" + varint(index) for index in range(1024)]
"""By its key's index, what is behind a record's data."""


def partition_key_entry(encoded: bytes) -> bytes:
    """Return the entry in the table of partition keys for a key in UTF-8."""
    return b"\x0a" + varint(len(encoded)) + encoded


def hash_key_entry(explicit_hash_key: str) -> bytes:
    """Return the entry in the table of explicit hash keys."""
    return b"\x12" + varint(len(explicit_hash_key)) + explicit_hash_key.encode()


def _head(heads: dict[int, tuple[bytes, int]], length: int) -> tuple[bytes, int]:
    """Return what the table is to have for a length of data."""
    tail_bytes = 2 if heads is HEADS_ONE else 3
    before_data = b"\x1a" + varint(length)
    inner = len(before_data) + length + tail_bytes
    head = b"\x1a" + varint(inner) + before_data
    value = head, len(head) + length + tail_bytes
    if length < _KEPT_LENGTHS:
        heads[length] = value
    return value


class AggregateBuilder:
    """An aggregate under construction.

    Either all of its user records have an explicit hash key or none has: readers in the field (aws-kinesis-agg)
    give those that have none the first in the table.

    Attributes:
        limit: the aggregate never becomes larger, in bytes.
        free: by how much it can still grow, in bytes.
        keys: the entries in its table of partition keys, each with its index.
        parts: three for each user record: what is before its data, its data, and what is behind it.
        data_bytes: how much of its size is data.

    ``penstock.delivery.lanes`` does what ``add`` does by itself where many events come at once: a call for each event
    costs as much as the rest.

    >>> builder = AggregateBuilder(limit=100)
    >>> builder.add(partition_key_entry(b"key"), b"hello")
    16
    >>> len(builder.build()) == builder.size == 36
    True
    """

    __slots__ = ("_built", "_count", "_hash_keys", "data_bytes", "free", "keys", "limit", "parts")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.free = limit - EMPTY_BYTES
        self.keys: dict[bytes, int] = {}
        self.parts: list[bytes] = []
        self.data_bytes = 0
        self._hash_keys: dict[bytes, int] = {}
        self._built: bytes | None = None
        self._count = 0  # once it is built; until then the parts tell

    @property
    def size(self) -> int:
        """How large it is now, in bytes, exactly."""
        return self.limit - self.free

    @property
    def count(self) -> int:
        """How many user records it holds."""
        return self._count or len(self.parts) // 3

    def add(self, key_entry: bytes, data: bytes) -> int:
        """Add a user record without an explicit hash key.

        Args:
            key_entry: ``partition_key_entry`` of its partition key.
            data: its payload.

        Returns:
            By how many bytes the aggregate has grown, or 0 if there is no room for it; then nothing changed.
        """
        length = len(data)
        entry_bytes = len(key_entry)
        keys = self.keys
        free = self.free
        if free < length + entry_bytes + MOST_FRAME_BYTES and (
            free < length + _LEAST_FRAME_BYTES or free - length < self._overhead(key_entry, length)
        ):
            return 0
        known = len(keys)
        index = keys.setdefault(key_entry, known)
        if index < ONE_BYTE:
            head, size = HEADS_ONE.get(length) or _head(HEADS_ONE, length)
            self.parts += (head, data, TAILS[index])
        elif index < _TWO_BYTES:
            head, size = HEADS_TWO.get(length) or _head(HEADS_TWO, length)
            self.parts += (head, data, TAILS[index] if index < len(TAILS) else b"\x08" + varint(index))
        else:
            size = self._append(data, b"\x08" + varint(index))
        if index == known:
            size += entry_bytes
        self.free = free - size
        self.data_bytes += length
        return size

    def add_hashed(self, key_entry: bytes, hash_key_entry: bytes, data: bytes) -> int:
        """Add a user record with an explicit hash key; otherwise as ``add``."""
        index = self.keys.get(key_entry, len(self.keys))
        hash_index = self._hash_keys.get(hash_key_entry, len(self._hash_keys))
        indexes = b"\x08" + varint(index) + b"\x10" + varint(hash_index)
        size = _record_bytes(len(data), len(indexes))
        size += len(key_entry) if index == len(self.keys) else 0
        size += len(hash_key_entry) if hash_index == len(self._hash_keys) else 0
        if size > self.free:
            return 0
        self.keys.setdefault(key_entry, index)
        self._hash_keys.setdefault(hash_key_entry, hash_index)
        self._append(data, indexes)
        self.free -= size
        self.data_bytes += len(data)
        return size

    def build(self) -> bytes:
        """Return the aggregate's bytes, ``size`` of them. From the first call on, nothing more can be added."""
        if self._built is None:
            message = b"".join([MAGIC, *self.keys, *self._hash_keys, *self.parts])
            digest = md5(memoryview(message)[len(MAGIC) :], usedforsecurity=False).digest()
            self._built = message + digest
            self._count = self.count
            self.limit, self.free = self.size, 0
            self.keys, self._hash_keys, self.parts = {}, {}, []
        return self._built

    def mend(self) -> None:
        """Forget the user record that an exception from anywhere, Ctrl-C say, has left half added, if there is one.

        Its key can stay in the table, which readers take for one that nobody uses.
        """
        del self.parts[len(self.parts) // 3 * 3 :]
        used = EMPTY_BYTES + sum(sum(map(len, parts)) for parts in (self.keys, self._hash_keys, self.parts))
        self.free = self.limit - used
        self.data_bytes = sum(map(len, self.parts[1::3]))

    def _overhead(self, key_entry: bytes, length: int) -> int:
        """Return how many bytes beyond its data a user record would take."""
        index = self.keys.get(key_entry)
        if index is None:
            return _record_bytes(length, 1 + len(varint(len(self.keys)))) - length + len(key_entry)
        return _record_bytes(length, 1 + len(varint(index))) - length

    def _append(self, data: bytes, indexes: bytes) -> int:
        """Append a record of any size; return how many bytes it takes."""
        before_data = b"\x1a" + varint(len(data))
        inner = len(before_data) + len(data) + len(indexes)
        self.parts += (b"\x1a" + varint(inner) + before_data, data, indexes)
        return _record_bytes(len(data), len(indexes))


def _record_bytes(length: int, index_bytes: int) -> int:
    inner = 1 + len(varint(length)) + length + index_bytes
    return 1 + len(varint(inner)) + inner
