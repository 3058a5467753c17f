"""All shards of a stream, page by page."""

from typing import TYPE_CHECKING, Any

from penstock.stream_name import stream_parameter

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


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
