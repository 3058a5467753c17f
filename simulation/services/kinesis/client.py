"""Kinesis in memory behind boto3's client: what producers, pollers and operators call, with faults as told.

Source: Amazon Kinesis Data Streams API Reference, each operation. Each call is one step.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from simulation.services.iterators import Iterator, ReadByIterators
from simulation.services.kinesis import listing, reading, writing
from simulation.services.kinesis.limits import ANSWER_RECORDS
from simulation.services.kinesis.reading import find_shard
from simulation.services.kinesis.stream import Stream
from simulation.services.service import client_error

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

MAX_SHARDS: Final = 10_000
MAX_RESIZES_A_DAY: Final = 10
_DAY: Final = 86_400


class SimulatedKinesis(ReadByIterators):
    """Streams by name; `client()` is what code takes for a boto3 client."""

    def __init__(self, streams: Iterable[Stream], clock: Callable[[], float]) -> None:
        """Hold `streams`; `clock` tells epoch seconds."""
        super().__init__("kinesis", writing.THROTTLED, clock, reading.ITERATOR_SECONDS)
        self.streams = {stream.name: stream for stream in streams}
        self.refusal: writing.Refusal = lambda _: None
        """From a shard's ID to the error code by which a record of PutRecords is refused, None if it is not."""
        self.reshard_seconds: Callable[[], float] = lambda: 0.0
        """How long the next step of a resharding takes."""
        self.page_shards = listing.PAGE_SHARDS
        self._resizes: dict[str, list[float]] = {}

    def client(self) -> "KinesisClient":
        """Return what code takes for a boto3 client."""
        return cast("KinesisClient", self)

    def put_records(self, *, Records: list[dict[str, Any]], **names: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        """PutRecords."""

        def put() -> dict[str, Any]:
            stream, now = self._stream(names, "PutRecords")
            results = writing.put_records(stream, Records, round(now, 3), self.refusal)
            return {"FailedRecordCount": sum("ErrorCode" in result for result in results), "Records": results}

        return self.call("PutRecords", put)

    def put_record(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """PutRecord."""

        def put_one() -> dict[str, Any]:
            stream, now = self._stream(request, "PutRecord")
            put = writing.checked(stream, request, "PutRecord")
            result = writing.put_record(stream, put, round(now, 3), self.refusal)
            if "ErrorCode" in result:
                raise client_error(result["ErrorCode"], "PutRecord", result["ErrorMessage"])
            return result

        return self.call("PutRecord", put_one)

    def list_shards(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """ListShards."""

        def list_() -> dict[str, Any]:
            now, token = self._clock(), request.get("NextToken")
            if token is None:
                stream, _ = self._stream(request, "ListShards")
                shards = listing.matching(stream, request, now)
            elif extra := request.keys() - {"NextToken", "MaxResults"}:
                raise client_error("InvalidArgumentException", "ListShards", f"NextToken and {', '.join(extra)}")
            else:
                stream, shards = listing.following(token, self.streams, now)
            return listing.page(shards, stream, min(request.get("MaxResults", self.page_shards), self.page_shards), now)

        return self.call("ListShards", list_)

    def get_shard_iterator(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """GetShardIterator."""

        def get() -> dict[str, Any]:
            stream, now = self._stream(request, "GetShardIterator")
            shard = find_shard(stream, request["ShardId"], "GetShardIterator")
            if not shard.iterator_limit.allows(now):
                raise client_error(writing.THROTTLED, "GetShardIterator", f"Rate exceeded for {shard.shard_id}")
            position = reading.first_position(shard, request)
            return {"ShardIterator": str(Iterator(stream.name, shard.shard_id, position, now))}

        return self.call("GetShardIterator", get)

    def get_records(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """GetRecords."""

        def get() -> dict[str, Any]:
            iterator = Iterator.parse(request["ShardIterator"], "InvalidArgumentException")
            stream, now = self._stream({"StreamName": iterator.stream}, "GetRecords")
            self.check_age(iterator, now)
            return reading.read(stream, iterator, request.get("Limit", ANSWER_RECORDS), now, self.given)

        return self.call("GetRecords", get)

    def describe_stream_summary(self, **names: str) -> dict[str, Any]:
        """DescribeStreamSummary."""

        def describe() -> dict[str, Any]:
            stream, _ = self._stream(names, "DescribeStreamSummary")
            return {
                "StreamDescriptionSummary": {
                    "StreamName": stream.name,
                    "StreamARN": stream.arn,
                    "StreamStatus": "ACTIVE" if stream.is_active else "UPDATING",
                    "StreamModeDetails": {"StreamMode": "PROVISIONED"},
                    "RetentionPeriodHours": stream.retention_hours,
                    "StreamCreationTimestamp": datetime.fromtimestamp(stream.made_at, UTC),
                    "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
                    "EncryptionType": "NONE",
                    "OpenShardCount": len(stream.open_shards),
                    "ConsumerCount": 0,
                    "MaxRecordSizeInKiB": stream.max_record_bytes // 1024,
                }
            }

        return self.call("DescribeStreamSummary", describe)

    def split_shard(self, *, ShardToSplit: str, NewStartingHashKey: str, **names: str) -> dict[str, Any]:  # noqa: N803
        """SplitShard."""

        def split() -> dict[str, Any]:
            stream, now = self._idle(names, "SplitShard")
            shard, key = find_shard(stream, ShardToSplit, "SplitShard"), int(NewStartingHashKey)
            if shard.closed_at is not None or not shard.first_key < key <= shard.last_key:
                raise client_error("InvalidArgumentException", "SplitShard", f"no split of {ShardToSplit} at {key}")
            stream.split(shard, key, now + self.reshard_seconds())
            return {}

        return self.call("SplitShard", split)

    def merge_shards(self, *, ShardToMerge: str, AdjacentShardToMerge: str, **names: str) -> dict[str, Any]:  # noqa: N803
        """MergeShards."""

        def merge() -> dict[str, Any]:
            stream, now = self._idle(names, "MergeShards")
            one, other = (find_shard(stream, each, "MergeShards") for each in (ShardToMerge, AdjacentShardToMerge))
            adjacent = one.last_key + 1 == other.first_key or other.last_key + 1 == one.first_key
            if not adjacent or one.closed_at is not None or other.closed_at is not None:
                message = f"{ShardToMerge} and {AdjacentShardToMerge} are not two open shards next to each other"
                raise client_error("InvalidArgumentException", "MergeShards", message)
            stream.merge(one, other, now + self.reshard_seconds())
            return {}

        return self.call("MergeShards", merge)

    def update_shard_count(self, *, TargetShardCount: int, ScalingType: str, **names: str) -> dict[str, Any]:  # noqa: N803
        """UpdateShardCount: in two steps, so that there are shards that live shortly."""

        def update() -> dict[str, Any]:
            stream, now = self._idle(names, "UpdateShardCount")
            held = len(stream.open_shards)
            if ScalingType != "UNIFORM_SCALING":
                raise client_error("ValidationException", "UpdateShardCount", f"{ScalingType} is no scaling type")
            if not held / 2 <= TargetShardCount <= min(2 * held, MAX_SHARDS):
                raise client_error("LimitExceededException", "UpdateShardCount", f"{held} to {TargetShardCount} shards")
            resizes = [at for at in self._resizes.get(stream.name, []) if at > now - _DAY]
            if len(resizes) == MAX_RESIZES_A_DAY:
                raise client_error("LimitExceededException", "UpdateShardCount", f"{len(resizes)} in 24 hours")
            self._resizes[stream.name] = [*resizes, now]
            splits_due = now + self.reshard_seconds()
            stream.resize(TargetShardCount, splits_due, splits_due + self.reshard_seconds())
            return {
                "StreamName": stream.name,
                "StreamARN": stream.arn,
                "CurrentShardCount": held,
                "TargetShardCount": TargetShardCount,
            }

        return self.call("UpdateShardCount", update)

    def _stream(self, names: dict[str, Any], operation: str) -> tuple[Stream, float]:
        """Return the stream that a request names, as it is now, and the time."""
        arn, name = names.get("StreamARN"), names.get("StreamName")
        if arn is None and name is None:
            raise client_error("InvalidArgumentException", operation, "neither StreamName nor StreamARN")
        stream = self.streams.get(name or str(arn).rpartition("/")[2])
        if stream is None or arn not in (None, stream.arn):
            raise client_error("ResourceNotFoundException", operation, f"there is no stream {arn or name}")
        now = self._clock()
        stream.settle(now)
        return stream, now

    def _idle(self, names: dict[str, Any], operation: str) -> tuple[Stream, float]:
        """Return a stream that is not being resharded, and the time."""
        stream, now = self._stream(names, operation)
        if not stream.is_active:
            raise client_error("ResourceInUseException", operation, f"{stream.name} is being resharded")
        return stream, now
