from collections.abc import Iterable
from random import Random

import pytest

from penstock.aggregation import AggregateBuilder, UserRecord, partition_key_entry
from penstock.delivery.busiest_keys import HALF_LIFE_SECONDS, KEPT_SECONDS, SAMPLES_PER_SECOND, BusiestKeys
from penstock.delivery.calls import ListShards, PutRecords
from penstock.delivery.record import AggregateRecord, PlainRecord, Record
from penstock.delivery.statistics import BusyKey
from penstock.routing import Lane
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell


def lane(shard_id: str) -> Lane:
    return Lane(shard_id, 0, 0, 0)


def aggregate(events: Iterable[tuple[str, int]], shard_id: str = "a") -> Record:
    """Return a record of events, given as keys and sizes."""
    builder = AggregateBuilder(2**20)
    for key, size in events:
        assert builder.add(partition_key_entry(key.encode()), bytes(size))
    return AggregateRecord(1, lane(shard_id), builder)


def sent(busiest: BusiestKeys, at: float, *records: Record) -> None:
    for record in records:
        record.note_attempt(started_at=at, seconds=0.0, error_code=None)
    busiest.sample(PutRecords(records, at))


def middling() -> float:
    return 0.5


def test_the_busiest_keys_are_named_with_their_shares_of_events_and_bytes() -> None:
    busiest = BusiestKeys(2, random=middling)
    sent(busiest, 0.0, aggregate([("many", 9)] * 6 + [("large", 95)] * 2 + [("few", 8)]))
    large, many = busiest.by_shard["a"]
    assert (large.partition_key, many.partition_key) == ("large", "many")
    assert large[1:] == pytest.approx((2 / 9, 200 / 289))
    assert many[1:] == pytest.approx((6 / 9, 78 / 289))


def test_shards_are_apart() -> None:
    busiest = BusiestKeys(1, random=middling)
    sent(busiest, 0.0, aggregate([("x", 1)], "a"), aggregate([("y", 1)], "b"))
    assert [busiest.by_shard[shard][0].partition_key for shard in "ab"] == ["x", "y"]


def test_events_that_travel_alone_are_sampled_too() -> None:
    busiest = BusiestKeys(1, random=middling)
    sent(busiest, 0.0, *(PlainRecord(1, lane("a"), UserRecord(f"key-{n % 4}", None, b"")) for n in range(100)))
    assert busiest.by_shard["a"][0].share_of_events == pytest.approx(0.25)


def test_a_shard_is_sampled_about_once_a_second() -> None:
    busiest = BusiestKeys(1, random=middling)
    sent(busiest, 0.0, aggregate([("x", 1)]))
    sent(busiest, 0.9, aggregate([("y", 1)] * 9))
    assert busiest.by_shard["a"][0].partition_key == "x"
    sent(busiest, 1.0, aggregate([("y", 1)]))
    assert busiest.by_shard["a"][0].partition_key == "y"


def test_a_sample_stands_for_all_that_was_sent_since_the_last() -> None:
    busiest = BusiestKeys(2, random=middling)
    sent(busiest, 0.0, aggregate([("x", 1)] * 10))
    for number in range(9):
        sent(busiest, 0.1 * number, aggregate([("y", 1)] * 10))
    sent(busiest, 1.0, aggregate([("y", 1)] * 10))
    assert busiest.by_shard["a"][0].share_of_events == pytest.approx(100 / 110, rel=0.01)


def test_a_repeated_record_counts_once() -> None:
    busiest = BusiestKeys(2, random=middling)
    record = aggregate([("x", 1)])
    for at in range(5):
        sent(busiest, float(at), record)
    sent(busiest, 5.0, aggregate([("y", 1)]))
    assert busiest.by_shard["a"][1].share_of_events == pytest.approx(0.5, rel=0.05)


def test_what_is_older_counts_less() -> None:
    busiest = BusiestKeys(2, random=middling)
    sent(busiest, 0.0, aggregate([("x", 1)]))
    sent(busiest, HALF_LIFE_SECONDS, aggregate([("y", 1)]))
    assert busiest.by_shard["a"] == (BusyKey("y", 2 / 3, 2 / 3), BusyKey("x", 1 / 3, 1 / 3))


def test_with_many_shards_there_are_no_more_samples() -> None:
    busiest = BusiestKeys(1, random=middling)
    shards = [f"shard-{n}" for n in range(100)]
    for second in range(20):
        sent(busiest, float(second), *(aggregate([(f"{second}", 1)], shard) for shard in shards))
    # Each is sampled at the start, and then every 100 / SAMPLES_PER_SECOND seconds: the key changes then.
    newest = {busiest.by_shard[shard][0].partition_key for shard in shards}
    assert newest <= {str(second) for second in range(int(100 / SAMPLES_PER_SECOND) - 1, 20)}


def test_shards_that_are_over_are_forgotten() -> None:
    busiest = BusiestKeys(1, random=middling)
    sent(busiest, 0.0, aggregate([("x", 1)], "closed"))
    sent(busiest, KEPT_SECONDS + 1, aggregate([("x", 1)], "open"))
    assert set(busiest.by_shard) == {"open"}


def test_a_hot_key_is_found_among_ten_thousand_from_samples() -> None:
    random = Random(1)
    busiest = BusiestKeys(3, random=random.random)
    for number in range(600):
        keys = ("hot" if random.random() < 0.1 else f"key-{random.randrange(10_000)}" for _ in range(180))
        sent(busiest, number / 5, aggregate([(key, 250) for key in keys]))
    hot, *others = busiest.by_shard["a"]
    assert hot.partition_key == "hot"
    assert 0.1 - 1 / 129 - 0.01 <= hot.share_of_events <= 0.1 + 0.01
    assert all(other.share_of_events < 0.01 for other in others)


def test_nothing_is_sampled_when_no_keys_are_asked_for() -> None:
    busiest = BusiestKeys(0, random=middling)
    sent(busiest, 0.0, aggregate([("x", 1)]))
    assert busiest.by_shard == {}


def test_listing_shards_is_no_sample() -> None:
    busiest = BusiestKeys(1, random=middling)
    busiest.sample(ListShards(None))
    assert busiest.by_shard == {}


def test_statistics_name_them() -> None:
    shell = HandShell(FakeStream(shards=2), busiest_keys=1)
    for explicit in ("0", str(2**127)):
        shell.put(f"of {explicit[0]}", explicit=explicit)
    shell.flush()
    call = shell.put_call
    shell.answer(call)
    shell.core.busiest_keys.sample(call)
    shards = shell.core.statistics().shards
    assert [shard.busiest_keys[0].partition_key for _, shard in sorted(shards.items())] == ["of 0", "of 1"]
