"""The map of a stream, as wide as there is room for."""

from typing import Any

import pytest

from penstock.cli.shards.shard_view import shard_lines, shard_object, shard_views
from penstock.errors import ShardMapError
from penstock.hash_keys import MAX_HASH_KEY

HALF = 2**127


def entry(shard: str, start: int, end: int, *parents: str, closed: bool = False) -> dict[str, Any]:
    numbers = {"StartingSequenceNumber": "1", **({"EndingSequenceNumber": "9"} if closed else {})}
    keys = {"StartingHashKey": str(start), "EndingHashKey": str(end)}
    names = dict(zip(("ParentShardId", "AdjacentParentShardId"), parents, strict=False))
    return {"ShardId": shard, "HashKeyRange": keys, "SequenceNumberRange": numbers, **names}


LISTING = [
    entry("shardId-000000000002", HALF, MAX_HASH_KEY, "shardId-000000000000"),
    entry("shardId-000000000000", 0, MAX_HASH_KEY, closed=True),
    entry("shardId-000000000001", 0, HALF - 1, "shardId-000000000000"),
]


def test_shards_are_shown_by_their_hash_keys_with_parents_and_shares() -> None:
    first, last, half = "0" * 32, "f" * 32, "7" + "f" * 31
    lines = shard_lines(shard_views(LISTING, None), "hex", None)
    assert lines[0].endswith("  PARENTS")
    assert [line.split() for line in lines[1:]] == [
        ["shardId-000000000000", "closed", "100.00%", first, last],
        ["shardId-000000000001", "open", "50.00%", first, half, "shardId-000000000000"],
        ["shardId-000000000002", "open", "50.00%", "8" + "0" * 31, last, "shardId-000000000000"],
    ]
    assert len({line.find("shardId", 20) for line in lines[2:]} | {lines[0].find("PARENTS")}) == 1, (
        "columns are aligned"
    )


@pytest.mark.parametrize("notation", ["hex", "decimal"])
@pytest.mark.parametrize("width", [34, 50, 79, 100, 130, 200])
def test_no_line_is_wider_than_the_terminal(width: int, notation: Any) -> None:  # noqa: ANN401 - one of two literals
    views = shard_views(LISTING, 2)
    lines = shard_lines(views, notation, width)
    assert max(map(len, lines)) <= width or width < 40
    assert all(any(view.shard_id in line for line in lines) for view in views), "names are never cut"


def test_lanes_are_those_that_the_producer_has() -> None:
    closed, first, second = shard_views(LISTING, 2)
    assert closed.lanes == ()
    assert [lane.partition_key for lane in first.lanes] == ["shardId-000000000001.0", "shardId-000000000001.1"]
    assert (second.lanes[0].start, second.lanes[1].end) == (HALF, MAX_HASH_KEY)


def test_lanes_of_shards_that_leave_keys_out_are_refused_and_the_map_is_not() -> None:
    with pytest.raises(ShardMapError):
        shard_views(LISTING[:2], 1)
    assert len(shard_views(LISTING[:2], None)) == 2


def test_hash_keys_are_strings_in_json() -> None:
    (_, first, _) = shard_views(LISTING, 1)
    assert shard_object(first) == {
        "shard": "shardId-000000000001",
        "open": True,
        "start": "0",
        "end": str(HALF - 1),
        "share_of_keys": 0.5,
        "parents": ("shardId-000000000000",),
        "lanes": [{"partition_key": "shardId-000000000001.0", "start": "0", "end": str(HALF - 1)}],
    }
