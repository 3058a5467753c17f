"""Reading aggregates: strictly, since what is dropped in silence here is lost for good."""

from hashlib import md5
from typing import Final, NamedTuple

from penstock.aggregation.wire import DIGEST_BYTES, MAGIC, read_length, read_varint, skip_unknown_field
from penstock.errors import DamagedAggregateError

_PARTITION_KEY: Final = 0x0A  # field 1, bytes
_HASH_KEY: Final = 0x12  # field 2, bytes
_RECORD: Final = 0x1A  # field 3, bytes

_KEY_INDEX: Final = 0x08  # field 1, varint
_HASH_KEY_INDEX: Final = 0x10  # field 2, varint
_DATA: Final = 0x1A  # field 3, bytes
_TAG: Final = 0x22  # field 4, bytes

_TAG_KEY: Final = 0x0A
_TAG_VALUE: Final = 0x12

_Entry = tuple[int, int | None, bytes]  # index of its partition key, of its explicit hash key, and its data


class UserRecord(NamedTuple):
    """What was put, as opposed to the Kinesis record that carries it among others.

    Attributes:
        partition_key: the key it was put with.
        explicit_hash_key: a decimal number, or none.
        data: the payload.
    """

    partition_key: str
    explicit_hash_key: str | None
    data: bytes


def is_aggregate(data: bytes) -> bool:
    """Tell whether a Kinesis record's data begins as an aggregate does; it can still be damaged."""
    return data[:4] == MAGIC


def deaggregate(data: bytes) -> list[UserRecord]:
    """Return the user records of an aggregate, in the order in which they were put.

    A user record's sub-sequence number is its index in the list. Unknown fields and tags are ignored.

    Args:
        data: a Kinesis record's data, for which ``is_aggregate`` holds.

    Raises:
        DamagedAggregateError: if any of it cannot be read, or it holds no user record at all. Either every
            user record is returned or none.
    """
    end = len(data) - DIGEST_BYTES
    if not is_aggregate(data):
        raise DamagedAggregateError("the magic bytes are missing")
    if end < len(MAGIC):
        raise DamagedAggregateError("it ends before its checksum")
    digest = md5(memoryview(data)[len(MAGIC) : end], usedforsecurity=False).digest()
    if digest != data[end:]:
        raise DamagedAggregateError("its checksum does not match")
    partition_keys, hash_keys, entries = _read_message(data, len(MAGIC), end)
    if not entries:
        raise DamagedAggregateError("it holds no records")
    try:
        return [
            UserRecord(partition_keys[key], None if hash_key is None else hash_keys[hash_key], payload)
            for key, hash_key, payload in entries
        ]
    except IndexError:
        raise DamagedAggregateError("a record names a key that is in no table") from None


def _read_message(data: bytes, position: int, end: int) -> tuple[list[str], list[str], list[_Entry]]:
    partition_keys: list[str] = []
    hash_keys: list[str] = []
    entries: list[_Entry] = []
    while position < end:
        tag = data[position]
        if tag == _RECORD:
            # Lengths of one and two bytes are nearly all there are; reading past the end is safe here, for
            # the digest follows, and is noticed below.
            low, high = data[position + 1], data[position + 2]
            if low < 0x80:
                start = position + 2
                stop = start + low
            elif high < 0x80:
                start = position + 3
                stop = start + (low & 0x7F | high << 7)
            else:
                start, stop = read_length(data, position + 1, end)
            if stop > end:
                raise DamagedAggregateError(f"a record of {stop - start} bytes has {end - start} left")
            entries.append(_read_record(data, start, stop))
        elif tag == _PARTITION_KEY:
            start, stop = read_length(data, position + 1, end)
            partition_keys.append(_text(data[start:stop]))
        elif tag == _HASH_KEY:
            start, stop = read_length(data, position + 1, end)
            hash_keys.append(_text(data[start:stop]))
        else:
            stop = skip_unknown_field(data, position, end, known=3)
        position = stop
    return partition_keys, hash_keys, entries


def _read_record(data: bytes, position: int, end: int) -> _Entry:
    key: int | None = None
    hash_key: int | None = None
    payload: bytes | None = None
    while position < end:
        tag = data[position]
        if tag == _KEY_INDEX:
            key = data[position + 1]
            position += 2
            if key >= 0x80:
                key, position = read_varint(data, position - 1, end)
        elif tag == _DATA:
            low, high = data[position + 1], data[position + 2]
            if low < 0x80:
                position += 2
                stop = position + low
            elif high < 0x80:
                position += 3
                stop = position + (low & 0x7F | high << 7)
            else:
                position, stop = read_length(data, position + 1, end)
            payload = data[position:stop]
            position = stop
        else:
            position, index = _read_rare_field(data, position, end)
            hash_key = hash_key if index is None else index
    if position != end:
        raise DamagedAggregateError("a field of a record is cut off")
    if key is None or payload is None:
        raise DamagedAggregateError("a record lacks its partition key or its data")
    return key, hash_key, payload


def _read_rare_field(data: bytes, position: int, end: int) -> tuple[int, int | None]:
    """Read a field of a record that few have; return the position after it, and the explicit hash key's index."""
    tag = data[position]
    if tag == _HASH_KEY_INDEX:
        index, position = read_varint(data, position + 1, end)
        return position, index
    if tag == _TAG:
        start, stop = read_length(data, position + 1, end)
        _check_tag(data, start, stop)
        return stop, None
    return skip_unknown_field(data, position, end, known=4), None


def _check_tag(data: bytes, position: int, end: int) -> None:
    # Neither KPL nor KCL uses tags, so they are checked as the format demands and otherwise ignored.
    named = False
    while position < end:
        if data[position] in (_TAG_KEY, _TAG_VALUE):
            named = named or data[position] == _TAG_KEY
            start, position = read_length(data, position + 1, end)
            _text(data[start:position])
        else:
            position = skip_unknown_field(data, position, end, known=2)
    if not named:
        raise DamagedAggregateError("a tag has no key")


def _text(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        raise DamagedAggregateError("a key is not UTF-8") from None
