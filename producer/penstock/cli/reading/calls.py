"""The calls that reading a stream makes, and what GetRecords answers."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from penstock.cli.reading.lineage import Position


class ListShards(NamedTuple):
    """List all shards of the stream."""


class OpenIterator(NamedTuple):
    """Turn a position in a shard into an iterator (GetShardIterator)."""

    shard_id: str
    position: Position


class ReadRecords(NamedTuple):
    """Read a shard's next records (GetRecords)."""

    shard_id: str
    iterator: str


ReadCall = ListShards | OpenIterator | ReadRecords


class Page(NamedTuple):
    """What GetRecords answered.

    Attributes:
        shard_id: the shard.
        records: boto3's records, in the shard's order.
        next_iterator: none at the end of a closed shard.
        millis_behind: how far behind the newest record, in milliseconds; none if the service does not tell.
    """

    shard_id: str
    records: Sequence[Mapping[str, Any]]
    next_iterator: str | None
    millis_behind: int | None
