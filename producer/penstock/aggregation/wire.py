"""The protobuf wire format, as far as an aggregate needs it (protobuf.dev, "Encoding")."""

from typing import Final

from penstock.errors import DamagedAggregateError

MAGIC: Final = b"\xf3\x89\x9a\xc2"
DIGEST_BYTES: Final = 16

MAX_GROUP_DEPTH: Final = 100  # protobuf's own default; deeper nesting is hostile

_VARINT, _FIXED64, _BYTES, _GROUP, _END_GROUP, _FIXED32 = range(6)


def varint(value: int) -> bytes:
    """Encode a number of 0 or more: seven bits a byte, the lowest first, the top bit meaning "more".

    >>> varint(300).hex()
    'ac02'
    """
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def read_varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Read an unsigned 64-bit number; return it and the position after it.

    Raises:
        DamagedAggregateError: if it does not end before ``end`` or needs more than 64 bits.
    """
    value = 0
    for shift in range(0, 70, 7):
        if position >= end:
            raise DamagedAggregateError("a number is cut off")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> 64:
                break
            return value, position
    raise DamagedAggregateError("a number has more than 64 bits")


def read_length(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Read the length before a string, bytes or message; return where that begins and where it ends.

    Raises:
        DamagedAggregateError: if it reaches beyond ``end``.
    """
    length, position = read_varint(data, position, end)
    if length > end - position:
        raise DamagedAggregateError(f"a field of {length} bytes has {end - position} left")
    return position, position + length


def skip_unknown_field(data: bytes, position: int, end: int, *, known: int) -> int:
    """Step over the field whose tag is at ``position``; return the position after it.

    Protobuf demands that a reader ignore fields it does not know, so that writers can add some.

    Args:
        data: what is read.
        position: where the field's tag begins.
        end: where the message ends.
        known: field numbers up to this one are known, and meeting one here means a wrong wire type.

    Raises:
        DamagedAggregateError: if the field is cut off, malformed, or not unknown at all.
    """
    groups: list[int] = []
    while True:
        tag, position = _read_tag(data, position, end)
        number, wire_type = tag >> 3, tag & 7
        if not groups and number <= known:
            raise DamagedAggregateError(f"field {number} has wire type {wire_type}")
        if wire_type == _GROUP:
            if len(groups) == MAX_GROUP_DEPTH:
                raise DamagedAggregateError("groups are nested too deeply")
            groups.append(number)
        elif wire_type == _END_GROUP:
            if not groups or groups.pop() != number:
                raise DamagedAggregateError(f"the end of group {number} has no beginning")
        else:
            position = _skip_value(data, position, end, wire_type)
        if not groups:
            return position


def _read_tag(data: bytes, position: int, end: int) -> tuple[int, int]:
    tag, position = read_varint(data, position, end)
    if tag >> 32 or tag < 8:
        raise DamagedAggregateError(f"{tag} is no field's tag")
    return tag, position


def _skip_value(data: bytes, position: int, end: int, wire_type: int) -> int:
    if wire_type == _VARINT:
        return read_varint(data, position, end)[1]
    if wire_type == _BYTES:
        return read_length(data, position, end)[1]
    if wire_type == _FIXED64:
        position += 8
    elif wire_type == _FIXED32:
        position += 4
    else:
        raise DamagedAggregateError(f"{wire_type} is no wire type")
    if position > end:
        raise DamagedAggregateError("a fixed-size field is cut off")
    return position
