"""From Kinesis records to what was put: each aggregate opened, and what is damaged named."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from penstock.aggregation import deaggregate, is_aggregate
from penstock.errors import DamagedAggregateError


class ReadRecord(NamedTuple):
    """One user record, as it was put, or a damaged aggregate.

    Attributes:
        shard_id: where it is.
        sequence_number: of the Kinesis record.
        subsequence_number: its place in an aggregate, from 0; none if it travelled alone, or is damaged.
        partition_key: its own, not the aggregate's; of a damaged one, the Kinesis record's.
        explicit_hash_key: a decimal number, none if it was put without; Kinesis tells that of aggregates alone.
        arrived_at: when Kinesis took the record, approximately.
        data: the payload; of a damaged aggregate, the whole record's.
        damage: what is wrong with the aggregate, none if nothing is.
    """

    shard_id: str
    sequence_number: str
    subsequence_number: int | None
    partition_key: str
    explicit_hash_key: str | None
    arrived_at: datetime
    data: bytes
    damage: str | None


def read_records(shard_id: str, record: Mapping[str, Any]) -> list[ReadRecord]:
    """Return what a Kinesis record, as boto3 brings it, holds, in the order in which it was put."""
    number, arrived_at, data = record["SequenceNumber"], record["ApproximateArrivalTimestamp"], record["Data"]
    key = record.get("PartitionKey", "")  # streams that distribute records themselves can do without
    if not is_aggregate(data):
        return [ReadRecord(shard_id, number, None, key, None, arrived_at, data, None)]
    try:
        events = deaggregate(data)
    except DamagedAggregateError as error:
        return [ReadRecord(shard_id, number, None, key, None, arrived_at, data, error.reason)]
    return [
        ReadRecord(shard_id, number, place, event.partition_key, event.explicit_hash_key, arrived_at, event.data, None)
        for place, event in enumerate(events)
    ]
