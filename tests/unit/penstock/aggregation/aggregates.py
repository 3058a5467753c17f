"""User records to make aggregates of, and the reading of aggregates by the field's own library."""

import base64
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from aws_kinesis_agg.deaggregator import iter_deaggregate_records
from hypothesis import strategies as st

from penstock.aggregation import AggregateBuilder, UserRecord, hash_key_entry, partition_key_entry

# aws_kinesis_agg puts its generated messages on sys.path under a name of their own.
messages_pb2: Any = sys.modules["aws_kinesis_agg.messages_pb2"]

# Long keys and payloads by their length alone: their bytes don't matter, and drawing them is slow.
partition_keys = (
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
    | st.integers(1, 256).map("ж".__mul__)
    | st.sampled_from(["a", "b"])
)
explicit_hash_keys = st.integers(0, 2**128 - 1).map(str)
payloads = st.binary(max_size=10) | st.integers(0, 17_000).map(bytes)

plain_records = st.builds(UserRecord, partition_keys, st.none(), payloads)
hashed_records = st.builds(UserRecord, partition_keys, explicit_hash_keys, payloads)

aggregates_of = st.lists(plain_records, min_size=1, max_size=10)
hashed_aggregates_of = st.lists(hashed_records, min_size=1, max_size=10)


def add(builder: AggregateBuilder, record: UserRecord) -> int:
    """Add a user record; return by how much the aggregate has grown."""
    entry = partition_key_entry(record.partition_key.encode())
    if record.explicit_hash_key is None:
        return builder.add(entry, record.data)
    return builder.add_hashed(entry, hash_key_entry(record.explicit_hash_key), record.data)


def aggregate(records: Iterable[UserRecord], limit: int = 2**20) -> bytes:
    """Return the aggregate of user records that fit into one."""
    builder = AggregateBuilder(limit)
    for record in records:
        assert add(builder, record)
    return builder.build()


def read_with_aws_kinesis_agg(data: bytes) -> list[UserRecord]:
    """Return the user records that aws-kinesis-agg finds in a Kinesis record's data."""
    kinesis_record = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "sequenceNumber": "1",
            "partitionKey": "key",
            "approximateArrivalTimestamp": datetime(2026, 1, 1, tzinfo=UTC),
            "data": base64.b64encode(data),
        }
    }
    return [
        UserRecord(
            found["kinesis"]["partitionKey"],
            found["kinesis"]["explicitHashKey"],
            base64.b64decode(found["kinesis"]["data"]),
        )
        for found in iter_deaggregate_records([kinesis_record])
    ]
