"""A stream's record as the poller keeps it, and the event a batch of them becomes."""

from collections.abc import Sequence
from dataclasses import dataclass

PAYLOAD_LIMIT = 6 * 1024 * 1024
"""Bytes of a synchronous invocation's payload ("Lambda quotas"): the largest event a batch can become."""

_OPENING = b'{"Records":['
ENVELOPE = len(_OPENING) + len(b"]}")
"""Bytes of an event that are not records; every record adds its own and one for the comma."""


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One record on its way to the function.

    `place` is the record's number among all that were read from its shard. `order_key` is what order is kept for: a
    Kinesis partition key, a DynamoDB item's primary key. `arrived_at` is in epoch seconds. `event` is the record's
    element of the event's `Records`, in JSON.
    """

    place: int
    sequence_number: str
    order_key: str
    arrived_at: float
    event: bytes

    @property
    def size(self) -> int:
        """Bytes that the record adds to an event."""
        return len(self.event) + 1


def payload(records: Sequence[StreamRecord], fields: bytes = b"") -> bytes:
    """The event of a batch, in JSON. `fields` are what it has besides its records, each after a comma."""
    return b"".join((_OPENING, b",".join(record.event for record in records), b"]", fields, b"}"))


def payload_size(records: Sequence[StreamRecord]) -> int:
    """An upper bound of the size of the records' event in bytes, exact to one comma."""
    return ENVELOPE + sum(record.size for record in records)
