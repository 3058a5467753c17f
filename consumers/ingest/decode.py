"""From a Kinesis batch, as Lambda hands it over, to the payloads it carries. Pure."""

from base64 import b64decode
from typing import Any, NamedTuple

from consumers.failed_events import FailedEvent, FieldError, Reason
from penstock.aggregation import deaggregate, is_aggregate
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


class Arrival(NamedTuple):
    """One payload, which should be an event, and where it came from."""

    record: Record
    sub_sequence_number: int
    """Position within an aggregate; 0 in a plain record."""
    partition_key: str
    data: bytes

    def failed(self, reason: Reason, errors: tuple[FieldError, ...] = ()) -> FailedEvent:
        """Return the failed event that this arrival is."""
        return FailedEvent(
            reason=reason,
            errors=errors,
            stream_arn=self.record.stream_arn,
            shard_id=self.record.shard_id,
            sequence_number=self.record.sequence_number,
            sub_sequence_number=self.sub_sequence_number,
            arrived_ms=self.record.arrived_ms,
            partition_key=self.partition_key,
            data=self.data,
        )


def decode(batch: dict[str, Any]) -> tuple[list[Arrival], list[FailedEvent]]:
    """Take the payloads out of a batch's records, plain or aggregated, in order.

    `batch` has the shape of the AWS Lambda Developer Guide, "Using Lambda to process records from Amazon Kinesis
    Data Streams". An aggregate that is damaged anywhere becomes one failed event with the record's raw bytes: which
    of its parts are sound can't be known once its checksum is wrong.

    Raises:
        KeyError, ValueError: the batch is not of that shape.
    """
    arrivals: list[Arrival] = []
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
        whole = Arrival(record, 0, kinesis["partitionKey"], data)
        if not is_aggregate(data):
            arrivals.append(whole)
            continue
        try:
            users = deaggregate(data)
        except DamagedAggregateError as error:
            failed.append(whole.failed(Reason.DAMAGED_AGGREGATE, (FieldError("", error.reason),)))
            continue
        arrivals += [Arrival(record, position, user.partition_key, user.data) for position, user in enumerate(users)]
    return arrivals, failed
