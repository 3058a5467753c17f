"""The stubbed stream takes everything where the SDK means it to go."""

from typing import Any, cast

from load.generator.stubbed_stream import StubbedStream
from penstock import Producer


def test_the_sdk_delivers_everything_to_the_shards_it_meant() -> None:
    stub: Any = StubbedStream(5)
    with Producer("stub", client=cast(Any, stub), linger_seconds=0.0) as producer:
        futures = [producer.put(b"x" * 200, partition_key=f"key {number}") for number in range(500)]
        assert {future.result(10).shard_id for future in futures} == {f"shardId-{number:012}" for number in range(5)}
        statistics = producer.stats()
    assert (statistics.retries, statistics.kinesis_records_misrouted, statistics.open_shards) == (0, 0, 5)


def test_records_without_aggregation_go_by_their_keys() -> None:
    stub: Any = StubbedStream(3)
    with Producer("stub", client=cast(Any, stub), aggregate=False, linger_seconds=0.0) as producer:
        for number in range(50):
            producer.put(b"x", partition_key=f"key {number}")
        producer.flush()
        assert producer.stats().kinesis_records_misrouted == 0
