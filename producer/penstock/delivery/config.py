"""The producer's options: one typed object."""

from dataclasses import dataclass
from threading import TIMEOUT_MAX
from typing import Final

from penstock.errors import ConfigurationError

KIB: Final = 1024
MIB: Final = 1024 * KIB


@dataclass(frozen=True, kw_only=True, slots=True)
class ProducerConfig:
    """How a producer aggregates, collects, retries and bounds what it holds.

    "KPL" names the option of the Kinesis Producer Library (default_config.properties) that a default comes
    from; "PutRecords" the limits in its API reference.

    Attributes:
        aggregate: whether events share Kinesis records (KPL AggregationEnabled: true). Without it, each event
            is a Kinesis record of its own, with its own keys.
        aggregate_bytes: largest aggregate, 64 to ``max_record_bytes`` (KPL AggregationMaxSize: 51,200). An event
            that alone is larger travels in a record by itself.
        lanes_per_shard: slices of each shard's hash keys that have aggregates of their own, 1 to 1,000. Above 1,
            Lambda's ParallelizationFactor has keys to spread.
        linger_seconds: longest wait of an event for company, 0 to 60 (KPL RecordMaxBufferedTime: 100 ms).
        max_record_bytes: largest Kinesis record with its partition key, 1 MiB to 10 MiB. Above 1 MiB, the
            stream's maximum must have been raised first (UpdateMaxRecordSize).
        call_records: most records in a call, 1 to 500 (PutRecords: 500).
        call_bytes: most bytes of records and keys in a call, ``max_record_bytes`` to 10 MiB (KPL
            CollectionMaxSize: 5 MiB; PutRecords: 10 MiB).
        calls_in_flight: most PutRecords calls at once, 1 to 128 (KPL MaxConnections: 4).
        buffer_bytes: most bytes of events held in all, waiting or in flight; at least 4 MiB and
            4 ``max_record_bytes``. An event counts with its data, its keys and 128 bytes of bookkeeping.
        put_timeout_seconds: longest wait of ``put`` for room in the buffer, none for as long as it takes
            (Kafka's max.block.ms: 60 s).
        close_timeout_seconds: longest wait for outcomes at the end of a ``with`` block that an exception ends, none
            for as long as it takes. The end without an exception, and ``close``, wait as long as they are told to.
        backoff_base_seconds: longest wait before the first retry, above 0. The wait is drawn at random between 0
            and a limit that starts here and doubles with each failure (AWS Architecture Blog, "Exponential
            Backoff And Jitter", full jitter).
        backoff_cap_seconds: what that limit never exceeds.
        resend_misrouted: whether events are sent again when a split took their aggregate to a shard that some
            of them don't belong to. The Kinesis Client Library discards such an aggregate, so KPL resends it;
            turn this off when no consumer uses that library and repeats are costlier.
        connect_timeout_seconds: longest wait for a connection (KPL ConnectTimeout: 6 s). This and the next are for
            the client that the producer makes; one passed in keeps its own.
        read_timeout_seconds: longest silence of an open connection (KPL RequestTimeout: 6 s).

    Raises:
        ConfigurationError: if an option lies outside its limits.
    """

    aggregate: bool = True
    aggregate_bytes: int = 50 * KIB
    lanes_per_shard: int = 1
    linger_seconds: float = 0.1
    max_record_bytes: int = MIB
    call_records: int = 500
    call_bytes: int = 5 * MIB
    calls_in_flight: int = 4
    buffer_bytes: int = 64 * MIB
    put_timeout_seconds: float | None = 60.0
    close_timeout_seconds: float | None = 10.0
    backoff_base_seconds: float = 0.1
    backoff_cap_seconds: float = 5.0
    resend_misrouted: bool = True
    connect_timeout_seconds: float = 6.0
    read_timeout_seconds: float = 6.0

    def __post_init__(self) -> None:
        for option in ("aggregate", "resend_misrouted"):
            if not isinstance(getattr(self, option), bool):
                raise ConfigurationError(f"{option} must be True or False, not {getattr(self, option)!r:.60}")
        self._check_whole("max_record_bytes", MIB, 10 * MIB)
        self._check_whole("aggregate_bytes", 64, self.max_record_bytes)
        self._check_whole("lanes_per_shard", 1, 1000)
        self._check("linger_seconds", 0, 60)
        self._check_whole("call_records", 1, 500)
        self._check_whole("call_bytes", self.max_record_bytes, 10 * MIB)
        self._check_whole("calls_in_flight", 1, 128)
        self._check_whole("buffer_bytes", max(4 * MIB, 4 * self.max_record_bytes), None)
        for option in ("put_timeout_seconds", "close_timeout_seconds"):
            if getattr(self, option) is not None:
                self._check(option, 0, TIMEOUT_MAX)
        self._check("backoff_base_seconds", 0.001, TIMEOUT_MAX)
        self._check("backoff_cap_seconds", self.backoff_base_seconds, TIMEOUT_MAX)
        self._check("connect_timeout_seconds", 0.001, TIMEOUT_MAX)
        self._check("read_timeout_seconds", 0.001, TIMEOUT_MAX)

    def _check_whole(self, option: str, least: int, most: int | None) -> None:
        value = getattr(self, option)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ConfigurationError(f"{option} must be a whole number, not {value!r:.60}")
        self._check(option, least, most)

    def _check(self, option: str, least: float, most: float | None) -> None:
        value = getattr(self, option)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ConfigurationError(f"{option} must be a number, not {value!r:.60}")
        if not (least <= value and (most is None or value <= most)):
            limits = f"at least {least:,}" if most is None else f"from {least:,} to {most:,}"
            raise ConfigurationError(f"{option} must be {limits}, not {value!r:.60}")
