"""What the core asks its shell to do, and the facts it is told in answer.

The shell performs every action once and reports what became of it to the core's method of the same subject. Until
then the core asks for nothing else of that shard (reads) or slot (invocations, invocation records).
"""

import enum
from typing import NamedTuple

from simulation.event_source_mapping.configuration import Destination
from simulation.event_source_mapping.invocation_record import InvocationRecord

SHARD_END = "SHARD_END"
"""A checkpoint that says: this shard is closed, and everything in it is done."""


class PositionKind(enum.Enum):
    """GetShardIterator's types that the poller uses."""

    TRIM_HORIZON = "TRIM_HORIZON"
    LATEST = "LATEST"
    AT_TIMESTAMP = "AT_TIMESTAMP"
    AFTER_SEQUENCE_NUMBER = "AFTER_SEQUENCE_NUMBER"


class Position(NamedTuple):
    """Where to read from in a shard. Only the kind's own value is set; the timestamp is in epoch seconds."""

    kind: PositionKind
    sequence_number: str = ""
    timestamp: float = 0.0


class ReadProblem(enum.Enum):
    """Why a read failed."""

    EXPIRED_ITERATOR = "expired iterator"
    THROTTLED = "throttled"
    TRIMMED = "position older than the stream's oldest record"
    NOT_FOUND = "no such stream or shard"
    OTHER = "other"


class ListShards(NamedTuple):
    """List all shards of the stream; answer `shards_listed` or `listing_failed`."""


class OpenIterator(NamedTuple):
    """Get a shard iterator; answer `iterator_opened` or `read_failed`."""

    shard_id: str
    position: Position


class ReadRecords(NamedTuple):
    """Call GetRecords; answer `records_read` or `read_failed`."""

    shard_id: str
    iterator: str
    limit: int


class InvokeFunction(NamedTuple):
    """Invoke the function with an event; answer `invoked`."""

    token: int
    payload: bytes


class SendRecord(NamedTuple):
    """Send an invocation record to the failure destination; answer `record_sent` or `record_refused`."""

    token: int
    destination: Destination
    record: InvocationRecord


class Checkpoint(NamedTuple):
    """Everything in the shard up to and including this sequence number is done. Needs no answer."""

    shard_id: str
    sequence_number: str


Action = ListShards | OpenIterator | ReadRecords | InvokeFunction | SendRecord | Checkpoint
