"""One segment of an address's log, and its form as a DynamoDB item (layout: `consumers.tables`)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from consumers import counts as counting
from consumers.counts import Counts
from consumers.schedule import Address
from consumers.tables import place_of, segment_key

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

FORMAT_VERSION: Final = 1
"""What `encode` writes."""

READABLE_VERSIONS: Final = frozenset({"1"})
"""What `decode` reads: its own version and the one before it, so that deploys and rollbacks mix safely."""

FINGERPRINT_BYTES: Final = 8

Item = Mapping[str, Mapping[str, Any]]
"""A DynamoDB item of the low-level API: attribute name, then type, then value."""


class SegmentFormatError(ValueError):
    """An item of the pane log that this version of the code can't read."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one write added to an address: immutable once it is in the log."""

    address: Address
    number: int
    """0, 1, 2 …: number n exists only if n - 1 does."""
    fingerprints: bytes
    """Of the events counted here, 8 bytes each, in no order; none of them is in an earlier segment."""
    counts: Counts
    nonce: bytes
    """Random, of one put: tells its writer's own earlier put from another writer's."""
    arrived_ms: int
    """Newest arrival among the events, epoch milliseconds."""
    expires: int
    """Epoch seconds after which DynamoDB may delete the segment."""

    def __post_init__(self) -> None:
        """Refuse fingerprints that are not whole."""
        if len(self.fingerprints) % FINGERPRINT_BYTES:
            raise ValueError(f"{len(self.fingerprints)} bytes are no fingerprints of {FINGERPRINT_BYTES} bytes")

    @property
    def events(self) -> int:
        """How many events the segment counts."""
        return len(self.fingerprints) // FINGERPRINT_BYTES


def encode(segment: Segment) -> "dict[str, AttributeValueTypeDef]":
    """Return the segment as an item for DynamoDB's low-level client."""
    return {
        **segment_key(segment.address, segment.number),
        "v": {"N": str(FORMAT_VERSION)},
        "w": {"B": segment.nonce},
        "f": {"B": segment.fingerprints},
        "c": {"B": counting.encode(segment.counts)},
        "a": {"N": str(segment.arrived_ms)},
        "x": {"N": str(segment.expires)},
    }


def decode(item: Item) -> Segment:
    """Read an item of the pane log, from DynamoDB's client or from a record of the table's stream.

    A stream record in a Lambda event is JSON, so its binary values are base64 text
    (AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB", example event).

    Raises:
        SegmentFormatError: another format version, or an item that is no segment; names the item, never its content.
    """
    version = item.get("v", {}).get("N")
    if version not in READABLE_VERSIONS:
        raise SegmentFormatError(f"{_name(item)} has format version {version}, which this code does not know")
    try:
        address, number = place_of(item)
        return Segment(
            address=address,
            number=number,
            fingerprints=_binary(item["f"]["B"]),
            counts=counting.decode(_binary(item["c"]["B"])),
            nonce=_binary(item["w"]["B"]),
            arrived_ms=int(item["a"]["N"]),
            expires=int(item["x"]["N"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SegmentFormatError(f"{_name(item)} is no segment: {type(error).__name__}") from error


def size(item: Item) -> int:
    """Return an item's size in bytes by DynamoDB's rules, rounded up where those are approximate.

    Names and text count their UTF-8 bytes, binary values theirs, a number a byte for every two digits and one or
    two more (Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats").
    """
    total = 0
    for name, value in item.items():
        ((kind, content),) = value.items()
        total += len(name) + (len(content) // 2 + 2 if kind == "N" else len(content))
    return total


def _binary(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else base64.b64decode(value, validate=True)


def _name(item: Item) -> str:
    address = item.get("address", {}).get("S", "without address")
    number = item.get("segment", {}).get("N", "?")
    return f"item {address} segment {number}"
