"""Kinesis batches in the shape that Lambda hands to a function."""

from base64 import b64encode
from typing import Any, NamedTuple

from penstock.aggregation import AggregateBuilder, partition_key_entry

ARRIVED = 1_795_253_410.5
"""2026-11-21T09:30:10.5Z"""

ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/events"
SHARD = "shardId-000000000001"


class Put(NamedTuple):
    """A record in the stream."""

    sequence: int
    data: bytes
    partition_key: str = "ada"
    arrived: float = ARRIVED
    shard_id: str = SHARD


def a_batch(*puts: Put) -> dict[str, Any]:
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": put.partition_key,
                    "sequenceNumber": str(put.sequence),
                    "data": b64encode(put.data).decode(),
                    "approximateArrivalTimestamp": put.arrived,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"{put.shard_id}:{put.sequence}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::123456789012:role/ingest",
                "awsRegion": "eu-west-1",
                "eventSourceARN": ARN,
            }
            for put in puts
        ]
    }


def an_aggregate(*users: tuple[str, bytes]) -> bytes:
    builder = AggregateBuilder(limit=1_000_000)
    for key, data in users:
        builder.add(partition_key_entry(key.encode()), data)
    return builder.build()
