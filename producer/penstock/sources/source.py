"""What a source is, and what it brings: events, and what should have been one."""

import hashlib
import json
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol, TypeAlias

from penstock.errors import PenstockError
from penstock.events import SocialEvent

MAX_RAW_BYTES: Final = 1_000_000
"""Largest raw event. A Kinesis record holds 1 MiB with its partition key unless its stream was made to take more
(https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html); the rest is room for
the key and the aggregate around it."""

_BEGINNING_BYTES: Final = 200


class SourceError(PenstockError):
    """A source cannot be opened or read further; one line says what, the value, and what to do."""


class RawEvent(NamedTuple):
    """Something that is no valid SocialEvent, yet must reach ingest to become a failed event.

    Attributes:
        data: the bytes as they came, at most ``MAX_RAW_BYTES`` of them.
        partition_key: 32 hexadecimal digits, the same for the same bytes.
    """

    data: bytes
    partition_key: str


SourceItem: TypeAlias = SocialEvent | RawEvent


class Source(Protocol):
    """Where events come from. Iterating brings them as fast as they are asked for: the caller sets the pace.

    Iterate in one thread. An iteration raises SourceError where the source can be read no further.
    """

    @property
    def finite(self) -> bool:
        """Whether the source ends by itself."""
        ...

    def __iter__(self) -> Iterator[SourceItem]:
        """Begin at the beginning."""
        ...

    def close(self) -> None:
        """Make an iteration end soon, also one that waits for input in another thread. Harmless when repeated."""
        ...


class Oversized(NamedTuple):
    """What is remembered of bytes that are too many to be a record.

    Attributes:
        size: how many bytes there were.
        sha256: their digest, in hexadecimal.
        beginning: the first few of them.
    """

    size: int
    sha256: str
    beginning: bytes


def raw_event(data: bytes | Oversized) -> RawEvent:
    """Wrap bytes that are no valid event.

    More than ``MAX_RAW_BYTES`` cannot travel as they are, must not be cut (half a line might be taken for
    another event), and must not vanish. A small JSON object goes in their place, which ingest sets aside as
    invalid like any other, and which tells size, digest and beginning, so that the input can be found.
    """
    if isinstance(data, bytes):
        if len(data) <= MAX_RAW_BYTES:
            return RawEvent(data, hashlib.sha256(data).hexdigest()[:32])
        data = oversized(data)
    beginning = data.beginning.decode("utf-8", "replace")
    stand_in = {"oversized": {"bytes": data.size, "sha256": data.sha256, "beginning": beginning}}
    return RawEvent(json.dumps(stand_in).encode(), data.sha256[:32])


def oversized(data: bytes) -> Oversized:
    """Describe bytes that are too many to be a record."""
    return Oversized(len(data), hashlib.sha256(data).hexdigest(), data[:_BEGINNING_BYTES])
