"""The producer's options: one typed object."""

from dataclasses import dataclass, fields, replace
from os import PathLike
from threading import TIMEOUT_MAX
from typing import Final, Literal, Self, TypedDict

from penstock.errors import ConfigurationError

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

WhenFull = Literal["wait", "raise", "drop_oldest"]
Fsync = Literal["always", "interval", "never"]


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
        calls_in_flight: most PutRecords calls at once, 1 to 128 (KPL MaxConnections: 24, of smaller calls).
        ordered: whether the events of one partition key are in the stream in the order in which they were put, whatever
            fails. Each lane then has one record in flight, behind whose retries its others wait.
        rate_limit_percent: how much of a shard's 1,000 records and 1 MiB a second this producer uses at most, 1 to
            10,000, none for as much as it can (KPL RateLimit: 150). Above 100, a producer that shares the stream with
            few others can fill what they leave; throttled records are retried.
        fail_if_throttled: whether a record that Kinesis throttles fails at once instead of being retried
            (KPL FailIfThrottled: false).
        time_to_live_seconds: after how long an event without an acknowledgement is given back, its future holding an
            ``ExpiredError``; above 0, none for never (KPL RecordTtl: 30 s). Events that share an aggregate have the
            age of its oldest. An event in flight is never given up before its answer.
        shard_refresh_seconds: longest time between two looks at the stream's shards while events flow, 1 to 86,400.
            A look follows at once when an answer names a shard that was not foreseen.
        buffer_bytes: most bytes of events held in all, waiting or in flight; at least 4 MiB and
            4 ``max_record_bytes``. An event counts with its data, its keys and 128 bytes of bookkeeping.
        when_full: what ``put`` does when there is no room in the buffer: ``wait`` for room; ``raise`` a
            ``BufferFullError``; or ``drop_oldest``, giving back the oldest events that are not in flight, whose futures
            then hold a ``DroppedError``, and waiting only when all are in flight.
        put_timeout_seconds: longest wait of ``put`` for room in the buffer, none for as long as it takes
            (Kafka's max.block.ms: 60 s).
        close_timeout_seconds: longest wait for outcomes at the end of a ``with`` block that an exception ends, and when
            the process ends; none for as long as it takes. The end of the block without an exception, and ``close``,
            wait as long as they are told to.
        drain_at_exit: whether a producer that is still open when the interpreter exits is closed then, which sends what
            it holds.
        drain_on_sigterm: whether SIGTERM closes it, before what the signal did otherwise happens. Set it where
            nobody else handles that signal; the producer must then be made on the main thread.
        spool: a directory where events are kept until they are acknowledged, so that those of a process that was
            killed are sent by the next one that uses it; none for no spool. It is made if it does not exist.
        spool_bytes: most bytes that the spool takes on disk, at least 4 MiB. When they are used up, ``put`` does as
            ``when_full`` says.
        spool_fsync: when what was put survives not only the process but the machine: ``always``, before ``put``
            returns; ``interval``, within ``spool_fsync_seconds``; ``never``, when the operating system pleases.
        spool_fsync_seconds: that interval, 0.001 to 3,600.
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
        stall_seconds: after how long without any acknowledgement, while events wait, a warning says what stalls;
            at least 1, none for never.
        busiest_keys: how many of each shard's busiest partition keys ``stats`` names, 0 to 100.

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
    ordered: bool = False
    rate_limit_percent: int | None = 150
    fail_if_throttled: bool = False
    time_to_live_seconds: float | None = None
    shard_refresh_seconds: float = 60.0
    buffer_bytes: int = 64 * MIB
    when_full: WhenFull = "wait"
    put_timeout_seconds: float | None = 60.0
    close_timeout_seconds: float | None = 10.0
    drain_at_exit: bool = True
    drain_on_sigterm: bool = False
    spool: str | PathLike[str] | None = None
    spool_bytes: int = GIB
    spool_fsync: Fsync = "interval"
    spool_fsync_seconds: float = 1.0
    backoff_base_seconds: float = 0.1
    backoff_cap_seconds: float = 5.0
    resend_misrouted: bool = True
    connect_timeout_seconds: float = 6.0
    read_timeout_seconds: float = 6.0
    stall_seconds: float | None = 30.0
    busiest_keys: int = 5

    def with_options(self, options: "ProducerOptions") -> Self:
        """Return a copy with some options changed.

        Raises:
            ConfigurationError: if there is no such option, or its value lies outside its limits.
        """
        known = [option.name for option in fields(self)]
        for option in options:
            if option not in known:
                raise ConfigurationError(f"there is no option {option!r:.60}; the options are {', '.join(known)}")
        return replace(self, **options)

    def __post_init__(self) -> None:
        for option in (
            "aggregate",
            "ordered",
            "fail_if_throttled",
            "drain_at_exit",
            "drain_on_sigterm",
            "resend_misrouted",
        ):
            self._check_one_of(option, True, False)
        self._check_one_of("when_full", "wait", "raise", "drop_oldest")
        self._check_one_of("spool_fsync", "always", "interval", "never")
        self._check_whole("max_record_bytes", MIB, 10 * MIB)
        self._check_whole("aggregate_bytes", 64, self.max_record_bytes, "max_record_bytes")
        self._check_whole("lanes_per_shard", 1, 1000)
        self._check("linger_seconds", 0, 60)
        self._check_whole("call_records", 1, 500)
        self._check_whole("call_bytes", self.max_record_bytes, 10 * MIB, "max_record_bytes")
        self._check_whole("calls_in_flight", 1, 128)
        if self.rate_limit_percent is not None:
            self._check_whole("rate_limit_percent", 1, 10_000)
        if self.time_to_live_seconds is not None:
            self._check("time_to_live_seconds", 0.001, TIMEOUT_MAX)
        self._check("shard_refresh_seconds", 1, 86_400)
        self._check_whole("buffer_bytes", max(4 * MIB, 4 * self.max_record_bytes), None, "max_record_bytes")
        for option in ("put_timeout_seconds", "close_timeout_seconds"):
            if getattr(self, option) is not None:
                self._check(option, 0, TIMEOUT_MAX)
        if self.spool is not None and (
            not isinstance(self.spool, str | PathLike) or not str(self.spool) or "\0" in str(self.spool)
        ):
            raise ConfigurationError(f"spool must be the path of a directory, not {self.spool!r:.60}")
        self._check_whole("spool_bytes", 4 * MIB, None)
        self._check("spool_fsync_seconds", 0.001, 3600)
        self._check("backoff_base_seconds", 0.001, TIMEOUT_MAX)
        self._check("backoff_cap_seconds", self.backoff_base_seconds, TIMEOUT_MAX, "backoff_base_seconds")
        self._check("connect_timeout_seconds", 0.001, TIMEOUT_MAX)
        self._check("read_timeout_seconds", 0.001, TIMEOUT_MAX)
        if self.stall_seconds is not None:
            self._check("stall_seconds", 1, TIMEOUT_MAX)
        self._check_whole("busiest_keys", 0, 100)

    def _check_one_of(self, option: str, *values: object) -> None:
        value = getattr(self, option)
        if not any(value is allowed or (isinstance(allowed, str) and value == allowed) for allowed in values):
            raise ConfigurationError(f"{option} must be {' or '.join(map(repr, values))}, not {value!r:.60}")

    def _check_whole(self, option: str, least: int, most: int | None, because_of: str | None = None) -> None:
        value = getattr(self, option)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ConfigurationError(f"{option} must be a whole number, not {value!r:.60}")
        self._check(option, least, most, because_of)

    def _check(self, option: str, least: float, most: float | None, because_of: str | None = None) -> None:
        value = getattr(self, option)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ConfigurationError(f"{option} must be a number, not {value!r:.60}")
        if not (least <= value and (most is None or value <= most)):
            limits = f"at least {least:,}" if most is None else f"from {least:,} to {most:,}"
            cause = f" with {because_of}={getattr(self, because_of):,}" if because_of else ""
            raise ConfigurationError(f"{option} must be {limits}{cause}, not {value!r:.60}")


class ProducerOptions(TypedDict, total=False):
    """The options of `ProducerConfig` as keyword arguments, none of them required."""

    aggregate: bool
    aggregate_bytes: int
    lanes_per_shard: int
    linger_seconds: float
    max_record_bytes: int
    call_records: int
    call_bytes: int
    calls_in_flight: int
    ordered: bool
    rate_limit_percent: int | None
    fail_if_throttled: bool
    time_to_live_seconds: float | None
    shard_refresh_seconds: float
    buffer_bytes: int
    when_full: WhenFull
    put_timeout_seconds: float | None
    close_timeout_seconds: float | None
    drain_at_exit: bool
    drain_on_sigterm: bool
    spool: str | PathLike[str] | None
    spool_bytes: int
    spool_fsync: Fsync
    spool_fsync_seconds: float
    backoff_base_seconds: float
    backoff_cap_seconds: float
    resend_misrouted: bool
    connect_timeout_seconds: float
    read_timeout_seconds: float
    stall_seconds: float | None
    busiest_keys: int
