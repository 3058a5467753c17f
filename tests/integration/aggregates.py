"""Aggregates by another producer's library than ours."""

from aws_kinesis_agg.aggregator import RecordAggregator


def an_aggregate(*payloads: bytes, key: str = "key") -> bytes:
    aggregator = RecordAggregator()
    for payload in payloads:
        aggregator.add_user_record(key, payload)
    _, _, data = aggregator.clear_and_get().get_contents()
    return bytes(data)
