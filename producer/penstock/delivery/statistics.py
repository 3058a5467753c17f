"""What a producer has done so far. Names follow KPL's metrics; a user record is an event as it was put.

KPL's metrics and their meaning: Amazon Kinesis Data Streams Developer Guide, "Monitor the Kinesis Producer Library with
Amazon CloudWatch".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from penstock.delivery.distribution import Distribution


class BusyKey(NamedTuple):
    """A partition key and how much of its shard's traffic is its own, of late.

    Attributes:
        partition_key: the key.
        share_of_events: from 0 to 1, estimated: see ``penstock.delivery.busiest_keys`` for how well.
        share_of_bytes: from 0 to 1, estimated, of the events' data and keys.
    """

    partition_key: str
    share_of_events: float
    share_of_bytes: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What is counted for the stream and for each shard.

    Attributes:
        user_records_put: events acknowledged.
        user_records_data_put: bytes of their data.
        user_records_failed: events that will not be delivered.
        user_records_resent: how often an event was sent again because a split took it to the wrong shard.
        kinesis_records_put: Kinesis records acknowledged.
        kinesis_records_data_put: bytes of their data.
        kinesis_records_misrouted: those of them that were not meant for the shard which has them.
        retries: how often a record was set aside for another try.
        errors_by_code: failures by error code, one for each record in an answer; those of whole calls, one for each,
            belong to no shard.
        failures_by_kind: events that will not be delivered, by the name of the exception that their futures hold.
        retries_per_record: of each record that has an outcome, how often it was sent after the first time.
        buffering_time: seconds from the arrival of a record's first event to its first call. Known to the window of
            ``linger_seconds`` in which it fell, and never too small.
        user_records_per_kinesis_record: events in each acknowledged record.
    """

    user_records_put: int
    user_records_data_put: int
    user_records_failed: int
    user_records_resent: int
    kinesis_records_put: int
    kinesis_records_data_put: int
    kinesis_records_misrouted: int
    retries: int
    errors_by_code: Mapping[str, int]
    failures_by_kind: Mapping[str, int]
    retries_per_record: Distribution
    buffering_time: Distribution
    user_records_per_kinesis_record: Distribution

    @property
    def all_errors(self) -> int:
        """Failures whatever their code."""
        return sum(self.errors_by_code.values())

    @property
    def user_records_expired(self) -> int:
        """Events given back because their time to live was over."""
        return self.failures_by_kind.get("ExpiredError", 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardStatistics(Counts):
    """A snapshot of one shard: where records are, or were meant to go if they are nowhere.

    Attributes:
        open: whether the shard takes records, as far as is known.
        busiest_keys: the keys with the largest share of its events or bytes, busiest first.
    """

    open: bool
    busiest_keys: tuple[BusyKey, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics(Counts):
    """A snapshot of a producer.

    Attributes:
        user_records_received: events that ``put`` has taken: the sum of those pending, put and failed.
        user_records_pending: events without an outcome.
        user_records_recovered: events that a spool kept from an earlier process.
        calls: PutRecords calls answered or failed.
        calls_in_flight: PutRecords calls under way.
        request_time: seconds that each PutRecords call took.
        kinesis_records_per_put_records_request: records in each.
        user_records_per_put_records_request: events in each.
        buffered_bytes: what pending events are charged, of the option ``buffer_bytes``.
        open_shards: how many shards are open, 0 while they are not known.
        shards: by shard id, those that are open or were lately, if the producer has had to do with them.
    """

    user_records_received: int
    user_records_pending: int
    user_records_recovered: int
    calls: int
    calls_in_flight: int
    request_time: Distribution
    kinesis_records_per_put_records_request: Distribution
    user_records_per_put_records_request: Distribution
    buffered_bytes: int
    open_shards: int
    shards: Mapping[str, ShardStatistics]
