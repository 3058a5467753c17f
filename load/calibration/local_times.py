"""How long the local stack takes for a call: measured on one that is started for it.

Most is measured while it has nothing else to do; what ingest's and rollup's calls take, which the services answer one
at a time, of their invocations under a load (`load.calibration.loaded`).
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final, NamedTuple

from load.calibration.batches import Batches, EventShape
from load.calibration.calibration import CallTime, FunctionCost, LocalTimes
from load.calibration.invoking import invoke, invoke_with_nothing
from load.calibration.loaded import load
from load.calibration.starts import measure_starts
from load.configuration import Configuration
from load.errors import LoadError
from load.measure.functions import FUNCTIONS
from load.model.applying import STATE_CALLS
from load.runs.local_stack import start_local_stack
from local.stack import LocalStack
from penstock import Producer
from penstock.config import ProducerConfig

TIMES: Final = 50
"""Each call is made so often."""
BETWEEN_SECONDS: Final = 0.02
"""Calls come apart, as a load's do: one right after another finds everything awake."""
WARM_UP: Final = 5
"""Calls before those that count."""
FIRST_BATCHES: Final = 10
"""So often a new environment has its first batch."""
BATCH_EVENTS: Final = 200
BATCH_SECONDS: Final = 0.4
"""Between two batches of ingest: rollup is done with one before the next."""
LOADED_SECONDS: Final = 40.0
"""Of a load, in which ingest and rollup have a batch a second, of which the last two thirds count."""
READ_RECORDS: Final = 10
RECORD_BYTES: Final = 3_000
"""What a second of a few hundred events puts into a shard: the linger's ten aggregates of ten events."""
IDLE_SECONDS: Final = 30.0
"""Until rollup has what ingest wrote."""
LEAST_SECONDS: Final = 1e-4
"""A call takes so much at least, whatever was deducted."""

_NAME: Final = "calibration"
_INGEST: Final = FUNCTIONS["ingest"]
_ROLLUP: Final = FUNCTIONS["rollup"]


class Invocation(NamedTuple):
    """One invocation.

    Attributes:
        function: its logical id.
        seconds: from the event's being handed over to the answer.
        metrics: what it logged, by name.
    """

    function: str
    seconds: float
    metrics: dict[str, float]


