from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.errors import ShardMapError
from penstock.hash_keys import MAX_HASH_KEY
from penstock.routing import Shard, ShardMap

HALF = 2**127

hash_keys = st.integers(0, MAX_HASH_KEY)


@st.composite
def shard_maps(draw: st.DrawFn) -> ShardMap:
    cuts = sorted(draw(st.sets(st.integers(1, MAX_HASH_KEY), max_size=8)))
    starts, ends = [0, *cuts], [*(cut - 1 for cut in cuts), MAX_HASH_KEY]
    shards = [Shard(f"shard-{n}", *span) for n, span in enumerate(zip(starts, ends, strict=True))]
    return ShardMap(draw(st.permutations(shards)), lanes_per_shard=draw(st.integers(1, 5)))


@settings(deadline=None)
@given(shard_maps(), hash_keys)
def test_each_hash_key_has_one_lane_and_it_lies_in_its_shard(shard_map: ShardMap, hash_key: int) -> None:
    lane = shard_map.lane_at(hash_key)
    assert [other for other in shard_map.lanes if other.start <= hash_key <= other.end] == [lane]
    shard = shard_map.shard(lane.shard_id)
    assert shard is not None
    assert shard.start <= lane.start <= lane.end <= shard.end


@settings(deadline=None)
@given(shard_maps())
def test_a_lane_s_keys_lead_to_it_and_no_two_lanes_have_the_same(shard_map: ShardMap) -> None:
    assert all(shard_map.lane_at(int(lane.explicit_hash_key)) == lane for lane in shard_map.lanes)
    assert len({lane.partition_key for lane in shard_map.lanes}) == len(shard_map.lanes)


@settings(deadline=None)
@given(shard_maps())
def test_lanes_of_a_shard_are_equal(shard_map: ShardMap) -> None:
    for shard in shard_map.shards:
        widths = [lane.end - lane.start for lane in shard_map.lanes if lane.shard_id == shard.shard_id]
        assert max(widths) - min(widths) <= 1


def test_a_shard_narrower_than_its_lanes_has_one_for_each_hash_key() -> None:
    shard_map = ShardMap([Shard("a", 0, 2), Shard("b", 3, MAX_HASH_KEY)], lanes_per_shard=5)
    assert [(lane.start, lane.end) for lane in shard_map.lanes if lane.shard_id == "a"] == [(0, 0), (1, 1), (2, 2)]


@pytest.mark.parametrize(
    "shards",
    [
        [],
        [Shard("a", 1, MAX_HASH_KEY)],
        [Shard("a", 0, MAX_HASH_KEY - 1)],
        [Shard("a", 0, HALF - 1), Shard("b", HALF + 1, MAX_HASH_KEY)],
        [Shard("a", 0, HALF), Shard("b", HALF, MAX_HASH_KEY)],
        [Shard("a", 0, MAX_HASH_KEY), Shard("b", HALF, MAX_HASH_KEY)],
        [Shard("a", 0, MAX_HASH_KEY), Shard("b", 0, MAX_HASH_KEY)],
    ],
)
def test_shards_that_leave_a_gap_or_overlap_are_no_map(shards: list[Shard]) -> None:
    with pytest.raises(ShardMapError):
        ShardMap(shards)


def entry(shard_id: str, start: int, end: int, *, closed: bool = False) -> dict[str, Any]:
    sequence = {"StartingSequenceNumber": "1", **({"EndingSequenceNumber": "9"} if closed else {})}
    return {
        "ShardId": shard_id,
        "HashKeyRange": {"StartingHashKey": str(start), "EndingHashKey": str(end)},
        "SequenceNumberRange": sequence,
    }


def test_a_listing_s_closed_shards_are_known_and_take_nothing() -> None:
    listing = [
        entry("parent", 0, MAX_HASH_KEY, closed=True),
        entry("upper", HALF, MAX_HASH_KEY),
        entry("lower", 0, HALF - 1),
    ]
    shard_map = ShardMap.from_listing(listing, lanes_per_shard=2)
    assert [shard.shard_id for shard in shard_map.shards] == ["lower", "upper"]
    assert shard_map.shard("parent") == ("parent", 0, MAX_HASH_KEY)
    assert shard_map.shard("grandparent") is None
    assert shard_map.lane_at(HALF).partition_key == "upper.0"
