"""Reads a DynamoDB table's stream through boto3."""

from typing import TYPE_CHECKING, Any

from penstock.listing import ListedShard
from simulation.event_source_mapping.actions import Position, PositionKind
from simulation.streams.reader import ReadAnswer, read_errors

if TYPE_CHECKING:
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient


class DynamoDBStreamReader:
    """A stream reader (`reader.StreamReader`) for one DynamoDB stream."""

    def __init__(self, client: "DynamoDBStreamsClient", stream_arn: str) -> None:
        self._client = client
        self._stream_arn = stream_arn

    def list_shards(self) -> list[ListedShard]:
        shards: list[ListedShard] = []
        page: dict[str, Any] = {"StreamArn": self._stream_arn}
        with read_errors():
            while page:
                stream = self._client.describe_stream(**page)["StreamDescription"]
                shards += [ListedShard.from_entry(entry) for entry in stream["Shards"]]
                last = stream.get("LastEvaluatedShardId")
                page = {"StreamArn": self._stream_arn, "ExclusiveStartShardId": last} if last else {}
        return shards

    def open_iterator(self, shard_id: str, position: Position) -> str:
        where: dict[str, Any] = {}
        if position.kind is PositionKind.AFTER_SEQUENCE_NUMBER:
            where["SequenceNumber"] = position.sequence_number
        with read_errors():
            answer = self._client.get_shard_iterator(
                StreamArn=self._stream_arn,
                ShardId=shard_id,
                ShardIteratorType=position.kind.value,
                **where,
            )
        return answer["ShardIterator"]

    def read(self, iterator: str, limit: int) -> ReadAnswer:
        with read_errors():
            answer = self._client.get_records(ShardIterator=iterator, Limit=limit)
        return ReadAnswer(answer["Records"], answer.get("NextShardIterator"), None)
