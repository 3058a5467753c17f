"""One payload of the stream as the archive keeps it: a line of JSON that gives back what ingest got. Pure.

An aggregate becomes a line for each event in it, with its place, so that one of them can be erased and the others keep
their bytes and their places. What is no sound aggregate stays whole and has no place within a record: ingest's code
judges it again when it is read.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from consumers.failed_events import FailedEvent, check_sequence_number, check_text, milliseconds, moment
from consumers.ingest.decode import Delivery, Record, unpack


class ArchivedLineError(ValueError):
    """A line that is none of the archive's."""


class Archived(NamedTuple):
    """A payload and where it came from."""

    record: Record
    sub_sequence_number: int | None
    """Its place in an aggregate, or None if it is a record as a whole."""
    partition_key: str
    data: bytes

    @property
    def hour(self) -> str:
        """The UTC hour of its arrival, like ``2026-11-21T09``."""
        return moment(self.record.arrived_ms).strftime("%Y-%m-%dT%H")

    def to_json(self) -> bytes:
        """Return it as one line, without the line's end.

        The payload is text where it is UTF-8, which is half the size once compressed, and base64 where it is not.
        """
        record = self.record
        line: dict[str, Any] = {
            "stream_arn": record.stream_arn,
            "shard_id": record.shard_id,
            "sequence_number": record.sequence_number,
        }
        if self.sub_sequence_number is not None:
            line["sub_sequence_number"] = self.sub_sequence_number
        line["arrived_at"] = moment(record.arrived_ms).isoformat(timespec="milliseconds")
        line["partition_key"] = self.partition_key
        try:
            line["payload"] = self.data.decode()
        except UnicodeDecodeError:
            line["payload_base64"] = b64encode(self.data).decode()
        # A partition key may hold a lone surrogate, which the reader's json takes as it comes.
        return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    @classmethod
    def from_json(cls, line: bytes) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ArchivedLineError: the line is something else.
        """
        try:
            fields = json.loads(line)
            return cls._of(fields if isinstance(fields, dict) else {})
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise ArchivedLineError("is no line of the archive") from error

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Self:
        sub_sequence_number = fields.get("sub_sequence_number")
        if sub_sequence_number is not None and (type(sub_sequence_number) is not int or sub_sequence_number < 0):
            raise TypeError("sub_sequence_number is no integer from 0 on")
        sequence_number = check_sequence_number(fields["sequence_number"])
        record = Record(
            stream_arn=check_text(fields["stream_arn"]),
            shard_id=check_text(fields["shard_id"]),
            sequence_number=sequence_number,
            sequence=int(sequence_number),
            arrived_ms=milliseconds(check_text(fields["arrived_at"])),
        )
        if "payload" in fields:
            data = check_text(fields["payload"]).encode()
        else:
            data = b64decode(check_text(fields["payload_base64"]), validate=True)
        return cls(record, sub_sequence_number, check_text(fields["partition_key"]), data)

    def delivery(self) -> Delivery | FailedEvent:
        """Return what ingest made of it: its payload, or the failed event that a damaged aggregate is."""
        delivery = Delivery(self.record, self.partition_key, (self.data,), first=self.sub_sequence_number or 0)
        return unpack(delivery) if self.sub_sequence_number is None else delivery


def archived(decoded: Delivery | FailedEvent) -> Iterator[Archived]:
    """Yield a record as the archive keeps it: what `consumers.ingest.decode` made of it."""
    if isinstance(decoded, FailedEvent):
        shard_id, sequence, _ = decoded.position
        record = Record(decoded.stream_arn, shard_id, decoded.sequence_number, sequence, decoded.arrived_ms)
        yield Archived(record, None, decoded.partition_key, decoded.data)
    elif decoded.aggregate is None:
        yield Archived(decoded.record, None, decoded.partition_key, decoded.payloads[0])
    else:
        for place, payload in enumerate(decoded.payloads):
            yield Archived(decoded.record, place, decoded.aggregate.partition_key(place), payload)
