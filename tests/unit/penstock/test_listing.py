"""A listed shard is what its entry says."""

from penstock.listing import ListedShard


def test_a_listing_s_entry_is_read_with_both_parents() -> None:
    entry = {
        "ShardId": "ab",
        "ParentShardId": "a",
        "AdjacentParentShardId": "b",
        "SequenceNumberRange": {"StartingSequenceNumber": "1"},
    }
    assert ListedShard.from_entry(entry) == ListedShard("ab", ("a", "b"), closed=False)
    closed = {"ShardId": "a", "SequenceNumberRange": {"StartingSequenceNumber": "1", "EndingSequenceNumber": "2"}}
    assert ListedShard.from_entry(closed) == ListedShard("a", (), closed=True)
