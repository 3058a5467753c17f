"""What the code runs on: how long services take, how much of a processor memory buys, how streams are polled.

Of AWS, none of it is measured: what AWS documents says where; what it does not is an assumption, and docs/tuning.md
lists it. Of the local stack, `calibrate` measures what takes time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from random import Random
from statistics import NormalDist
from typing import Final

from load.calibration.calibration import CallTime, LocalTimes
from load.measure.functions import FUNCTIONS

_NORMAL: Final = NormalDist()
_NINETY_NINE: Final = _NORMAL.inv_cdf(0.99)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a call takes, log-normal.

    Attributes:
        median: seconds.
        p99: seconds that one call of a hundred exceeds.
    """

    median: float
    p99: float

    def longest(self, random: Random, calls: float) -> float:
        """Draw the longest of some calls that run at once."""
        return self._longest(random.random(), calls)

    def typical(self, calls: float) -> float:
        """Return the median of the longest of some calls that run at once."""
        return self._longest(0.5, calls)

    def _longest(self, drawn: float, calls: float) -> float:
        spread = log(self.p99 / self.median) / _NINETY_NINE
        uniform = drawn ** (1 / max(calls, 1.0))
        return self.median * exp(spread * _NORMAL.inv_cdf(min(max(uniform, 1e-9), 1 - 1e-9)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the stack runs.

    Attributes:
        name: as reports call it.
        put: a PutRecords call.
        read_seconds: a read of the event stream, until the poller has its records.
        log: one of ingest's calls of DynamoDB, `trends` one of rollup's or views'.
        one_at_a_time: whether the tables answer one call after another.
        invoke: from the poller's decision until the handler begins, and from its end back.
        stream_seconds: until the table's stream has a change.
        event_poll_seconds, table_poll_seconds: between two reads of a shard of the event stream and of a table's
            stream (docs/event-source-mapping.md).
        least_table_partitions: of a new on-demand table: it takes 4,000 write units a second (Amazon DynamoDB
            Developer Guide, "On-demand capacity mode"), and a partition 1,000.
        grows: whether tables get partitions as they need them.
        starts: what a function's new environment takes to start if no other does, by logical id; none where
            environments are warm.
        starts_at_once: environments that start at the same time as quickly as one; more share the machine.
        invocations_at_once: likewise invocations.
        first_batch_seconds: by which an environment's first batch takes longer than others.
        fresh: whether the stack starts with the run: then windows and polls of all streams begin together, and one
            thread reads all shards of a stream at the same moments.
        concurrency: invocations at once that the account allows all functions together (AWS Lambda quotas).
        memory_buys_processor: whether less than a whole processor's memory means less of a processor.
    """

    name: str
    put: Latency
    log: Latency
    trends: Latency
    invoke: Latency
    stream_seconds: float
    read_seconds: float = 0.0
    one_at_a_time: bool = False
    fresh: bool = False
    starts: Mapping[str, Latency] | None = None
    starts_at_once: float = float("inf")
    invocations_at_once: float = float("inf")
    first_batch_seconds: float = 0.0
    event_poll_seconds: float = 1.0
    table_poll_seconds: float = 0.25
    least_table_partitions: int = 4
    grows: bool = True
    concurrency: int = 1_000
    memory_buys_processor: bool = True

    def processor(self, megabytes: float, whole: float) -> float:
        """Return the part of a processor that a function has; more than a whole one does not help one thread."""
        return min(megabytes / whole, 1.0) if self.memory_buys_processor else 1.0


AWS: Final = Surroundings(
    name="simulated AWS",
    put=Latency(0.02, 0.1),
    log=Latency(0.004, 0.013),
    trends=Latency(0.004, 0.013),
    invoke=Latency(0.01, 0.05),
    stream_seconds=0.2,
)
"""Latencies are assumptions, but for DynamoDB's, which the benchmarks assume likewise (docs/performance.md)."""


def local_stack(times: LocalTimes) -> Surroundings:
    """Return the local stack's, with what was measured of it.

    Services answer one request at a time (`local.services.server`); one thread reads all shards of a stream and begins
    with all of them at once (`local.pollers.poller`); a table's stream has one shard; memory buys nothing.
    """
    return Surroundings(
        name="simulated local stack",
        put=_latency(times.put),
        read_seconds=times.read.median,
        log=_latency(times.log),
        trends=_latency(times.trends),
        one_at_a_time=True,
        invoke=_latency(times.invoke),
        stream_seconds=0.0,
        fresh=True,
        starts={FUNCTIONS[name]: _latency(time) for name, time in times.starts},
        starts_at_once=times.starts_at_once,
        # The services, which take most of the time, answer one call at a time.
        invocations_at_once=1.0,
        first_batch_seconds=times.first_batch,
        least_table_partitions=1,
        grows=False,
        memory_buys_processor=False,
    )


def _latency(time: CallTime) -> Latency:
    return Latency(time.median, max(time.p99, time.median))
