"""Records that no producer of ours would put: damaged aggregates, valid ones that are odd, and payloads without any."""

from collections.abc import Callable, Sequence
from hashlib import md5
from random import Random
from typing import Final, NamedTuple

from simulation.world.hostile.payloads import Payload

MAGIC: Final = b"\xf3\x89\x9a\xc2"
DAMAGED: Final = "damaged_aggregate"

KEYS: Final = ("stranger", "\u202e", "\u0000", "\U0001f30a" * 256, "a", "'\"\\\n")
"""Partition keys of records."""


class HostileRecord(NamedTuple):
    """A record, and what is in it: as a whole the one payload, or those that are to be found there in order."""

    partition_key: str
    data: bytes
    payloads: list[Payload]


def hostile_record(chance: Random, payloads: Sequence[Payload]) -> HostileRecord:
    """Return a record that holds `payloads`, at least one, or that is so damaged that it holds none."""
    key = chance.choice(KEYS)
    kind = chance.random()
    if kind < 0.2:
        return HostileRecord(key, payloads[0][0], [payloads[0]])
    contents = [data for data, _ in payloads]
    if kind < 0.6:
        return HostileRecord(key, _sealed(chance.choice(ODD)(contents)), list(payloads))
    make = chance.choice(WRONG) if kind < 0.8 else _plain
    data = _sealed(make(contents))
    if make is _plain:
        data = _spoilt(chance, data)
    return HostileRecord(key, data, [(data, DAMAGED)])


def _sealed(message: bytes) -> bytes:
    return MAGIC + message + md5(message, usedforsecurity=False).digest()


def _spoilt(chance: Random, sealed: bytes) -> bytes:
    """Return an aggregate of which a bit is flipped behind the first four bytes, or the end is missing."""
    if chance.random() < 0.5:
        return sealed[: chance.randrange(len(MAGIC), len(sealed))]
    damaged = bytearray(sealed)
    damaged[chance.randrange(len(MAGIC), len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


# Messages, by the wire format of protobuf (protobuf.dev, "Encoding"), written here once more: not by the code that is
# under simulation.


def _number(value: int) -> bytes:
    groups = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])


def _bytes(field: int, content: bytes) -> bytes:
    return _number(field << 3 | 2) + _number(len(content)) + content


def _key(key: bytes = b"stranger") -> bytes:
    return _bytes(1, key)


def _record(data: bytes, *, key: int = 0, besides: bytes = b"") -> bytes:
    return _bytes(3, b"\x08" + _number(key) + besides + _bytes(3, data))


def _plain(contents: list[bytes]) -> bytes:
    return _key() + b"".join(map(_record, contents))


def _with(record: bytes) -> Callable[[list[bytes]], bytes]:
    """Return what adds to good records one that is wrong."""
    return lambda contents: _plain(contents) + record


GROUP, END_OF_GROUP = b"\x4b", b"\x4c"  # of field 9, which nobody knows

TAG: Final = _bytes(4, _bytes(1, b"name") + _bytes(2, b"value"))
UNKNOWN: Final = (
    TAG
    + b"\x48"
    + _number(2**64 - 1)
    + b"\x49"
    + bytes(8)
    + _bytes(9, b"?")
    + GROUP * 90
    + END_OF_GROUP * 90
    + b"\x4d"
    + bytes(4)
)

ODD: Final[tuple[Callable[[list[bytes]], bytes], ...]] = (
    _plain,
    # Keys behind the records, the one that is used behind a thousand that are not.
    lambda contents: b"".join(_record(each, key=1_000) for each in contents) + _key(b"x") * 1_000 + _key(),
    # Explicit hash keys, tags, and fields that nobody knows: a number, eight bytes, text, groups in groups, four bytes.
    lambda contents: (
        _key() + _bytes(2, b"9" * 38) + b"".join(_record(each, besides=b"\x10\x00" + UNKNOWN) for each in contents)
    ),
    lambda contents: UNKNOWN[len(TAG) :] + _plain(contents) + _bytes(536_870_911, b""),
    # A number in more bytes than it needs, and a record whose fields are there twice: the last counts.
    lambda contents: (
        _key() + b"".join(_bytes(3, b"\x08\x80\x80\x00" + _bytes(3, b"no") + _bytes(3, each)) for each in contents)
    ),
    lambda contents: _key("\U0001f30a\u202e\u0000".encode()) + b"".join(map(_record, contents)),
)
"""What is sound, though nobody writes it so."""

WRONG: Final[tuple[Callable[[list[bytes]], bytes], ...]] = (
    lambda _: b"",
    lambda _: _key(),
    lambda contents: b"".join(map(_record, contents)),  # no table
    _with(_record(b"{}", key=1)),
    _with(_record(b"{}", key=2**32)),
    _with(_record(b"{}", key=2**64 - 1)),
    _with(_record(b"{}", besides=b"\x10\x05")),  # no such explicit hash key
    _with(_bytes(3, b"\x08" + b"\xff" * 10 + b"\x01" + _bytes(3, b"{}"))),  # more than 64 bits
    _with(_bytes(3, b"\x08\x00")),  # no data
    _with(_bytes(3, _bytes(3, b"{}"))),  # no key
    _with(_bytes(3, b"\x08\x00\x1a\x7f{}")),  # data that reaches beyond its record
    _with(b"\x1a" + _number(2**31) + b"{}"),
    _with(b"\x1a" + _number(2**64 - 1)),
    _with(b"\x1a\xff"),
    _with(b"\x0a" + _number(2**62)),
    _with(b"\x08\x01"),  # a table that is a number
    _with(b"\x1b\x1c"),  # records that are a group
    _with(b"\x4e"),  # a wire type that there is not
    _with(b"\x4f"),
    _with(b"\x02\x00"),  # field 0
    _with(END_OF_GROUP),
    _with(GROUP),
    _with(GROUP + b"\x54"),  # one that another field ends
    _with(GROUP * 101 + END_OF_GROUP * 101),
    _with(GROUP * 5_000 + END_OF_GROUP * 5_000),
    _with(_key(b"\xff\xfe")),
    _with(_record(b"{}", besides=_bytes(4, _bytes(2, b"no name")))),
    _with(_record(b"{}", besides=_bytes(4, _bytes(1, b"\xc3")))),
)
"""What is sealed by the right checksum, and can't be read."""
