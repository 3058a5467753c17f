"""Segments, minutes and rollups to test with: small, and without clocks, threads or waits of their own."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from consumers.counts import Counts, empty
from consumers.pane_log.log import PaneLog
from consumers.pane_log.segment import Segment, encode
from consumers.rollup.allowance import Allowance
from consumers.rollup.contention import Contention
from consumers.rollup.memory import Memory
from consumers.rollup.rollup import Rollup
from consumers.schedule import Address, Schedule
from consumers.trends.retention import Retention
from consumers.trends.table import TrendsTable
from tests.unit.consumers.simulated_tables import LOG_TABLE, TRENDS_TABLE, SimulatedTables

SCHEDULE = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 30, "groups": 2, "buckets": 2}]')
RETENTION = Retention.beyond(7)
MINUTE = 1_763_717_400
"""2025-11-21T09:30:00Z."""
BUCKETS = 3


class SerialExecutor(Executor):
    """Does each thing at once, in the caller's thread."""

    def submit(self, task: Callable[..., Any], /, *args: object, **kwargs: object) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(task(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future holds whatever its task raised
            future.set_exception(error)
        return future


def an_address(index: int = 0, minute: int = MINUTE) -> Address:
    pane, group = divmod(index, 2)
    return Address(minute + 30 * pane, 30, group, 2)


def some_counts(*hashtags: str, events: int = 1) -> Counts:
    return empty() | {
        "hashtag": dict.fromkeys(hashtags, events),
        "lang": {"en": events},
        "platform": {"bluesky": events},
        "kind": {"post": events},
    }


def a_segment(
    number: int = 0, *hashtags: str, address: Address | None = None, counts: Counts | None = None, arrived_ms: int = 0
) -> Segment:
    address = address or an_address()
    counts = counts or some_counts(*(hashtags or ("rivers",)))
    return Segment(
        address=address,
        number=number,
        fingerprints=number.to_bytes(8, "big") * sum(counts["kind"].values()),
        counts=counts,
        nonce=b"12345678",
        arrived_ms=arrived_ms or (address.pane + 30) * 1_000 + number,
        expires=address.pane + 10 * 86_400,
    )


def append(dynamodb: SimulatedTables, *segments: Segment) -> None:
    """Put segments into the log without a call."""
    dynamodb.load(LOG_TABLE, map(encode, segments))


def a_rollup(
    dynamodb: SimulatedTables,
    clock: Callable[[], float] = lambda: MINUTE + 90.0,
    memory: Memory | None = None,
    *,
    schedule: Schedule = SCHEDULE,
    allowance: Allowance | None = None,
    spent: Callable[[], float] = lambda: 0.0,
) -> Rollup:
    return Rollup(
        TrendsTable(dynamodb.client(), TRENDS_TABLE),
        PaneLog(dynamodb.client(), LOG_TABLE),
        schedule,
        RETENTION,
        pool=SerialExecutor(),
        clock=clock,
        contention=Contention(lambda _: None, lambda low, _: low),
        memory=memory,
        allowance=allowance,
        spent=spent,
    )


def plenty() -> float:
    return 300.0
