"""PutRecords and PutRecord: what is checked, and which shard takes what.

Source: Amazon Kinesis Data Streams API Reference, PutRecords and PutRecordsRequestEntry. The reference says what is
too large and not by which error it is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import md5
from typing import Any, Final, NamedTuple

from simulation.services.kinesis.limits import CALL_BYTES, CALL_RECORDS
from simulation.services.kinesis.stream import KEYS, Stream
from simulation.services.service import client_error

MAX_PARTITION_KEY_CHARACTERS: Final = 256
THROTTLED: Final = "ProvisionedThroughputExceededException"

_HASH_KEY: Final = re.compile(r"0|[1-9][0-9]{0,38}", re.ASCII)

Refusal = Callable[[str], str | None]
"""From a shard's ID to the error code by which it refuses a record, if it does."""


class Put(NamedTuple):
    """A record that a request wants put."""

    data: bytes
    partition_key: str
    hash_key: int
    size: int
    """Bytes that count against the limits."""


def put_records(
    stream: Stream, entries: Sequence[Mapping[str, Any]], now: float, refusal: Refusal
) -> list[dict[str, str]]:
    """Put records; return what became of each: shard and sequence number, or an error code and its message.

    Raises:
        ClientError: the request is none; nothing is put.
    """
    if not 1 <= len(entries) <= CALL_RECORDS:
        raise client_error("ValidationException", "PutRecords", f"{len(entries)} records, not 1 to {CALL_RECORDS}")
    puts = [checked(stream, entry, "PutRecords") for entry in entries]
    if (total := sum(put.size for put in puts)) > CALL_BYTES:
        raise client_error("InvalidArgumentException", "PutRecords", f"{total} bytes are more than {CALL_BYTES}")
    return [put_record(stream, put, now, refusal) for put in puts]


def put_record(stream: Stream, put: Put, now: float, refusal: Refusal) -> dict[str, str]:
    """Put one record; return what became of it."""
    shard = stream.shard_at(put.hash_key)
    if code := refusal(shard.shard_id):
        return {"ErrorCode": code, "ErrorMessage": f"{code} of {shard.shard_id}, as told"}
    if not shard.write_limit.takes(put.size, now):
        message = f"Rate exceeded for shard {shard.shard_id} in stream {stream.name}"
        return {"ErrorCode": THROTTLED, "ErrorMessage": message}
    return {"SequenceNumber": shard.append(put.data, put.partition_key, now), "ShardId": shard.shard_id}


def checked(stream: Stream, entry: Mapping[str, Any], operation: str) -> Put:
    """Return a request's record.

    Raises:
        ClientError: it is none that the stream takes.
    """
    key, explicit, data = entry["PartitionKey"], entry.get("ExplicitHashKey"), bytes(entry["Data"])
    if not 1 <= len(key) <= MAX_PARTITION_KEY_CHARACTERS:
        raise client_error("ValidationException", operation, f"a partition key of {len(key)} characters")
    encoded = key.encode()
    if (size := len(data) + len(encoded)) > stream.max_record_bytes:
        message = f"{size} bytes are more than {stream.max_record_bytes}"
        raise client_error("InvalidArgumentException", operation, message)
    if explicit is None:
        return Put(data, key, int.from_bytes(md5(encoded, usedforsecurity=False).digest(), "big"), size)
    if _HASH_KEY.fullmatch(explicit) is None:
        raise client_error("ValidationException", operation, f"{explicit!r} is no hash key")
    if int(explicit) >= KEYS:
        raise client_error("InvalidArgumentException", operation, f"{explicit} is beyond the last hash key")
    return Put(data, key, int(explicit), size)
