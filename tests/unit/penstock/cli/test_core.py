"""When which call is due: the reading core, fed by hand."""

from typing import Any

from penstock.backoff import Backoff
from penstock.cli.reading.calls import ListShards, OpenIterator, Page, ReadRecords
from penstock.cli.reading.core import StreamReading
from penstock.cli.reading.lineage import LATEST, OLDEST, Position, StreamLineage
from penstock.listing import ListedShard

EPOCH = 1_000_000.0


def reading(*shards: str, start: Position = OLDEST, calls_in_flight: int = 8) -> StreamReading:
    lineage = StreamLineage(start)
    lineage.listed([ListedShard(shard, (), closed=False) for shard in shards])
    backoff = Backoff(base=1.0, cap=10.0, random=lambda: 1.0)
    return StreamReading(lineage, backoff=backoff, calls_in_flight=calls_in_flight, epoch=EPOCH)


def page(shard: str, *numbers: int, next_iterator: str | None = "next", behind: int | None = 0, size: int = 1) -> Page:
    records: list[dict[str, Any]] = [{"SequenceNumber": str(number), "Data": bytes(size)} for number in numbers]
    return Page(shard, records, next_iterator, behind)


def started(core: StreamReading, *shards: str, now: float = 0.0) -> None:
    core.poll(now)
    for shard in shards:
        core.opened(shard, f"iterator-{shard}", now)
    assert core.poll(now) == [ReadRecords(shard, f"iterator-{shard}") for shard in shards]


def test_each_shard_is_opened_and_read_at_once() -> None:
    core = reading("a", "b")
    assert core.poll(0.0) == [OpenIterator("a", OLDEST), OpenIterator("b", OLDEST)]
    assert core.poll(0.0) == []
    assert core.wake_at() is None
    core.opened("b", "iterator", 0.1)
    assert not core.positioned
    assert core.poll(0.1) == [ReadRecords("b", "iterator")]
    core.opened("a", "iterator", 0.2)
    assert core.positioned


def test_a_shard_with_nothing_more_is_read_once_a_second() -> None:
    core = reading("a")
    started(core, "a")
    core.read(page("a", 1), 0.0)
    assert core.poll(0.99) == []
    assert core.wake_at() == 1.0
    assert core.poll(1.0) == [ReadRecords("a", "next")]


def test_a_shard_with_more_is_read_sooner_yet_within_five_calls_a_second() -> None:
    core = reading("a")
    started(core, "a")
    core.read(page("a", behind=5000), 0.0)
    wake_at = core.wake_at()
    assert wake_at is not None
    assert 0.2 <= wake_at <= 0.5


def test_a_service_that_does_not_tell_how_far_behind_is_asked_until_nothing_comes() -> None:
    core = reading("a")
    started(core, "a")
    core.read(page("a", 1, behind=None), 0.0)
    assert core.wake_at() == 0.25
    core.poll(0.25)
    core.read(page("a", behind=None), 0.25)
    assert core.wake_at() == 1.25


def test_what_a_large_answer_took_of_the_shard_s_two_mebibytes_a_second_is_waited_for() -> None:
    core = reading("a")
    started(core, "a")
    core.read(page("a", 1, behind=5000, size=10 * 2**20), 0.0)
    assert core.wake_at() == 5.0


def test_no_more_calls_than_allowed_are_in_flight() -> None:
    core = reading("a", "b", "c", calls_in_flight=2)
    assert len(core.poll(0.0)) == 2
    assert core.wake_at() is None
    core.opened("a", "iterator", 0.0)
    assert [call.shard_id for call in core.poll(0.0) if not isinstance(call, ListShards)] == ["a"]
    core.read(page("a"), 0.0)
    assert core.poll(0.0) == [OpenIterator("c", OLDEST)]


