"""A stream in the generator's own process, which takes whatever it is sent: shows what the generator itself can do."""

from bisect import bisect_right
from typing import Any

from penstock.hash_keys import hash_key

_HASH_KEYS = 2**128


class StubbedStream:
    """As much of boto3's Kinesis client as the SDK uses. Safe for threads: nothing changes.

    Args:
        shards: how many there are.
    """

    def __init__(self, shards: int = 2) -> None:
        self._bounds = bounds = [number * _HASH_KEYS // shards for number in range(shards + 1)]
        self._shards = [
            {
                "ShardId": f"shardId-{number:012}",
                "HashKeyRange": {"StartingHashKey": str(bounds[number]), "EndingHashKey": str(bounds[number + 1] - 1)},
                "SequenceNumberRange": {"StartingSequenceNumber": "1"},
            }
            for number in range(shards)
        ]

    def list_shards(self, **_request: object) -> dict[str, Any]:
        """Answer as ListShards does."""
        return {"Shards": self._shards}

    def put_records(self, *, Records: list[dict[str, Any]], **_request: object) -> dict[str, Any]:  # noqa: N803 - boto3's name
        """Take all records."""
        answers = []
        for record in Records:
            named = record.get("ExplicitHashKey")
            key = hash_key(record["PartitionKey"]) if named is None else int(named)
            shard = self._shards[bisect_right(self._bounds, key) - 1]
            answers.append({"ShardId": shard["ShardId"], "SequenceNumber": "1"})
        return {"FailedRecordCount": 0, "Records": answers}