class _Noted:
    """Invocations, each with the metrics it logged, which are told before it. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._metrics: dict[str, dict[str, float]] = {}
        self.invocations: list[Invocation] = []

    def invoked(self, logical_id: str, seconds: float, *, failed: bool) -> None:
        with self._lock:
            metrics = self._metrics.pop(logical_id.removesuffix("Function").lower(), {})
            if not failed:
                self.invocations.append(Invocation(logical_id, seconds, metrics))

    def measured(self, service: str, metric: str, value: float) -> None:
        with self._lock:
            self._metrics.setdefault(service, {})[metric] = value


def local_times(ingest: FunctionCost, rollup: FunctionCost, show: Callable[[str], object]) -> LocalTimes:
    """Start a local stack and measure it; the functions' own work is no call's, and is deducted.

    Args:
        ingest: what it costs.
        rollup: likewise.
        show: is told how far it is.

    Raises:
        LoadError: the load broke down, a function failed, or the machine was too busy to tell.
        local.stack.StackError: the stack can't be started.
    """
    show("the local stack starts")
    configuration, noted = Configuration(shards=1, ingest_window_seconds=0, rollup_window_seconds=0), _Noted()
    with (
        TemporaryDirectory(prefix="penstock-calibration-") as logs,
        start_local_stack(configuration, Path(logs), noted) as stack,
    ):
        batches = Batches(EventShape(), seed=1)
        starts, first_batch = measure_starts(stack, show), _first_batch(stack, batches, noted, show)
        show("local stack: invocations, reads and acknowledgements")
        whole = _call_time(list(_timed(lambda _: invoke_with_nothing(stack, _INGEST))))
        way = max(whole.median - ingest.seconds["batch"], LEAST_SECONDS)
        put, read = _call_time(list(_puts(stack))), _call_time(list(_reads(stack.client("kinesis"))))
        noted.invocations.clear()
        load(stack, LOADED_SECONDS, show)
        calls = call_seconds(list(noted.invocations), ingest, rollup, way)
        return LocalTimes(
            put=put,
            read=read,
            log=_call_time(calls[_INGEST]),
            trends=_call_time(calls[_ROLLUP]),
            invoke=CallTime(median=way, p99=way + whole.p99 - whole.median),
            starts=starts.alone,
            starts_at_once=starts.at_once,
            first_batch=first_batch,
        )


def call_seconds(
    invocations: list[Invocation], ingest: FunctionCost, rollup: FunctionCost, way: float
) -> dict[str, list[float]]:
    """Return what a call took, by the function that made it: of each invocation, what is left for each of its calls."""
    found: dict[str, list[float]] = {_INGEST: [], _ROLLUP: []}
    for function, seconds, metrics in invocations:
        if function == _INGEST and (calls := metrics.get("SegmentsWritten", 0)):
            events = metrics["EventsReceived"]
            work = ingest.of(record=metrics["RecordsReceived"], event=events, hashtag=events, segment=calls)
        elif function == _ROLLUP and (calls := metrics.get("BucketsWritten", 0)):
            work = rollup.of(segment=metrics["SegmentsReceived"], unit=metrics["WriteUnits"])
            calls += STATE_CALLS
        else:
            continue
        found[function].append(max((seconds - way - work) / calls, LEAST_SECONDS))
    # The first batches meet addresses and minutes that are new, which takes calls that are not counted here.
    return {function: each[len(each) // 3 :] for function, each in found.items()}


def _timed(call: Callable[[int], object]) -> Iterator[float]:
    for number in range(WARM_UP + TIMES):
        took = _seconds(partial(call, number))
        if number >= WARM_UP:
            yield took
        time.sleep(BETWEEN_SECONDS)


def _call_time(seconds: list[float]) -> CallTime:
    return CallTime(median=median(seconds), p99=quantiles(seconds, n=100, method="inclusive")[98])


def _first_batch(stack: LocalStack, batches: Batches, noted: _Noted, show: Callable[[str], object]) -> float:
    """Return how much longer an environment's first batch takes than its second, of ingest's and rollup's.

    Raises:
        LoadError: they did not have two batches each.
    """
    longer: list[float] = []
    for number in range(FIRST_BATCHES):
        show(f"local stack: {number} of {FIRST_BATCHES} first batches")
        for function in (_INGEST, _ROLLUP):
            # A deployed version begins with new environments.
            stack.deploy(function)
        invoke_with_nothing(stack, _INGEST)
        noted.invocations.clear()
        _invoke_with_events(stack, batches, 2)
        if not stack.wait_until_idle(IDLE_SECONDS):
            raise LoadError(
                f"rollup was not done with two batches of {BATCH_EVENTS} events within {IDLE_SECONDS:g} s; "
                "calibrate on a machine that does nothing else"
            )
        longer += (first_batch_longer(noted.invocations, function) for function in (_INGEST, _ROLLUP))
    return max(0.0, median(longer))


def first_batch_longer(invocations: list[Invocation], function: str) -> float:
    """Return by how many seconds a function's first invocation took longer than its second.

    Raises:
        LoadError: there are not two.
    """
    seconds = [each.seconds for each in invocations if each.function == function]
    if len(seconds) < 2:
        raise LoadError(
            f"{function} was to have two batches, one after another, and had {len(seconds)} without a failure; "
            "calibrate on a machine that does nothing else"
        )
    return seconds[0] - seconds[1]


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _invoke_with_events(stack: LocalStack, batches: Batches, times: int) -> None:
    """Have ingest fold batches, which its log's stream brings to rollup, one after another."""
    for _ in range(times):
        made = batches.make(BATCH_EVENTS, RECORD_BYTES, time.time(), 1.0)
        invoke(stack, _INGEST, made.batch)
        time.sleep(BATCH_SECONDS)


def _puts(stack: LocalStack) -> Iterator[float]:
    """Send an aggregate at a time as a load's workers do. Into a stream of its own: nobody processes it."""
    stack.client("kinesis").create_stream(StreamName=_NAME, ShardCount=1)
    config = ProducerConfig(linger_seconds=0.0)
    with Producer(_NAME, client=stack.client("kinesis", attempts=1), config=config) as producer:
        yield from _timed(lambda _: producer.put(bytes(RECORD_BYTES), partition_key=_NAME).result())


def _reads(kinesis: Any) -> Iterator[float]:  # noqa: ANN401 - boto3 makes a client's type at run time
    """Read what a shard gets in a second."""
    [shard] = kinesis.list_shards(StreamName=_NAME)["Shards"]
    iterator = kinesis.get_shard_iterator(StreamName=_NAME, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    yield from _timed(lambda _: kinesis.get_records(ShardIterator=iterator, Limit=READ_RECORDS))
