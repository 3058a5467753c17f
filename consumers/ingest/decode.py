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
    """By sub-sequence number; the one of a plain record has number 0."""
    aggregate: Aggregate | None = None
    """What the payloads were taken out of, if that is an aggregate."""

    def failed(self, sub_sequence_number: int, reason: Reason, errors: tuple[FieldError, ...] = ()) -> FailedEvent:
        """Return the failed event that a payload is, with the partition key that it was put with."""
        record, aggregate = self.record, self.aggregate
        return FailedEvent(
            reason=reason,
            errors=errors,
            stream_arn=record.stream_arn,
            shard_id=record.shard_id,
            sequence_number=record.sequence_number,
            sub_sequence_number=sub_sequence_number,
            arrived_ms=record.arrived_ms,
            partition_key=aggregate.partition_key(sub_sequence_number) if aggregate else self.partition_key,
            data=self.payloads[sub_sequence_number],
        )


def decode(batch: dict[str, Any]) -> tuple[list[Delivery], list[FailedEvent]]:
    """Take the payloads out of a batch's records, plain or aggregated, in order.

    `batch` has the shape of the AWS Lambda Developer Guide, "Using Lambda to process records from Amazon Kinesis
    Data Streams". An aggregate that is damaged anywhere becomes one failed event with the record's raw bytes: which
    of its parts are sound can't be known once its checksum is wrong.

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
        whole = Delivery(record, kinesis["partitionKey"], (data,))
        if not is_aggregate(data):
            deliveries.append(whole)
            continue
        try:
            aggregate = read_aggregate(data)
        except DamagedAggregateError as error:
            failed.append(whole.failed(0, Reason.DAMAGED_AGGREGATE, (FieldError("", error.reason),)))
            continue
        deliveries.append(whole._replace(payloads=aggregate.payloads, aggregate=aggregate))
    return deliveries, failed
