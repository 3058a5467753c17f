"""What happened between two snapshots, by KPL's metric names.

Names, units and levels: Amazon Kinesis Data Streams Developer Guide, "Monitor the Kinesis Producer Library with Amazon
CloudWatch". ``UserRecordsFailed``, ``UserRecordsResent``, ``UserRecordsRecovered``, ``KinesisRecordsMisrouted`` and
``BufferedBytes`` are Penstock's own.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from penstock.delivery.distribution import NOTHING, Distribution
from penstock.delivery.statistics import Counts, Statistics

COUNTERS: Final = {
    "UserRecordsPut": "user_records_put",
    "UserRecordsDataPut": "user_records_data_put",
    "UserRecordsFailed": "user_records_failed",
    "UserRecordsResent": "user_records_resent",
    "UserRecordExpired": "user_records_expired",
    "KinesisRecordsPut": "kinesis_records_put",
    "KinesisRecordsDataPut": "kinesis_records_data_put",
    "KinesisRecordsMisrouted": "kinesis_records_misrouted",
    "AllErrors": "all_errors",
}
"""What grows, for the stream and each shard: by metric, the attribute of `Counts`."""

STREAM_COUNTERS: Final = {
    "UserRecordsReceived": "user_records_received",
    "UserRecordsRecovered": "user_records_recovered",
}
"""What grows, for the stream alone."""

LEVELS: Final = {"UserRecordsPending": "user_records_pending", "BufferedBytes": "buffered_bytes"}
"""What goes up and down, for the stream alone."""

DISTRIBUTIONS: Final = {
    "RetriesPerRecord": "retries_per_record",
    "BufferingTime": "buffering_time",
    "UserRecordsPerKinesisRecord": "user_records_per_kinesis_record",
}
"""What is spread, for the stream and each shard."""

STREAM_DISTRIBUTIONS: Final = {
    "RequestTime": "request_time",
    "KinesisRecordsPerPutRecordsRequest": "kinesis_records_per_put_records_request",
    "UserRecordsPerPutRecordsRequest": "user_records_per_put_records_request",
}
"""What is spread, for the stream alone."""

ERRORS: Final = "ErrorsByCode"
"""What grows, for the stream and each shard, by error code."""


class Measurement(NamedTuple):
    """One metric's value.

    Attributes:
        metric: KPL's name, or one like them.
        value: by how much it has grown; or how high it is (``LEVELS``); or the spread of what is new. Times are in
            seconds.
        shard_id: the shard, none for the whole stream.
        error_code: of ``ErrorsByCode``.
    """

    metric: str
    value: int | Distribution
    shard_id: str | None = None
    error_code: str | None = None


def measure(now: Statistics, before: Statistics | None) -> list[Measurement]:
    """Return what happened since an earlier snapshot, or since the beginning: the stream's first, then by shard.

    Distributions without a new value, errors that have not occurred again and shards without any news are left out.
    """
    measurements = [
        *_counted({**STREAM_COUNTERS, **COUNTERS}, now, before, None),
        *(Measurement(metric, getattr(now, attribute)) for metric, attribute in LEVELS.items()),
        *_spread({**STREAM_DISTRIBUTIONS, **DISTRIBUTIONS}, now, before, None),
        *_errors(now, before, None),
    ]
    for shard_id, shard in now.shards.items():
        earlier = None if before is None else before.shards.get(shard_id)
        counted = list(_counted(COUNTERS, shard, earlier, shard_id))
        others = [*_spread(DISTRIBUTIONS, shard, earlier, shard_id), *_errors(shard, earlier, shard_id)]
        if others or any(measurement.value for measurement in counted):
            measurements += [*counted, *others]
    return measurements


def _counted(
    attributes: dict[str, str], now: Counts, before: Counts | None, shard_id: str | None
) -> Iterable[Measurement]:
    for metric, attribute in attributes.items():
        earlier = 0 if before is None else getattr(before, attribute)
        yield Measurement(metric, getattr(now, attribute) - earlier, shard_id)


def _spread(
    attributes: dict[str, str], now: Counts, before: Counts | None, shard_id: str | None
) -> Iterable[Measurement]:
    for metric, attribute in attributes.items():
        added = getattr(now, attribute).since(NOTHING if before is None else getattr(before, attribute))
        if added.count:
            yield Measurement(metric, added, shard_id)


def _errors(now: Counts, before: Counts | None, shard_id: str | None) -> Iterable[Measurement]:
    for code, count in now.errors_by_code.items():
        added = count - (0 if before is None else before.errors_by_code.get(code, 0))
        if added:
            yield Measurement(ERRORS, added, shard_id, code)
