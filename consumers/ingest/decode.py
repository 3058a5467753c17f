"""From a Kinesis batch, as Lambda hands it over, to the payloads it carries. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pybase64 import b64decode

from consumers.failed_events import FailedEvent, FieldError, Reason
from penstock.aggregation import Aggregate, is_aggregate, read_aggregate
from penstock.errors import DamagedAggregateError


class Record(NamedTuple):
    """One Kinesis record's place in the stream, shared by all events it carries."""

    stream_arn: str
    shard_id: str
    sequence_number: str
    sequence: int
    """The sequence number as an integer, since that is how positions compare: text would put 10 before 9."""
    arrived_ms: int
    """When Kinesis took the record (its approximate arrival time), epoch milliseconds."""


class Delivery(NamedTuple):
    """One Kinesis record with the payloads it carries, each of which should be an event."""

    record: Record
    partition_key: str
    """The record's own."""
    payloads: Sequence[bytes]
    """In the order in which they were put; a plain record has one."""
    aggregate: Aggregate | None = None
    """What the payloads were taken out of, if that is an aggregate."""
    first: int = 0
    """The sub-sequence number of the first payload: the others follow."""

    def failed(self, place: int, reason: Reason, errors: tuple[FieldError, ...] = ()) -> FailedEvent:
        """Return the failed event that the payload at a place is, with the partition key that it was put with."""
        record, aggregate = self.record, self.aggregate
        return FailedEvent(
            reason=reason,
            errors=errors,
            stream_arn=record.stream_arn,
            shard_id=record.shard_id,
            sequence_number=record.sequence_number,
            sub_sequence_number=self.first + place,
            arrived_ms=record.arrived_ms,
            partition_key=aggregate.partition_key(place) if aggregate else self.partition_key,
            data=self.payloads[place],
        )


def decode(batch: dict[str, Any]) -> tuple[list[Delivery], list[FailedEvent]]:
    """Take the payloads out of a batch's records, plain or aggregated, in order.

    `batch` has the shape of the AWS Lambda Developer Guide, "Using Lambda to process records from Amazon Kinesis
    Data Streams".

    Raises:
        KeyError, ValueError: the batch is not of that shape.
    """
    deliveries: list[Delivery] = []
    failed: list[FailedEvent] = []
    for item in batch["Records"]:
        kinesis = item["kinesis"]
        data = b64decode(kinesis["data"])
        record = Record(
            stream_arn=item["eventSourceARN"],
            shard_id=item["eventID"].partition(":")[0],
            sequence_number=kinesis["sequenceNumber"],
            sequence=int(kinesis["sequenceNumber"]),
            arrived_ms=round(kinesis["approximateArrivalTimestamp"] * 1000),
        )
        found = unpack(Delivery(record, kinesis["partitionKey"], (data,)))
        if isinstance(found, FailedEvent):
            failed.append(found)
        else:
            deliveries.append(found)
    return deliveries, failed


def unpack(whole: Delivery) -> Delivery | FailedEvent:
    """Take the payloads out of a record, given as the one payload it is; a plain one stays as it is.

    An aggregate that is damaged anywhere becomes one failed event with the record's raw bytes: which of its parts are
    sound can't be known once its checksum is wrong.
    """
    (data,) = whole.payloads
    if not is_aggregate(data):
        return whole
    try:
        aggregate = read_aggregate(data)
    except DamagedAggregateError as error:
        return whole.failed(0, Reason.DAMAGED_AGGREGATE, (FieldError("", error.reason),))
    return whole._replace(payloads=aggregate.payloads, aggregate=aggregate)
