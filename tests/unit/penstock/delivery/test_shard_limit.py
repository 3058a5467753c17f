import pytest

from penstock.backoff import Backoff
from penstock.delivery.shard_limit import SHARD_BYTES, ShardLimit


def limit(percent: int | None) -> ShardLimit:
    return ShardLimit(percent, Backoff(base=0.1, cap=5.0, random=lambda: 1.0))


def test_records_and_bytes_are_limited_to_the_share() -> None:
    records, size = limit(200), limit(200)
    for _ in range(1000):
        records.take(0, 0.0)
    assert records.ready_at(0) == pytest.approx(1 / 2000, abs=1e-7)
    size.take(SHARD_BYTES, 0.0)
    assert size.ready_at(SHARD_BYTES) == pytest.approx(0.5)


def test_below_the_whole_a_second_s_worth_of_the_share_is_sent_at_once() -> None:
    small = limit(10)
    small.take(SHARD_BYTES // 10, 0.0)
    assert small.ready_at(SHARD_BYTES // 10) == pytest.approx(1.0, rel=1e-4)


def test_without_a_limit_any_record_may_be_sent_but_not_after_a_throttled_one() -> None:
    none = limit(None)
    for _ in range(5000):
        none.take(SHARD_BYTES, 0.0)
    assert none.ready_at(SHARD_BYTES) < 0
    none.throttled(call_started=0.0, share=0.5, now=1.0)
    assert none.ready_at(1) == pytest.approx(1.05)


def test_the_silence_doubles_with_each_call_that_is_throttled_after_the_last_one() -> None:
    shard = limit(None)
    shard.throttled(call_started=0.0, share=1.0, now=1.0)
    shard.throttled(call_started=0.5, share=1.0, now=1.0)  # under way when the first was throttled: no news
    assert shard.ready_at(1) == pytest.approx(1.1)
    shard.throttled(call_started=1.1, share=1.0, now=2.0)
    assert shard.ready_at(1) == pytest.approx(2.2)
    shard.accepted()
    shard.throttled(call_started=2.2, share=1.0, now=3.0)
    assert shard.ready_at(1) == pytest.approx(3.1)
