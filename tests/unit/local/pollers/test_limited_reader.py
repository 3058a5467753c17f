"""Readers of one stream share what its shards allow."""

import pytest

from local.pollers.limited_reader import LimitedReader, StreamReads
from penstock.listing import ListedShard
from simulation.event_source_mapping.actions import Position, PositionKind, ReadProblem
from simulation.streams.reader import ReadAnswer, ReadError

START = Position(PositionKind.TRIM_HORIZON)


class Stream:
    """Two shards, whose iterators count reads; an answer is of so many bytes."""

    def __init__(self, size: int = 0) -> None:
        self.size = size
        self.reads = 0

    def list_shards(self) -> list[ListedShard]:
        return [ListedShard("a"), ListedShard("b")]

    def open_iterator(self, shard_id: str, position: Position) -> str:
        del position
        return f"{shard_id}/0"

    def read(self, iterator: str, limit: int) -> ReadAnswer:
        del limit
        self.reads += 1
        shard, number = iterator.split("/")
        return ReadAnswer([{"Data": b"x" * self.size}], f"{shard}/{int(number) + 1}", 0)


def follow(reader: LimitedReader, shard_id: str, times: int) -> str:
    iterator = reader.open_iterator(shard_id, START)
    for _ in range(times):
        iterator = reader.read(iterator, 10).next_iterator or ""
    return iterator


def test_mappings_of_one_stream_share_a_shards_five_reads_a_second() -> None:
    stream, reads, now = Stream(), StreamReads(), [0.0]
    one, other = (LimitedReader(stream, reads, lambda: now[0]) for _ in range(2))
    follow(one, "a", 3)
    last = follow(other, "a", 2)
    with pytest.raises(ReadError) as refused:
        other.read(last, 10)
    assert refused.value.problem is ReadProblem.THROTTLED
    assert stream.reads == 5
    follow(one, "b", 5)
    now[0] = 1.0
    assert other.read(last, 10).next_iterator == "a/3"


def test_mappings_of_one_stream_share_a_shards_bytes() -> None:
    stream, reads, now = Stream(10 * 2**20), StreamReads(), [0.0]
    one, other = (LimitedReader(stream, reads, lambda: now[0]) for _ in range(2))
    follow(one, "a", 1)
    now[0] = 4.9
    with pytest.raises(ReadError, match="a is read"):
        follow(other, "a", 1)
    now[0] = 5.0
    follow(other, "a", 1)