def test_throttling_is_backed_off_from_further_each_time() -> None:
    core = reading("a")
    started(core, "a")
    waits, now = [], 0.0
    for _ in range(6):
        core.failed(ReadRecords("a", "iterator-a"), "ProvisionedThroughputExceededException", now)
        wake_at = core.wake_at()
        assert wake_at is not None
        waits.append(wake_at - now)
        now = wake_at
        assert core.poll(now) == [ReadRecords("a", "iterator-a")], "the same place"
    assert waits == [2.0, 3.0, 5.0, 9.0, 11.0, 11.0]


def test_an_expired_iterator_is_renewed_behind_the_last_record() -> None:
    core = reading("a")
    started(core, "a")
    core.read(page("a", 7, 9), 0.0)
    (call,) = core.poll(1.0)
    core.failed(call, "ExpiredIteratorException", 400.0)
    assert core.poll(401.0) == [OpenIterator("a", Position("AFTER_SEQUENCE_NUMBER", sequence_number="9"))]


def test_one_that_began_with_the_latest_and_saw_nothing_is_renewed_from_when_it_was_asked_for() -> None:
    core = reading("a", start=LATEST)
    assert core.poll(50.0) == [OpenIterator("a", LATEST)]
    core.opened("a", "iterator", 50.5)
    (call,) = core.poll(50.5)
    core.failed(call, "ExpiredIteratorException", 400.0)
    assert core.poll(401.0) == [OpenIterator("a", Position("AT_TIMESTAMP", timestamp=EPOCH + 50.0))]


def test_a_shard_s_end_has_the_shards_listed_and_its_children_read() -> None:
    core = reading("a", "b", start=LATEST)
    started(core, "a", "b")
    core.read(page("a", 1, next_iterator=None), 0.0)
    assert core.poll(0.0) == [ListShards()]
    children = [ListedShard("a0", ("a",), closed=False), ListedShard("a1", ("a",), closed=False)]
    core.listed([ListedShard("a", (), closed=True), ListedShard("b", (), closed=False), *children], 0.1)
    assert core.poll(0.1) == [OpenIterator("a0", OLDEST), OpenIterator("a1", OLDEST)]


def test_children_that_are_not_listed_yet_are_looked_for_again_and_failures_backed_off_from() -> None:
    core = reading("a", start=LATEST)
    started(core, "a")
    core.read(page("a", next_iterator=None), 0.0)
    core.poll(0.0)
    core.listed([ListedShard("a", (), closed=True)], 0.0)
    assert core.poll(1.9) == []
    assert core.wake_at() == 2.0
    assert core.poll(2.0) == [ListShards()]
    assert core.wake_at() is None
    core.failed(ListShards(), "LimitExceededException", 2.0)
    assert core.wake_at() == 5.0
    assert not core.done
    assert not core.positioned


def test_a_split_and_a_merge_are_followed_to_the_last_child_in_order() -> None:
    """Records are read as a stream would have them, and of one key's shards parents come before children."""
    tree = {"a": (), "a0": ("a",), "a1": ("a",), "m": ("a0", "a1")}
    held = {"a": [1, 2], "a0": [3], "a1": [4], "m": [5, 6]}
    lineage = StreamLineage(OLDEST)
    lineage.listed([ListedShard(shard, parents, closed=shard != "m") for shard, parents in tree.items()])
    core = StreamReading(lineage, backoff=Backoff(base=1, cap=1, random=lambda: 0), calls_in_flight=2, epoch=EPOCH)
    read: list[int] = []
    now = 0.0
    while len(read) < 6:
        for call in core.poll(now):
            if isinstance(call, OpenIterator):
                core.opened(call.shard_id, "0", now)
            elif isinstance(call, ReadRecords):
                at = int(call.iterator)
                numbers = held[call.shard_id][at : at + 1]
                read += numbers
                ended = not numbers and call.shard_id != "m"
                core.read(page(call.shard_id, *numbers, next_iterator=None if ended else str(at + 1)), now)
        now = max(now, core.wake_at() or now)
    assert read.index(2) < min(read.index(3), read.index(4))
    assert max(read.index(3), read.index(4)) < read.index(5)
    assert sorted(read) == [1, 2, 3, 4, 5, 6]
