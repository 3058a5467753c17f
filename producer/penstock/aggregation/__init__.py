"""KPL aggregates: many user records in one Kinesis record.

The format is that of the Kinesis Producer Library (awslabs/amazon-kinesis-producer, aggregation-format.md):
four magic bytes, a protobuf message (proto2), and the MD5 of the message::

    AggregatedRecord { repeated string partition_key_table = 1;
                       repeated string explicit_hash_key_table = 2; repeated Record records = 3; }
    Record { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2;
             required bytes data = 3; repeated Tag tags = 4; }
    Tag { required string key = 1; optional string value = 2; }

Both directions are written by hand: every event passes here on its way in and again on its way out, and a
generic protobuf runtime would be the largest part of its cost.
"""

from penstock.aggregation.builder import AggregateBuilder, hash_key_entry, partition_key_entry
from penstock.aggregation.decoder import Aggregate, UserRecord, deaggregate, is_aggregate, read_aggregate

__all__ = [
    "Aggregate",
    "AggregateBuilder",
    "UserRecord",
    "deaggregate",
    "hash_key_entry",
    "is_aggregate",
    "partition_key_entry",
    "read_aggregate",
]
