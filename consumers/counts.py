"""Counts by dimension and value: what segments and trends hold, and its compact form.

The form is deflated once (zlib, RFC 1950). Inflated, it has for each dimension in order the number of values
and the length of their names (two unsigned 32-bit numbers), the width of one count in bytes (1, 2, 4 or 8), the
names, joined by the byte 0xFF that UTF-8 never contains (RFC 3629, section 3), and the counts, little-endian.
Names come in order and counts apart from them, which deflates well; both ends are C calls over whole arrays.
"""

import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from typing import Final

DIMENSIONS: Final = ("hashtag", "lang", "platform", "kind")
"""Every event adds one to each of its values in each of these."""

Counts = dict[str, dict[str, int]]
"""Dimension, then value, then count; holds every dimension."""

BREAKDOWN_BUCKET: Final = 0
"""The bucket of the dimensions with few values: all of them but hashtags."""

_HEADER: Final = struct.Struct("<IIB")
_SEPARATOR: Final = b"\xff"
_TYPECODES: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}


class CountsFormatError(ValueError):
    """Bytes that are not counts as `encode` writes them."""


def empty() -> Counts:
    """Return counts of nothing."""
    return {dimension: {} for dimension in DIMENSIONS}


def add(total: Counts, addend: Mapping[str, Mapping[str, int]]) -> None:
    """Add `addend` to `total` in place."""
    for dimension, values in addend.items():
        into = total[dimension]
        if not into:
            into.update(values)
            continue
        get = into.get
        for value, count in values.items():
            into[value] = get(value, 0) + count


def encode(counts: Mapping[str, Mapping[str, int]]) -> bytes:
    """Return the compact form of `counts`; equal counts give equal bytes, whatever their order.

    >>> decode(encode({"hashtag": {"rivers": 2}, "kind": {"post": 2}}))["hashtag"]
    {'rivers': 2}
    """
    parts: list[bytes] = []
    for dimension in DIMENSIONS:
        values = counts.get(dimension, {})
        ordered = sorted(values)
        names = _SEPARATOR.join(map(str.encode, ordered))
        largest = max(values.values(), default=0)
        width = next(width for width in _TYPECODES if largest < 1 << 8 * width)
        numbers = array(_TYPECODES[width], map(values.__getitem__, ordered))
        parts += (_HEADER.pack(len(ordered), len(names), width), names, _little_endian(numbers).tobytes())
    return zlib.compress(b"".join(parts))


def decode(data: bytes) -> Counts:
    """Read what `encode` wrote.

    Raises:
        CountsFormatError: the bytes are damaged or of another form.
    """
    return {dimension: _values(names, numbers) for dimension, (names, numbers) in _sections(data).items()}


class PackedCounts:
    """Counts inflated but not decoded: some ten bytes a value instead of a hundred, and any one of them at hand."""

    __slots__ = ("_sections",)

    def __init__(self, data: bytes) -> None:
        """Take what `encode` wrote.

        Raises:
            CountsFormatError: the bytes are damaged or of another form.
        """
        # Framed, so that a name can be found between two separators.
        self._sections = {
            dimension: (b"".join((_SEPARATOR, names, _SEPARATOR)), numbers)
            for dimension, (names, numbers) in _sections(data).items()
            if numbers
        }

    def count(self, dimension: str, value: str) -> int:
        """Return the count of one value, 0 if it has none; two C calls over the names, none for each."""
        names, numbers = self._sections.get(dimension, (b"", ()))
        at = names.find(b"".join((_SEPARATOR, value.encode(), _SEPARATOR)))
        return numbers[names.count(_SEPARATOR, 0, at)] if at >= 0 else 0

    def values(self, dimension: str) -> dict[str, int]:
        """Return all values of a dimension with their counts, in a dictionary of the caller's.

        Raises:
            CountsFormatError: a name is damaged.
        """
        if dimension not in self._sections:
            return {}
        names, numbers = self._sections[dimension]
        return _values(names[1:-1], numbers)

    def encoded(self, dimension: str) -> Iterable[tuple[bytes, int]]:
        """Return all values of a dimension, in UTF-8, with their counts: in a sixth of the time of `values`.

        Raises:
            CountsFormatError: there are more or fewer names than counts.
        """
        if dimension not in self._sections:
            return ()
        framed, numbers = self._sections[dimension]
        names = framed[1:-1].split(_SEPARATOR)
        if len(names) != len(numbers):
            raise CountsFormatError(f"{len(names)} names of {len(numbers)} values")
        return zip(names, numbers, strict=True)


def _sections(data: bytes) -> "dict[str, tuple[bytes, array[int]]]":
    """Return each dimension's names, joined, and counts."""
    found: dict[str, tuple[bytes, array[int]]] = {}
    try:
        inflated = zlib.decompress(data)
        offset = 0
        for dimension in DIMENSIONS:
            values, length, width = _HEADER.unpack_from(inflated, offset)
            offset += _HEADER.size
            names = inflated[offset : offset + length]
            offset += length
            numbers = array(_TYPECODES[width])
            numbers.frombytes(inflated[offset : offset + values * width])
            offset += values * width
            if len(numbers) != values:
                raise CountsFormatError(f"{len(data)} bytes are not counts: {dimension} is cut short")
            found[dimension] = names, _little_endian(numbers)
    except (zlib.error, struct.error, KeyError, ValueError) as error:
        raise CountsFormatError(f"{len(data)} bytes are not counts: {error}") from error
    if offset != len(inflated):
        raise CountsFormatError(f"{len(data)} bytes are not counts: {len(inflated) - offset} bytes too many")
    return found


def _values(names: bytes, numbers: "array[int]") -> dict[str, int]:
    try:
        return dict(zip(map(bytes.decode, names.split(_SEPARATOR) if numbers else ()), numbers, strict=True))
    except ValueError as error:
        raise CountsFormatError(f"{len(names)} bytes are not names of {len(numbers)} values: {error}") from error


def bucket_of(dimension: str, value: str, buckets: int) -> int:
    """Return the bucket of a value: 0 for the dimensions of few values, 1 to `buckets` by hash for hashtags."""
    if dimension != "hashtag":
        return BREAKDOWN_BUCKET
    return 1 + zlib.crc32(value.encode()) % buckets


def split(counts: Mapping[str, Mapping[str, int]], buckets: int) -> list[Counts]:
    """Cut counts into their ``1 + buckets`` buckets, which are disjoint."""
    parts = [empty() for _ in range(1 + buckets)]
    for dimension, values in counts.items():
        if dimension != "hashtag":
            parts[BREAKDOWN_BUCKET][dimension] = dict(values)
            continue
        hashtags = [part["hashtag"] for part in parts]
        for value, count in values.items():
            hashtags[1 + zlib.crc32(value.encode()) % buckets][value] = count
    return parts


def _little_endian(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
