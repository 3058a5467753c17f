"""What a producer has done so far."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """A snapshot. Names follow KPL's metrics; a user record is an event as it was put.

    Attributes:
        user_records_received: events that ``put`` has taken: the sum of the next three.
        user_records_pending: events without an outcome.
        user_records_put: events acknowledged.
        user_records_failed: events that will not be delivered.
        user_records_resent: how often an event was sent again because a split took it to the wrong shard.
        kinesis_records_put: Kinesis records acknowledged.
        kinesis_records_data_put: bytes of their data.
        calls: PutRecords calls answered or failed.
        calls_in_flight: PutRecords calls under way.
        retries: how often a record was set aside for another try.
        errors_by_code: failures by error code, one for each record in an answer and one for each failed call.
        buffered_bytes: what pending events are charged, of the option ``buffer_bytes``.
        shards: open shards, 0 while they are not known.
    """

    user_records_received: int
    user_records_pending: int
    user_records_put: int
    user_records_failed: int
    user_records_resent: int
    kinesis_records_put: int
    kinesis_records_data_put: int
    calls: int
    calls_in_flight: int
    retries: int
    errors_by_code: Mapping[str, int]
    buffered_bytes: int
    shards: int
