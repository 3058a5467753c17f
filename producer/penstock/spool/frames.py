"""Frames: how anything is written to a spool's files, so that damage is noticed and survived.

A frame is the segment's marker (4 bytes), the payload's length, a checksum and a number of the writer's (each an
unsigned 32-bit number, little end first), then the payload. The checksum is the payload's CRC-32, begun with the
number. The marker is drawn at random for each segment, whose files' names hold it. It is where reading goes on behind
damage, and since nobody knows it beforehand, no event can hold what would be read as another.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple
from zlib import crc32

MARKER_BYTES: Final = 4
_NUMBERS: Final = Struct("<III")
FRAME_BYTES: Final = MARKER_BYTES + _NUMBERS.size
"""What a frame takes beyond its payload."""


class Frame(NamedTuple):
    """An undamaged frame of a file.

    Attributes:
        start: where it begins, in bytes from the file's beginning.
        end: where the next begins.
        number: the writer's.
        payload: what it holds.
    """

    start: int
    end: int
    number: int
    payload: bytes


class Damage(NamedTuple):
    """Bytes of a file, from ``start`` to before ``end``, that are no frames. At the file's end: a torn tail."""

    start: int
    end: int


def frame(marker: bytes, number: int, payload: bytes) -> bytes:
    """Return the frame of a payload of at least one byte."""
    return marker + _NUMBERS.pack(len(payload), crc32(payload, number), number) + payload


def read_frames(data: bytes, marker: bytes, start: int) -> Iterator[Frame | Damage]:
    """Return a file's frames, and what of it is none, in order and without a gap from ``start`` on."""
    position = start
    while position < len(data):
        found = _frame_at(data, marker, position)
        if found is None:
            after = _next_frame(data, marker, position + 1)
            end = len(data) if after is None else after.start
            yield Damage(position, end)
            if after is None:
                return
            found = after
        yield found
        position = found.end


def _frame_at(data: bytes, marker: bytes, position: int) -> Frame | None:
    start = position + FRAME_BYTES
    if start > len(data) or not data.startswith(marker, position):
        return None
    length, checksum, number = _NUMBERS.unpack_from(data, position + MARKER_BYTES)
    if not 0 < length <= len(data) - start:
        return None
    payload = data[start : start + length]
    return Frame(position, start + length, number, payload) if crc32(payload, number) == checksum else None


def _next_frame(data: bytes, marker: bytes, position: int) -> Frame | None:
    while (position := data.find(marker, position)) >= 0:
        found = _frame_at(data, marker, position)
        if found is not None:
            return found
        position += 1
    return None
