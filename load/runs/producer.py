"""The SDK as a load test uses it."""

from dataclasses import replace

from load.configuration import Configuration
from penstock.config import ProducerConfig


def producer_of(configuration: Configuration) -> ProducerConfig:
    """Return the SDK's options of a configuration.

    Puts wait as long as they must: a stream that takes nothing makes events late, which is what is measured.
    """
    return replace(
        ProducerConfig(),
        aggregate_bytes=configuration.aggregate_bytes,
        linger_seconds=configuration.linger_seconds,
        lanes_per_shard=configuration.lanes_per_shard,
        put_timeout_seconds=None,
    )
