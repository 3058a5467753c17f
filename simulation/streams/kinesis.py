"""Reads a Kinesis data stream through boto3."""

from typing import TYPE_CHECKING, Any

from penstock.listing import ListedShard, list_shards
from simulation.event_source_mapping.actions import Position, PositionKind
from simulation.streams.reader import ReadAnswer, read_errors

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


class KinesisReader:
    """A stream reader (`reader.StreamReader`) for one Kinesis data stream."""

    def __init__(self, client: "KinesisClient", stream_arn: str) -> None:
        self._client = client
        self._stream_arn = stream_arn

    def list_shards(self) -> list[ListedShard]:
        with read_errors():
            return [ListedShard.from_entry(entry) for entry in list_shards(self._client, self._stream_arn)]

    def open_iterator(self, shard_id: str, position: Position) -> str:
        where: dict[str, Any] = {}
        if position.kind is PositionKind.AFTER_SEQUENCE_NUMBER:
            where["StartingSequenceNumber"] = position.sequence_number
        elif position.kind is PositionKind.AT_TIMESTAMP:
            where["Timestamp"] = position.timestamp
        with read_errors():
            answer = self._client.get_shard_iterator(
                StreamARN=self._stream_arn,
                ShardId=shard_id,
                ShardIteratorType=position.kind.value,
                **where,
            )
        return answer["ShardIterator"]

    def read(self, iterator: str, limit: int) -> ReadAnswer:
        with read_errors():
            answer = self._client.get_records(StreamARN=self._stream_arn, ShardIterator=iterator, Limit=limit)
        return ReadAnswer(answer["Records"], answer.get("NextShardIterator"), answer.get("MillisBehindLatest"))
