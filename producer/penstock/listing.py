"""All shards of a stream, page by page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from penstock.stream_name import stream_parameter

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


class ListedShard(NamedTuple):
    """A shard as a listing shows it.

    Attributes:
        shard_id: its name.
        parents: the shards it was split or merged from; they may be gone.
        closed: whether it takes no more records, and comes to an end.
    """

    shard_id: str
    parents: tuple[str, ...] = ()
    closed: bool = False

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of ListShards' ``Shards``, or of those that DynamoDB Streams' DescribeStream tells."""
        parents = (entry.get("ParentShardId"), entry.get("AdjacentParentShardId"))
        closed = "EndingSequenceNumber" in entry["SequenceNumberRange"]
        return cls(entry["ShardId"], tuple(parent for parent in parents if parent), closed)


def list_shards(client: "KinesisClient", stream: str) -> list[dict[str, Any]]:
    """Return ListShards' entries: every shard that still holds or takes records, closed ones too.

    Args:
        client: a boto3 client for Kinesis; what it raises is passed on.
        stream: the stream's name or ARN.
    """
    shards: list[dict[str, Any]] = []
    request = stream_parameter(stream)
    while request:
        answer: Any = client.list_shards(**request)
        shards += answer["Shards"]
        # The token stands for the stream, which must not be named beside it (API reference, ListShards).
        request = {"NextToken": answer["NextToken"]} if answer.get("NextToken") else {}
    return shards
