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


class Aggregate(NamedTuple):
    """What an aggregate holds, as it is written: a payload's sub-sequence number is its index.

    Consumers have little use for keys, and making a user record of each payload costs more than reading it.

    Attributes:
        payloads: of the user records, in the order in which they were put.
        key_indexes: for each payload, that of its partition key.
        hash_key_indexes: by payload, that of its explicit hash key; most have none.
        partition_keys: in UTF-8.
        hash_keys: decimal numbers, in UTF-8.
    """

    payloads: list[bytes]
    key_indexes: list[int]
    hash_key_indexes: dict[int, int]
    partition_keys: list[bytes]
    hash_keys: list[bytes]

    def partition_key(self, sub_sequence_number: int) -> str:
        """Return the partition key that a payload was put with."""
        return self.partition_keys[self.key_indexes[sub_sequence_number]].decode()

    def user_records(self) -> list[UserRecord]:
        """Return the payloads with their keys."""
        partition_keys = [key.decode() for key in self.partition_keys]
        hash_keys = [key.decode() for key in self.hash_keys]
        named = {place: hash_keys[index] for place, index in self.hash_key_indexes.items()}
        return [
            UserRecord(partition_keys[index], named.get(place), payload)
            for place, (index, payload) in enumerate(zip(self.key_indexes, self.payloads, strict=True))
        ]


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
    return read_aggregate(data).user_records()


def read_aggregate(data: bytes) -> Aggregate:
    """Return what an aggregate holds, without making a user record of each payload; otherwise as ``deaggregate``.

    Raises:
        DamagedAggregateError: as ``deaggregate``.
    """
    end = len(data) - DIGEST_BYTES
    if not is_aggregate(data):
        raise DamagedAggregateError("the magic bytes are missing")
    if end < len(MAGIC):
        raise DamagedAggregateError("it ends before its checksum")
    digest = md5(memoryview(data)[len(MAGIC) : end], usedforsecurity=False).digest()
    if digest != data[end:]:
        raise DamagedAggregateError("its checksum does not match")
    aggregate = _read_message(data, len(MAGIC), end)
    if not aggregate.payloads:
        raise DamagedAggregateError("it holds no records")
    if max(aggregate.key_indexes) >= len(aggregate.partition_keys) or (
        max(aggregate.hash_key_indexes.values(), default=-1) >= len(aggregate.hash_keys)
    ):
        raise DamagedAggregateError("a record names a key that is in no table")
    # A key cut off within a character is noticed, since no character goes on with a line's end.
    _text(b"\n".join(aggregate.partition_keys))
    _text(b"\n".join(aggregate.hash_keys))
    return aggregate


def _read_message(data: bytes, position: int, end: int) -> Aggregate:  # noqa: C901, PLR0912, PLR0915 - a call a record costs as much as reading it
    # Lengths of one and two bytes are nearly all there are. Reading a byte or two past the end is safe, for the digest
    # follows, and is noticed.
    aggregate = payloads, key_indexes, hash_key_indexes, partition_keys, hash_keys = Aggregate([], [], {}, [], [])
    add_payload, add_key_index, add_partition_key = payloads.append, key_indexes.append, partition_keys.append
    while position < end:
        tag = data[position]
        low = data[position + 1]
        if tag == _RECORD:
            if low < 0x80:
                start = position + 2
                stop = start + low
            elif (high := data[position + 2]) < 0x80:
                start = position + 3
                stop = start + (low & 0x7F | high << 7)
            else:
                start, stop = read_length(data, position + 1, end)
            if stop > end:
                raise DamagedAggregateError(f"a record of {stop - start} bytes has {end - start} left")
            position = stop
            if data[start] == _DATA:
                # As this package writes them: the data, then the index of the key in one byte or two.
                low = data[start + 1]
                if low < 0x80:
                    first = start + 2
                    last = first + low
                elif (high := data[start + 2]) < 0x80:
                    first = start + 3
                    last = first + (low & 0x7F | high << 7)
                else:
                    first = last = stop
                rest = stop - last
                if rest == 2 and data[last] == _KEY_INDEX and (low := data[last + 1]) < 0x80:
                    add_payload(data[first:last])
                    add_key_index(low)
                    continue
                if rest == 3 and data[last] == _KEY_INDEX and (low := data[last + 1]) >= 0x80 > data[last + 2]:
                    add_payload(data[first:last])
                    add_key_index(low & 0x7F | data[last + 2] << 7)
                    continue
            key, hash_key, payload = _read_record(data, start, stop)
            if hash_key is not None:
                hash_key_indexes[len(payloads)] = hash_key
            add_payload(payload)
            add_key_index(key)
        elif tag == _PARTITION_KEY:
            start, stop = position + 2, position + 2 + low
            if low >= 0x80 or stop > end:
                start, stop = read_length(data, position + 1, end)
            add_partition_key(data[start:stop])
            position = stop
        elif tag == _HASH_KEY:
            start, position = read_length(data, position + 1, end)
            hash_keys.append(data[start:position])
        else:
            position = skip_unknown_field(data, position, end, known=3)
    return aggregate


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
