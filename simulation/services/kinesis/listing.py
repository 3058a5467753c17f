"""ListShards: which shards, and page by page.

Source: Amazon Kinesis Data Streams API Reference, ListShards and ShardFilter.
"""

from collections.abc import Mapping
from typing import Any, Final

from simulation.services.kinesis.shard import Shard
from simulation.services.kinesis.stream import Stream
from simulation.services.moments import epoch_seconds
from simulation.services.service import client_error

PAGE_SHARDS: Final = 1_000
TOKEN_SECONDS: Final = 300
"""How long a page's token can be used."""


def matching(stream: Stream, request: Mapping[str, Any], now: float) -> list[Shard]:
    """Return the shards that a request's filter and start want, in order of their IDs.

    Raises:
        ClientError: the filter is none.
    """
    shard_filter: Mapping[str, Any] = request.get("ShardFilter", {"Type": "FROM_TRIM_HORIZON"})
    after = request.get("ExclusiveStartShardId", "")
    horizon = stream.horizon(now)
    shards = [shard for shard in stream.shards.values() if shard.shard_id > after]
    try:
        match shard_filter["Type"]:
            case "FROM_TRIM_HORIZON":
                return shards
            case "AFTER_SHARD_ID":
                return [shard for shard in shards if shard.shard_id > shard_filter["ShardId"]]
            case "AT_TRIM_HORIZON":
                return [shard for shard in shards if shard.was_open_at(horizon)]
            case "AT_LATEST":
                return [shard for shard in shards if shard.closed_at is None]
            case "AT_TIMESTAMP":
                moment = max(epoch_seconds(shard_filter["Timestamp"]), horizon)
                return [shard for shard in shards if shard.was_open_at(moment)]
            case "FROM_TIMESTAMP":
                moment = max(epoch_seconds(shard_filter["Timestamp"]), horizon)
                return [shard for shard in shards if shard.closed_at is None or shard.closed_at >= moment]
    except KeyError as missing:
        raise client_error("InvalidArgumentException", "ListShards", f"{shard_filter} lacks {missing}") from None
    raise client_error("ValidationException", "ListShards", f"{shard_filter['Type']} is no filter")


def page(shards: list[Shard], stream: Stream, most: int, now: float) -> dict[str, Any]:
    """Return an answer with the first of `shards`, and a token for the others if there are more than `most`."""
    answer: dict[str, Any] = {"Shards": [shard.entry() for shard in shards[:most]]}
    if len(shards) > most:
        last = shards[most - 1].shard_id
        answer["NextToken"] = "/".join([stream.name, last, repr(now), *(shard.shard_id for shard in shards[most:])])
    return answer


def following(token: str, streams: Mapping[str, Stream], now: float) -> tuple[Stream, list[Shard]]:
    """Return what a token of an earlier answer stands for: a stream, and the shards that are left to list.

    Raises:
        ClientError: it is none, or too old.
    """
    try:
        name, _, given_at, *shard_ids = token.split("/")
        age = now - float(given_at)
        stream = streams[name]
    except (KeyError, ValueError):
        raise client_error("InvalidArgumentException", "ListShards", f"{token!r:.80} is no token") from None
    if age > TOKEN_SECONDS:
        raise client_error("ExpiredNextTokenException", "ListShards", f"given {age} s ago")
    return stream, [stream.shards[each] for each in shard_ids if each in stream.shards]
