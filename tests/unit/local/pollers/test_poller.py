"""The thread shell: threads, results and stopping, against a stream in memory."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

import pytest

from local.pollers.destinations import DestinationError
from local.pollers.poller import Poller, PollerFailedError, steady_clock
from penstock.listing import ListedShard
from simulation.event_source_mapping import (
    Answered,
    FunctionFailed,
    InvocationResult,
    MappingConfig,
    MappingIdentity,
    MappingPoller,
)
from simulation.event_source_mapping.actions import Position, ReadProblem
from simulation.event_source_mapping.backoff import Backoff
from simulation.event_source_mapping.configuration import Destination
from simulation.event_source_mapping.invocation_record import InvocationRecord
from simulation.event_source_mapping.limits import ReadLimits
from simulation.streams.reader import ReadAnswer, ReadError

ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/events"
SHARD = "shardId-000000000000"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:failures"
SOON = 20.0
"""Seconds that a test waits for what takes milliseconds."""


class Stream:
    """A reader of a stream of one shard. Iterators are places."""

    def __init__(self) -> None:
        self._records: list[dict[str, Any]] = []
        self._lock = Lock()
        self.problems: list[Exception] = []
        """Raised by the next reads, one each."""
        self.listing_problems: list[Exception] = []
        self.listed = 0

    def put(self, *data: str) -> None:
        with self._lock:
            for each in data:
                number = str(len(self._records) + 1)
                self._records.append(
                    {
                        "SequenceNumber": number,
                        "PartitionKey": each,
                        "Data": each.encode(),
                        "ApproximateArrivalTimestamp": steady_clock()(),
                    }
                )

    def list_shards(self) -> list[ListedShard]:
        self.listed += 1
        if self.listing_problems:
            raise self.listing_problems.pop(0)
        return [ListedShard(SHARD)]

    def open_iterator(self, shard_id: str, position: Position) -> str:
        assert shard_id == SHARD
        return position.sequence_number or "0"

    def read(self, iterator: str, limit: int) -> ReadAnswer:
        if self.problems:
            raise self.problems.pop(0)
        with self._lock:
            start = int(iterator)
            records = self._records[start : start + limit]
            behind = 1 if start + limit < len(self._records) else 0
            return ReadAnswer(records, str(start + len(records)), behind)


class Function:
    """Remembers the data it was invoked with; `answer` decides what becomes of it."""

    def __init__(self, answer: Callable[[list[str]], InvocationResult] | None = None) -> None:
        self.answer = answer or (lambda _data: Answered(b"null"))
        self.calls: list[list[str]] = []
        self._lock = Lock()

    def __call__(self, event: bytes) -> InvocationResult:
        data = [record["kinesis"]["partitionKey"] for record in json.loads(event)["Records"]]
        with self._lock:
            self.calls.append(data)
        return self.answer(data)


class Running:
    """An invocation that runs until it is let end."""

    def __init__(self) -> None:
        self.began, self.end = Event(), Event()

    def __call__(self, _data: list[str]) -> InvocationResult:
        self.began.set()
        self.end.wait(SOON)
        return Answered(b"null")


class Consumed:
    """Remembers what it was told, and lets a test wait for it."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.heard = Event()

    def __call__(self, stream_arn: str, shard_id: str, sequence_number: str) -> None:
        self.told.append((stream_arn, shard_id, sequence_number))
        self.heard.set()


def no_destination(destination: Destination, record: InvocationRecord) -> None:
    raise AssertionError(f"{record} for {destination}")


@contextmanager
def polling(
    stream: Stream,
    function: Callable[[bytes], InvocationResult],
    *,
    core_type: type[MappingPoller] = MappingPoller,
    send: Callable[[Destination, InvocationRecord], None] = no_destination,
    consumed: Callable[[str, str, str], None] | None = None,
    **properties: Any,  # noqa: ANN401 - a property has any JSON value
) -> Iterator[Poller]:
    config = MappingConfig.from_properties(
        {"EventSourceArn": ARN, "FunctionName": "ingest", "StartingPosition": "TRIM_HORIZON"} | properties
    )
    clock = steady_clock()
    core = core_type(
        config,
        MappingIdentity("mapping", "function", "role"),
        now=clock(),
        new_id=lambda: "id",
        backoff=Backoff(0.001, 0.01),
        limits=ReadLimits(0.01, 0.001, 1000, float("inf")),
    )
    poller = Poller(core, stream, function, send=send, clock=clock, consumed=consumed)
    poller.start()
    try:
        yield poller
    finally:
        poller.stop()


def test_delivers_what_is_put_and_says_when_it_is_idle() -> None:
    stream, function = Stream(), Function()
    stream.put("a", "b")
    with polling(stream, function) as poller:
        assert poller.wait_until_idle(SOON)
        stream.put("c")
        assert poller.wait_until_idle(SOON)
        assert poller.lag() == 0
        assert poller.checkpoints == {SHARD: "3"}
        assert poller.counters.acknowledged == 3
    assert [data for call in function.calls for data in call] == ["a", "b", "c"]


@pytest.mark.parametrize(("timeout", "knows"), [(SOON, True), (0, False)])
def test_looks_no_longer_when_nobody_waits_any_more(timeout: float, knows: bool) -> None:
    asked: list[str] = []
    away = Event()

    class Looking(MappingPoller):
        def look(self, now: float) -> None:
            super().look(now)
            asked.append("look")

        def look_away(self) -> None:
            super().look_away()
            asked.append("look away")
            away.set()

    stream, running = Stream(), Running()
    stream.put("a")
    if knows:
        running.end.set()
    with polling(stream, Function(running), core_type=Looking) as poller:
        assert running.began.wait(SOON)
        assert poller.wait_until_idle(timeout) is knows
        assert away.wait(SOON)
        running.end.set()
    assert asked == ["look", "look away"]


