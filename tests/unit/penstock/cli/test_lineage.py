"""Which shards are read, from where, and what waits for its parents."""

from penstock.cli.reading.lineage import LATEST, OLDEST, Position, StreamLineage
from penstock.listing import ListedShard

A, B = ListedShard("a", (), closed=False), ListedShard("b", (), closed=False)
CLOSED_A = ListedShard("a", (), closed=True)
A0, A1 = ListedShard("a0", ("a",), closed=False), ListedShard("a1", ("a",), closed=False)
AB = ListedShard("ab", ("a", "b"), closed=False)
HOUR_AGO = Position("AT_TIMESTAMP", timestamp=3600.0)


def listed(start: Position, *shards: ListedShard, only: tuple[str, ...] = ()) -> StreamLineage:
    lineage = StreamLineage(start, only)
    lineage.listed(shards)
    return lineage


def test_reading_begins_in_all_open_shards() -> None:
    assert listed(LATEST, A, B).ready() == [("a", LATEST), ("b", LATEST)]


def test_what_comes_next_does_not_come_to_a_closed_shard() -> None:
    lineage = listed(LATEST, CLOSED_A, A0, A1)
    assert lineage.ready() == [("a0", LATEST), ("a1", LATEST)]
    assert not lineage.incomplete


def test_children_wait_until_their_parent_has_been_read_to_its_end() -> None:
    lineage = listed(OLDEST, CLOSED_A, A0, A1)
    assert lineage.ready() == [("a", OLDEST)]
    assert lineage.ready() == []
    lineage.ended("a")
    assert lineage.ready() == [("a0", OLDEST), ("a1", OLDEST)]
    assert not lineage.incomplete, "the children are known already"


def test_a_merged_shard_waits_for_both_parents() -> None:
    lineage = listed(HOUR_AGO, CLOSED_A, ListedShard("b", (), closed=True), AB)
    assert [shard for shard, _ in lineage.ready()] == ["a", "b"]
    lineage.ended("b")
    assert lineage.ready() == []
    lineage.ended("a")
    assert lineage.ready() == [("ab", HOUR_AGO)]


def test_parents_that_are_gone_from_the_stream_are_not_waited_for() -> None:
    assert listed(OLDEST, A0).ready() == [("a0", OLDEST)]


def test_a_shard_that_ends_has_children_to_be_found_and_read_from_their_beginning() -> None:
    lineage = listed(LATEST, A, B)
    lineage.ready()
    lineage.ended("a")
    assert lineage.incomplete
    lineage.listed([CLOSED_A, B])
    assert lineage.incomplete, "not in the listing yet"
    lineage.listed([CLOSED_A, B, A0, A1])
    assert not lineage.incomplete
    assert lineage.ready() == [("a0", OLDEST), ("a1", OLDEST)]


def test_nothing_is_looked_for_when_an_ended_shard_is_gone() -> None:
    lineage = listed(LATEST, A, B)
    lineage.ready()
    lineage.ended("a")
    lineage.listed([B, A0])
    assert not lineage.incomplete


def test_a_shard_is_read_once_however_often_it_is_listed() -> None:
    lineage = listed(OLDEST, CLOSED_A, A0)
    lineage.ready()
    lineage.listed([CLOSED_A, A0])
    lineage.ended("a")
    lineage.listed([CLOSED_A, A0])
    assert lineage.ready() == [("a0", OLDEST)]
    lineage.listed([CLOSED_A, A0])
    assert lineage.ready() == []


def test_chosen_shards_alone_are_read_and_the_end_is_theirs() -> None:
    lineage = listed(LATEST, CLOSED_A, A0, A1, only=("a",))
    assert lineage.ready() == [("a", LATEST)]
    assert not lineage.done
    lineage.ended("a")
    assert not lineage.incomplete
    assert lineage.ready() == []
    assert lineage.done


def test_reading_all_shards_never_ends() -> None:
    lineage = listed(LATEST, A)
    lineage.ready()
    lineage.ended("a")
    assert not lineage.done
