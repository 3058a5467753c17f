"""How fast a shard is read, and how much of it is held."""

from dataclasses import dataclass

from simulation.event_source_mapping.configuration import MappingConfig, StreamKind
from simulation.event_source_mapping.records import PAYLOAD_LIMIT


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """The read side of one kind of stream. Intervals are in seconds between the starts of two calls.

    `base_interval` is how often Lambda polls a shard that has nothing new, `least_interval` the closest two calls
    may come, `bytes_per_second` what a shard serves in the long run, `records_per_read` GetRecords' own maximum.
    """

    base_interval: float
    least_interval: float
    records_per_read: int
    bytes_per_second: float


KINESIS_LIMITS = ReadLimits(1.0, 0.2, 10_000, 2_000_000)
"""Once per second ("Using Lambda to process records from Amazon Kinesis Data Streams"); five reads, 2 MB a second
per shard and 10,000 records a call (GetRecords, Kinesis Data Streams API reference): a read of 10 MB is followed by
five seconds without."""

DYNAMODB_LIMITS = ReadLimits(0.25, 0.2, 1_000, float("inf"))
"""Four times per second ("Using AWS Lambda with Amazon DynamoDB"); 1,000 records a call (GetRecords, DynamoDB
Streams API reference). The reference names no rate; the least interval is Kinesis's."""

LISTING_INTERVAL = 30.0
"""Seconds between listings of a stream's shards. A shard that ends is followed by a listing at once, and new shards
come from ended ones, so this only bounds how long a listing that came too early matters."""


def read_limits(kind: StreamKind) -> ReadLimits:
    """The documented limits of a kind of stream."""
    return KINESIS_LIMITS if kind is StreamKind.KINESIS else DYNAMODB_LIMITS


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """How much of a shard the poller reads ahead. Reads stop at either bound; one answer may overshoot bytes."""

    records: int
    bytes: int

    @classmethod
    def of(cls, config: MappingConfig) -> "HoldLimits":
        """Enough to fill every concurrent batch while another of each is being processed."""
        slots = config.parallelization_factor
        return cls(max(1_000, 2 * config.batch_size * slots), (slots + 1) * PAYLOAD_LIMIT)
