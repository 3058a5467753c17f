"""Failed events: what could not be counted, kept in S3 with its raw bytes, reason and source position.

Objects are named ``failed-events/<arrival day>/<shard>/<first position>_<last position>_<digest>.jsonl`` and hold one
JSON line a failed event. The name follows from the positions it holds alone, so a batch that Lambda repeats finds its
own object there. A batch that is cut differently the second time leaves some events in two objects, which is why the
reader (`consumers.redrive.survey`) drops repeats by position.
"""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

PREFIX: Final = "failed-events/"


class Reason(StrEnum):
    """Why an event failed."""

    UNREADABLE = "unreadable"
    """Not JSON, or no JSON object."""
    INVALID = "invalid"
    """Breaks a rule of `penstock.events.SocialEvent`."""
    DAMAGED_AGGREGATE = "damaged_aggregate"
    """An aggregated record whose checksum or structure is wrong; its events are in `data` together."""
    FUTURE = "future"
    """Its time is more than five minutes later than its arrival."""
    TOO_LATE = "too_late"
    """Its time is before the dedup horizon."""


class FailedEventError(ValueError):
    """A line that is no failed event."""


class FieldError(NamedTuple):
    """One broken rule; holds no value of the payload."""

    field: str
    """Path like ``hashtags.3``; empty where the payload as a whole is wrong."""
    message: str


class Position(NamedTuple):
    """Where in the stream a failed event came from: what tells it from all others."""

    shard_id: str
    sequence: int
    sub_sequence_number: int


class FailedEvent(NamedTuple):
    """One event, or one damaged aggregate, that was set aside."""

    reason: Reason
    errors: tuple[FieldError, ...]
    stream_arn: str
    shard_id: str
    sequence_number: str
    sub_sequence_number: int
    arrived_ms: int
    """When Kinesis took the record, epoch milliseconds."""
    partition_key: str
    data: bytes
    """The raw payload."""

    @property
    def position(self) -> Position:
        """Its place in the stream."""
        return Position(self.shard_id, int(self.sequence_number), self.sub_sequence_number)

    @property
    def day(self) -> str:
        """The UTC day of its arrival, like ``2026-11-21``."""
        return moment(self.arrived_ms).date().isoformat()

    @property
    def arrived_at(self) -> str:
        """When Kinesis took the record, like ``2026-11-21T09:30:00.123+00:00``."""
        return moment(self.arrived_ms).isoformat(timespec="milliseconds")

    def to_json(self) -> bytes:
        """Return the failed event as one line of JSON, without the line's end."""
        line = {
            "reason": self.reason,
            "errors": [error._asdict() for error in self.errors],
            "stream_arn": self.stream_arn,
            "shard_id": self.shard_id,
            "sequence_number": self.sequence_number,
            "sub_sequence_number": self.sub_sequence_number,
            "arrived_at": self.arrived_at,
            "partition_key": self.partition_key,
            "data": b64encode(self.data).decode(),
        }
        return json.dumps(line, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, line: bytes) -> "FailedEvent":
        """Read what `to_json` wrote; whatever is read can be used: no property of it raises.

        Raises:
            FailedEventError: the line is no failed event.
        """
        try:
            return cls._of(json.loads(line))
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise FailedEventError("is no failed event") from error

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> "FailedEvent":
        errors, sub_sequence_number = fields["errors"], fields["sub_sequence_number"]
        if not isinstance(errors, list):
            raise TypeError("errors is no list")
        if type(sub_sequence_number) is not int or sub_sequence_number < 0:
            raise TypeError("sub_sequence_number is no integer from 0 on")
        return cls(
            reason=Reason(check_text(fields["reason"])),
            errors=tuple(FieldError(check_text(error["field"]), check_text(error["message"])) for error in errors),
            stream_arn=check_text(fields["stream_arn"]),
            shard_id=check_text(fields["shard_id"]),
            sequence_number=check_sequence_number(fields["sequence_number"]),
            sub_sequence_number=sub_sequence_number,
            arrived_ms=milliseconds(check_text(fields["arrived_at"])),
            partition_key=check_text(fields["partition_key"]),
            data=b64decode(check_text(fields["data"]), validate=True),
        )


