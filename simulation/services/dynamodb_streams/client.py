"""DynamoDB Streams in memory behind boto3's client, with faults as told.

Source: Amazon DynamoDB Streams API Reference, each operation. Each call is one step.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from simulation.services.dynamodb_streams.stream import StreamShard, TableStream, number_of
from simulation.services.iterators import Iterator, ReadByIterators
from simulation.services.kinesis.limits import CallLimit
from simulation.services.moments import epoch_seconds
from simulation.services.service import client_error
from simulation.services.stream_records import STREAM_LABEL, stream_arn

if TYPE_CHECKING:
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient

ITERATOR_SECONDS: Final = 900
"""How long an iterator can be used."""
ANSWER_RECORDS: Final = 1_000
ANSWER_BYTES: Final = 1_000_000
PAGE_SHARDS: Final = 100
DESCRIPTIONS: Final = 10
"""Calls of DescribeStream in a second."""
TOO_OFTEN: Final = "LimitExceededException"


class SimulatedDynamoDBStreams(ReadByIterators):
    """Streams by their tables' names; `client()` is what code takes for a boto3 client."""

    def __init__(self, streams: Iterable[TableStream], clock: Callable[[], float]) -> None:
        """Hold `streams`; `clock` tells epoch seconds, and is the tables' own."""
        super().__init__("streams.dynamodb", TOO_OFTEN, clock, ITERATOR_SECONDS)
        self.streams = {stream.name: stream for stream in streams}
        self.page_shards = PAGE_SHARDS
        self._descriptions = CallLimit(DESCRIPTIONS)

    def client(self) -> "DynamoDBStreamsClient":
        """Return what code takes for a boto3 client."""
        return cast("DynamoDBStreamsClient", self)

    def describe_stream(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """DescribeStream."""

        def describe() -> dict[str, Any]:
            stream, now = self._stream(request["StreamArn"], "DescribeStream")
            if not self._descriptions.allows(now):
                raise client_error(TOO_OFTEN, "DescribeStream", f"more than {DESCRIPTIONS} a second")
            most = min(request.get("Limit", self.page_shards), self.page_shards)
            after = request.get("ExclusiveStartShardId", "")
            shards = [shard for shard in stream.shards.values() if shard.shard_id > after]
            last = {"LastEvaluatedShardId": shards[most - 1].shard_id} if len(shards) > most else {}
            kinds = zip(stream.table.key_names, ("HASH", "RANGE"), strict=False)
            return {
                "StreamDescription": {
                    "StreamArn": request["StreamArn"],
                    "StreamLabel": STREAM_LABEL,
                    "StreamStatus": "ENABLED",
                    "StreamViewType": stream.view.value,
                    "CreationRequestDateTime": datetime.fromtimestamp(stream.made_at, UTC),
                    "TableName": stream.name,
                    "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in kinds],
                    "Shards": [shard.entry() for shard in shards[:most]],
                    **last,
                }
            }

        return self.call("DescribeStream", describe)

    def get_shard_iterator(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """GetShardIterator."""

        def get() -> dict[str, Any]:
            stream, now = self._stream(request["StreamArn"], "GetShardIterator")
            shard = _shard(stream, request["ShardId"], "GetShardIterator")
            position = _first_position(shard, request, now)
            return {"ShardIterator": str(Iterator(stream.name, shard.shard_id, position, now))}

        return self.call("GetShardIterator", get)

    def get_records(self, *, ShardIterator: str, Limit: int = ANSWER_RECORDS) -> dict[str, Any]:  # noqa: N803 - boto3's
        """GetRecords."""

        def get() -> dict[str, Any]:
            iterator = Iterator.parse(ShardIterator, "ValidationException")
            stream, now = self._stream(stream_arn(iterator.stream), "GetRecords")
            self.check_age(iterator, now)
            if not 1 <= Limit <= ANSWER_RECORDS:
                raise client_error("ValidationException", "GetRecords", f"a limit of {Limit}, not 1 to 1000")
            shard = _shard(stream, iterator.shard_id, "GetRecords")
            if iterator.position < shard.trimmed:
                raise client_error("TrimmedDataAccessException", "GetRecords", "what was to be read is gone")
            start = iterator.position - shard.trimmed
            records = _page([stream.record(change) for change in shard.changes[start : start + Limit]])
            records = records[: self.given(len(records))]
            position = iterator.position + len(records)
            answer: dict[str, Any] = {"Records": records}
            if position < shard.end or shard.closed_at is None:
                answer["NextShardIterator"] = str(Iterator(stream.name, shard.shard_id, position, now))
            return answer

        return self.call("GetRecords", get)

    def _stream(self, arn: str, operation: str) -> tuple[TableStream, float]:
        """Return a stream as it is now, and the time."""
        for name, stream in self.streams.items():
            if arn == stream_arn(name):
                now = self._clock()
                stream.settle(now)
                return stream, now
        raise client_error("ResourceNotFoundException", operation, f"there is no stream {arn}")


def _first_position(shard: StreamShard, request: Mapping[str, Any], now: float) -> int:
    kind = request["ShardIteratorType"]
    match kind:
        case "TRIM_HORIZON":
            return shard.trimmed
        case "LATEST":
            return shard.end
        case "AT_TIMESTAMP":
            moment = epoch_seconds(request["Timestamp"])
            if moment > now:
                raise client_error("ValidationException", "GetShardIterator", f"{moment} is still to come")
            return shard.position_at(moment)
        case "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER":
            number = number_of(request["SequenceNumber"])
            if shard.trimmed and (not shard.changes or number < shard.changes[0].sequence_number):
                raise client_error("TrimmedDataAccessException", "GetShardIterator", f"{number} is gone")
            return shard.position(number + (kind == "AFTER_SEQUENCE_NUMBER"))
    raise client_error("ValidationException", "GetShardIterator", f"{kind} is no type of iterator")


def _page(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    size = 0
    for number, record in enumerate(records):
        size += record["dynamodb"]["SizeBytes"]
        if number and size > ANSWER_BYTES:
            return records[:number]
    return records


def _shard(stream: TableStream, shard_id: str, operation: str) -> StreamShard:
    try:
        return stream.shards[shard_id]
    except KeyError:
        raise client_error("ResourceNotFoundException", operation, f"{stream.name} has no {shard_id}") from None