def test_concurrent_batches_run_at_the_same_time() -> None:
    first, second = Event(), Event()

    def meet(data: list[str]) -> InvocationResult:
        mine, others = (first, second) if data == ["a"] else (second, first)
        mine.set()
        return Answered(b"null") if others.wait(SOON) else FunctionFailed()

    stream, function = Stream(), Function(meet)
    stream.put("a", "b")
    with polling(stream, function, ParallelizationFactor=10, BatchSize=1) as poller:
        assert poller.wait_until_idle(SOON)
        assert poller.counters.errors == 0


def test_is_not_idle_and_lags_while_an_invocation_runs() -> None:
    running = Running()
    stream, function = Stream(), Function(running)
    stream.put("a")
    with polling(stream, function) as poller:
        assert running.began.wait(SOON)
        assert not poller.wait_until_idle(0)
        assert poller.lag() > 0
        running.end.set()
        assert poller.wait_until_idle(SOON)


def test_stops_at_once_while_an_invocation_runs_and_a_window_is_open() -> None:
    running = Running()
    stream, function = Stream(), Function(running)
    stream.put("a")
    with polling(stream, function, ParallelizationFactor=2) as poller:
        assert running.began.wait(SOON)
        poller.stop()
        assert not running.end.is_set()
        assert poller.checkpoints == {}
    running.end.set()


def test_an_exception_of_the_runtime_is_an_invocation_that_never_happened() -> None:
    failing = [RuntimeError("no such process")]

    def fail_once(_data: list[str]) -> InvocationResult:
        if failing:
            raise failing.pop()
        return Answered(b"null")

    stream, function = Stream(), Function(fail_once)
    stream.put("a")
    with polling(stream, function, MaximumRetryAttempts=0) as poller:
        assert poller.wait_until_idle(SOON)
        assert poller.counters.not_invoked == 1
        assert poller.counters.discarded == 0
    assert function.calls == [["a"], ["a"]]


def test_failed_reads_and_listings_are_tried_again() -> None:
    stream, function = Stream(), Function()
    stream.put("a")
    stream.listing_problems = [ReadError(ReadProblem.THROTTLED, "no")]
    stream.problems = [ReadError(problem, "no") for problem in ReadProblem]
    with polling(stream, function) as poller:
        assert poller.wait_until_idle(SOON)
        assert poller.counters.read_failures == 4
        assert poller.counters.read_throttles == poller.counters.iterators_renewed == poller.counters.trimmed == 1
    assert function.calls == [["a"]]
    assert stream.listed == 3, "once more for the shard that was not found"


def test_a_discarded_batch_goes_to_the_destination_until_it_is_taken() -> None:
    refusals = [DestinationError("no such queue")]
    sent: list[tuple[Destination, InvocationRecord]] = []

    def send(destination: Destination, record: InvocationRecord) -> None:
        if refusals:
            raise refusals.pop()
        sent.append((destination, record))

    stream, function = Stream(), Function(lambda _data: FunctionFailed())
    stream.put("a")
    destination = {"OnFailure": {"Destination": QUEUE_ARN}}
    with polling(stream, function, send=send, MaximumRetryAttempts=0, DestinationConfig=destination) as poller:
        assert poller.wait_until_idle(SOON)
        assert poller.counters.refused_records == 1
        assert poller.checkpoints == {SHARD: "1"}
    [(where, record)] = sent
    assert where.arn == QUEUE_ARN
    assert json.loads(record.body)["KinesisBatchInfo"]["shardId"] == SHARD


def test_tells_what_is_consumed_after_the_checkpoint_and_not_before() -> None:
    end, consumed = Event(), Consumed()

    def wait(_data: list[str]) -> InvocationResult:
        assert not consumed.told
        end.wait(SOON)
        return Answered(b"null")

    stream, function = Stream(), Function(wait)
    stream.put("a", "b")
    with polling(stream, function, consumed=consumed) as poller:
        assert not poller.wait_until_idle(0)
        end.set()
        assert consumed.heard.wait(SOON)
        assert poller.wait_until_idle(SOON)
    assert consumed.told == [(ARN, SHARD, "2")]


def test_goes_on_when_nobody_takes_what_is_consumed() -> None:
    heard = Event()

    def refuse(_stream_arn: str, _shard_id: str, _sequence_number: str) -> None:
        heard.set()
        raise OSError("gone")

    stream, function = Stream(), Function()
    stream.put("a")
    with polling(stream, function, consumed=refuse) as poller:
        assert heard.wait(SOON)
        stream.put("b")
        assert poller.wait_until_idle(SOON)


def test_an_error_of_its_own_ends_it_and_is_told_to_whoever_asks(caplog: pytest.LogCaptureFixture) -> None:
    stream, function = Stream(), Function()
    stream.problems = [ZeroDivisionError("a bug")]
    with polling(stream, function) as poller:
        with pytest.raises(PollerFailedError, match="a bug"):
            poller.wait_until_idle(SOON)
        with pytest.raises(PollerFailedError, match="ingest"):
            poller.check()
    assert "a bug" in caplog.text


def test_a_disabled_mapping_reads_nothing() -> None:
    stream, function = Stream(), Function()
    stream.put("a")
    with polling(stream, function, Enabled=False) as poller:
        assert poller.wait_until_idle(SOON)
    assert stream.listed == 0
    assert function.calls == []


def test_can_be_stopped_twice_and_before_it_started() -> None:
    with polling(Stream(), Function()) as poller:
        poller.stop()
        poller.stop()
