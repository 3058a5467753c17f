"""Vectors: what is in the counts of a bucket item, as one small number for each part of its time.

A minute's vector says how many segments of each of its addresses are counted (by ``Address.position``). An hour's says
which revision of each of its minutes is in the sum, a day's the same of its hours; 0 is "no such item".

Compact form: one byte with the width of a number (1, 2 or 4 bytes), then all numbers, little-endian. With 48
addresses a minute that is 49 bytes, until an address has 256 segments.
"""

import sys
from array import array
from typing import TYPE_CHECKING, Final

from consumers.trends.errors import TrendsFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

Vector = tuple[int, ...]

_TYPECODES: Final = {1: "B", 2: "H", 4: "I"}


def pack(vector: "Sequence[int]") -> bytes:
    """Return the compact form of numbers below 2**32.

    >>> pack((1, 0, 3))
    b'\\x01\\x01\\x00\\x03'
    """
    largest = max(vector, default=0)
    width = next(width for width in _TYPECODES if largest < 1 << 8 * width or width == 4)
    return bytes((width,)) + _little_endian(array(_TYPECODES[width], vector)).tobytes()


def unpack(data: bytes) -> Vector:
    """Read what `pack` wrote.

    Raises:
        TrendsFormatError: the bytes are no vector.
    """
    if not data or data[0] not in _TYPECODES or (len(data) - 1) % data[0]:
        raise TrendsFormatError(f"{len(data)} bytes are no vector: they begin with {data[:1]!r}")
    numbers = array(_TYPECODES[data[0]])
    numbers.frombytes(data[1:])
    return tuple(_little_endian(numbers))


def _little_endian(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
