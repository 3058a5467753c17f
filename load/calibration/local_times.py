"""How long the local stack takes for a call: measured on one that is started for it and has nothing else to do."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final, NamedTuple

from load.calibration.batches import Batches, EventShape
from load.calibration.calibration import CallTime, FunctionCost, LocalTimes
from load.configuration import Configuration
from load.model.applying import STATE_CALLS
from local.stack import LocalStack
from penstock import Producer
from penstock.config import ProducerConfig

TIMES: Final = 50
"""Each call is made so often."""
BETWEEN_SECONDS: Final = 0.02
"""Calls come apart, as a load's do: one right after another finds everything awake."""
WARM_UP: Final = 5
"""Calls before those that count."""
BATCHES: Final = 30
BATCH_EVENTS: Final = 200
BATCH_SECONDS: Final = 0.4
"""Between two batches of ingest: rollup is done with one before the next."""
READ_RECORDS: Final = 10
RECORD_BYTES: Final = 3_000
"""What a second of a few hundred events puts into a shard: the linger's ten aggregates of ten events."""
LEAST_SECONDS: Final = 1e-4
"""A call takes so much at least, whatever was deducted."""

_ROOT: Final = Path(__file__).resolve().parents[2]
_NAME: Final = "calibration"


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


def local_times(ingest: FunctionCost, rollup: FunctionCost) -> LocalTimes:
    """Start a local stack and measure it; the functions' own work is no call's, and is deducted.

    Raises:
        local.stack.StackError: it can't be started.
    """
    configuration, noted = Configuration(rollup_window_seconds=0), _Noted()
    with TemporaryDirectory(prefix="penstock-calibration-") as logs:
        stack = LocalStack.start(
            template=_ROOT / "template.yaml",
            port=0,
            directory=Path(logs),
            parameters={**configuration.parameters, "Schedule": configuration.schedule},
            observer=noted,
            write_limits=True,
        )
        with stack:
            began = time.perf_counter()
            _invoke_with_nothing(stack)
            start = time.perf_counter() - began
            whole = _call_time(list(_timed(lambda _: _invoke_with_nothing(stack))))
            way = max(whole.median - ingest.seconds["batch"], LEAST_SECONDS)
            _invoke_with_events(stack)
            calls = call_seconds(noted.invocations, ingest, rollup, way)
            return LocalTimes(
                put=_call_time(list(_puts(stack))),
                read=_call_time(list(_reads(stack.client("kinesis")))),
                log=_call_time(calls["IngestFunction"]),
                trends=_call_time(calls["RollupFunction"]),
                invoke=CallTime(median=way, p99=way + whole.p99 - whole.median),
                start=start,
            )


def call_seconds(
    invocations: list[Invocation], ingest: FunctionCost, rollup: FunctionCost, way: float
) -> dict[str, list[float]]:
    """Return what a call took, by the function that made it: of each invocation, what is left for each of its calls."""
    found: dict[str, list[float]] = {"IngestFunction": [], "RollupFunction": []}
    for function, seconds, metrics in invocations:
        if function == "IngestFunction" and (calls := metrics.get("SegmentsWritten", 0)):
            events = metrics["EventsReceived"]
            work = ingest.of(record=metrics["RecordsReceived"], event=events, hashtag=events, segment=calls)
        elif function == "RollupFunction" and (calls := metrics.get("BucketsWritten", 0)):
            work = rollup.of(segment=metrics["SegmentsReceived"], unit=metrics["WriteUnits"])
            calls += STATE_CALLS
        else:
            continue
        found[function].append(max((seconds - way - work) / calls, LEAST_SECONDS))
    # The first batches meet addresses and minutes that are new, which takes calls that are not counted here.
    return {function: each[len(each) // 3 :] for function, each in found.items()}


def _timed(call: Callable[[int], object]) -> Iterator[float]:
    for number in range(WARM_UP + TIMES):
        began = time.perf_counter()
        call(number)
        took = time.perf_counter() - began
        if number >= WARM_UP:
            yield took
        time.sleep(BETWEEN_SECONDS)


def _call_time(seconds: list[float]) -> CallTime:
    return CallTime(median=median(seconds), p99=quantiles(seconds, n=100, method="inclusive")[98])


def _invoke_with_nothing(stack: LocalStack) -> None:
    stack.invoke("IngestFunction", {"Records": []})


def _invoke_with_events(stack: LocalStack) -> None:
    """Have ingest fold batches, which its log's stream brings to rollup, one after another."""
    batches = Batches(EventShape(), seed=1)
    for _ in range(BATCHES):
        made = batches.make(BATCH_EVENTS, RECORD_BYTES, time.time(), 1.0)
        stack.invoke("IngestFunction", made.batch)
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
