"""GetShardIterator and GetRecords.

Source: Amazon Kinesis Data Streams API Reference.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from simulation.services.iterators import Iterator
from simulation.services.kinesis.limits import ANSWER_BYTES, ANSWER_RECORDS
from simulation.services.kinesis.shard import Shard
from simulation.services.kinesis.stream import Stream
from simulation.services.kinesis.writing import THROTTLED
from simulation.services.moments import epoch_seconds
from simulation.services.service import client_error

ITERATOR_SECONDS: Final = 300
"""How long an iterator can be used."""


def first_position(shard: Shard, request: Mapping[str, Any]) -> int:
    """Return where GetShardIterator's request begins to read.

    Raises:
        ClientError: the request does not say.
    """
    kind = request["ShardIteratorType"]
    try:
        match kind:
            case "TRIM_HORIZON":
                return shard.trimmed
            case "LATEST":
                return shard.end
            case "AT_TIMESTAMP":
                return shard.position_at(epoch_seconds(request["Timestamp"]))
            case "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER":
                number = request["StartingSequenceNumber"]
                position = shard.position(int(number) + (kind == "AFTER_SEQUENCE_NUMBER"))
                if position is not None:
                    return position
                raise client_error(
                    "InvalidArgumentException", "GetShardIterator", f"{number} is none of {shard.shard_id}"
                )
    except (KeyError, ValueError) as error:
        raise client_error("InvalidArgumentException", "GetShardIterator", f"{kind} with {error!r}") from None
    raise client_error("ValidationException", "GetShardIterator", f"{kind} is no type of iterator")


def read(stream: Stream, iterator: Iterator, limit: int, now: float, most: Callable[[int], int]) -> dict[str, Any]:
    """Return GetRecords' answer; `most` says how many of the records that an answer could hold it does hold.

    Raises:
        ClientError: the limit is none, the shard gone or asked too often.
    """
    if not 1 <= limit <= ANSWER_RECORDS:
        raise client_error("InvalidArgumentException", "GetRecords", f"a limit of {limit}, not 1 to {ANSWER_RECORDS}")
    shard = find_shard(stream, iterator.shard_id, "GetRecords")
    if not shard.read_limit.allows(now):
        raise client_error(THROTTLED, "GetRecords", f"Rate exceeded for shard {shard.shard_id}")
    start = max(iterator.position - shard.trimmed, 0)
    size, end = 0, start
    for record in shard.records[start : start + limit]:
        size += len(record.data) + len(record.partition_key)
        if size > ANSWER_BYTES and end > start:
            break
        end += 1
    records = shard.records[start : start + most(end - start)]
    shard.read_limit.gave(sum(len(record.data) for record in records), now)
    position = shard.trimmed + start + len(records)
    answer: dict[str, Any] = {
        "Records": [
            {
                "SequenceNumber": record.sequence_number,
                "ApproximateArrivalTimestamp": datetime.fromtimestamp(record.arrived_at, UTC),
                "Data": record.data,
                "PartitionKey": record.partition_key,
            }
            for record in records
        ],
        "MillisBehindLatest": 0,
    }
    if position < shard.end:
        reached = records[-1] if records else shard.records[start]
        answer["MillisBehindLatest"] = max(int((now - reached.arrived_at) * 1000), 1)
    if position == shard.end and shard.closed_at is not None:
        answer["ChildShards"] = [child.child_entry() for child in shard.children]
    else:
        answer["NextShardIterator"] = str(Iterator(stream.name, shard.shard_id, position, now))
    return answer


def find_shard(stream: Stream, shard_id: str, operation: str) -> Shard:
    """Return a shard.

    Raises:
        ClientError: there is none of that ID, or no longer.
    """
    try:
        return stream.shards[shard_id]
    except KeyError:
        raise client_error("ResourceNotFoundException", operation, f"{stream.name} has no {shard_id}") from None