class FailedEventSink(Protocol):
    """Takes failed events."""

    def write(self, failed: Iterable[FailedEvent]) -> None:
        """Keep a batch's failed events.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: not all of them are kept.
        """


class LaterSink:
    """Makes a sink when there is something to keep. Safe for threads.

    An S3 client is a third of all that ingest makes as it starts, and most environments never need one.
    """

    def __init__(self, make: Callable[[], FailedEventSink]) -> None:
        """Write to what `make` returns, once it is needed."""
        self._make = make
        self._made: FailedEventSink | None = None
        self._making = Lock()

    def write(self, failed: Iterable[FailedEvent]) -> None:
        """Keep a batch's failed events.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: not all of them are kept.
        """
        with self._making:
            if self._made is None:
                self._made = self._make()
        self._made.write(failed)


class FailedEventStore:
    """Writes failed events to a bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Write to `bucket` with `client`."""
        self._client = client
        self._bucket = bucket

    def write(self, failed: Iterable[FailedEvent]) -> None:
        """Store a batch's failed events, one object for each shard and day of arrival.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: not all of them are stored.
        """
        groups: defaultdict[tuple[str, str], list[FailedEvent]] = defaultdict(list)
        for event in failed:
            groups[event.day, event.shard_id].append(event)
        for group in groups.values():
            group.sort(key=lambda event: event.position)
            body = b"".join(event.to_json() + b"\n" for event in group)
            put_new(self._client, self._bucket, object_key(group), body, "application/x-ndjson")


def put_new(client: "S3Client", bucket: str, key: str, body: bytes, content_type: str) -> bool:
    """Put an object whose name follows from what is in it; False if the name is taken, and its object stays.

    So a batch that is delivered again does not bring back what was erased from its object meanwhile. (Amazon S3 User
    Guide, "How to prevent object overwrites with conditional writes".)

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it is not stored.
    """
    try:
        client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] == "PreconditionFailed":
            return False
        raise
    return True


def object_key(events: list[FailedEvent]) -> str:
    """Return the key of the object that holds `events`: one shard's and one day's, in order of position."""
    first = events[0]
    positions = [f"{event.sequence_number}.{event.sub_sequence_number}" for event in events]
    digest = hashlib.blake2b("\n".join(positions).encode(), digest_size=8).hexdigest()
    return f"{PREFIX}{first.day}/{first.shard_id}/{positions[0]}_{positions[-1]}_{digest}.jsonl"


def check_sequence_number(value: object) -> str:
    """Return a sequence number as it is.

    Raises:
        ValueError: it is none (Kinesis API, ``SequenceNumber``: decimal, at most 129 digits).
    """
    if isinstance(value, str) and _SEQUENCE_NUMBER.fullmatch(value):
        return value
    raise ValueError(f"{value!r:.60} is no sequence number")


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SEQUENCE_NUMBER: Final = re.compile("[0-9]{1,129}")


def check_text(value: object) -> str:
    """Return a text as it is.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(value, str):
        return value
    raise TypeError(f"{value!r:.60} is no text")


def milliseconds(text: str) -> int:
    """Read a time in ISO 8601 into epoch milliseconds.

    Raises:
        ValueError, OverflowError: it is none, or has no offset from UTC.
    """
    arrived = datetime.fromisoformat(text)
    if arrived.tzinfo is None:
        raise ValueError(f"{text:.60} has no offset from UTC")
    return (arrived.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def moment(epoch_ms: int) -> datetime:
    """Return a time in epoch milliseconds as a date and time of UTC."""
    return _EPOCH + timedelta(milliseconds=epoch_ms)
