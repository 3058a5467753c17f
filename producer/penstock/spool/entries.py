"""What the frames of a spool hold: events in a segment, and beside it which of them are done.

A segment's file begins with a head: ``penspool``, the format's version (16 bits), and the CRC-32 of both. An event's
frame has its index in the segment for number. Its payload is the lengths of its partition key (16 bits) and of its
explicit hash key (8 bits, 0 for none), then both keys and the data. Numbers have their little end first.

A payload of acknowledgements is the first index and the gaps to each of the others, as varints.
"""

from itertools import accumulate
from operator import sub
from struct import Struct
from typing import Final
from zlib import crc32

from penstock.aggregation import UserRecord
from penstock.aggregation.wire import varint
from penstock.errors import InvalidEventError
from penstock.hash_keys import encode_partition_key, parse_hash_key

FORMAT_VERSION: Final = 1
_MAGIC: Final = b"penspool"
_HEAD: Final = Struct("<8sH")
_CHECKSUM: Final = Struct("<I")
HEAD_BYTES: Final = _HEAD.size + _CHECKSUM.size

_KEYS: Final = Struct("<HB")


class UnknownVersionError(Exception):
    """A segment's head is undamaged and of a version that this code does not know."""


def encode_head() -> bytes:
    """Return a segment's head."""
    head = _HEAD.pack(_MAGIC, FORMAT_VERSION)
    return head + _CHECKSUM.pack(crc32(head))


def check_head(data: bytes) -> None:
    """Check the version in a segment's head. One that is damaged is taken to be of this version.

    Args:
        data: the segment's file, its beginning at least.

    Raises:
        UnknownVersionError: if it was written by a later version.
    """
    if len(data) >= HEAD_BYTES and crc32(data[: _HEAD.size]) == _CHECKSUM.unpack_from(data, _HEAD.size)[0]:
        magic, version = _HEAD.unpack_from(data)
        if magic == _MAGIC and version > FORMAT_VERSION:
            raise UnknownVersionError(f"version {version}")


def encode_event(partition_key: str, explicit_hash_key: str | None, data: bytes) -> bytes:
    """Return the payload of an event.

    Raises:
        InvalidEventError: if Kinesis takes no such keys.
    """
    key = encode_partition_key(partition_key)
    if explicit_hash_key is None:
        return _KEYS.pack(len(key), 0) + key + data
    parse_hash_key(explicit_hash_key)
    return _KEYS.pack(len(key), len(explicit_hash_key)) + key + explicit_hash_key.encode() + data


def decode_event(payload: bytes) -> UserRecord | None:
    """Return the event of a payload, none if it is no event's."""
    if len(payload) < _KEYS.size:
        return None
    key_bytes, hash_key_bytes = _KEYS.unpack_from(payload)
    hash_key_start = _KEYS.size + key_bytes
    data_start = hash_key_start + hash_key_bytes
    if data_start > len(payload):
        return None
    try:
        event = UserRecord(
            payload[_KEYS.size : hash_key_start].decode(),
            payload[hash_key_start:data_start].decode() or None,
            payload[data_start:],
        )
        encode_event(*event)
    except (UnicodeDecodeError, InvalidEventError):
        return None
    return event


def encode_done(indexes: list[int]) -> bytes:
    """Return the payload that acknowledges events, by their indexes in ascending order, at least one."""
    gaps = list(map(sub, indexes[1:], indexes))
    encoded = bytes(gaps) if max(gaps, default=0) < 0x80 else b"".join(map(varint, gaps))
    return varint(indexes[0]) + encoded


def decode_done(payload: bytes) -> list[int]:
    """Return the indexes that a payload acknowledges."""
    numbers: list[int] = []
    value = shift = 0
    for byte in payload:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            numbers.append(value)
            value = shift = 0
    return list(accumulate(numbers))
