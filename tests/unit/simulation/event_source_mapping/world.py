"""A small simulated world around the core: one stream, one function, and a clock that jumps to what comes next."""

import heapq
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

from penstock.listing import ListedShard
from simulation.event_source_mapping import Answered, InvocationResult, MappingConfig, MappingIdentity, MappingPoller
from simulation.event_source_mapping.actions import (
    SHARD_END,
    Action,
    Checkpoint,
    InvokeFunction,
    ListShards,
    OpenIterator,
    Position,
    PositionKind,
    ReadProblem,
    ReadRecords,
    SendRecord,
)

KINESIS_ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/events"
DYNAMODB_ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/log/stream/2026-04-29T09:30:00.000"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:failures"
BUCKET_ARN = "arn:aws:s3:::failures"
START = 1_777_454_000.0
SHARD = "shardId-000000000000"
IDENTITY = MappingIdentity(
    "3f6f9f0c-1111-2222-3333-444444444444",
    "arn:aws:lambda:eu-west-1:123456789012:function:ingest",
    "arn:aws:iam::123456789012:role/ingest",
)
OK = Answered(b"null", "request")


def mapping(**properties: Any) -> MappingConfig:  # noqa: ANN401 - a property has any JSON value
    """A Kinesis mapping with defaults, unless told otherwise."""
    return MappingConfig.from_properties(
        {
            "EventSourceArn": KINESIS_ARN,
            "FunctionName": "ingest",
            "StartingPosition": "TRIM_HORIZON",
        }
        | properties
    )


class Put(NamedTuple):
    """A record in the stream."""

    sequence_number: int
    key: str
    data: str
    arrived_at: float


class Call(NamedTuple):
    """One invocation: when it began, and the data of its records."""

    at: float
    data: list[str]
    event: dict[str, Any]


@dataclass
class StreamShard:
    """A shard of the simulated stream."""

    parents: tuple[str, ...] = ()
    closed: bool = False
    records: list[Put] = field(default_factory=list)


Function = Callable[[Call], InvocationResult]


class World:
    """Runs the core against a stream and a function in simulated time.

    `function` answers an invocation; `duration` is how long each takes. `problems` are failures of the next reads
    per shard, `fails` that of all reads. `destination_up` says whether invocation records are taken.
    """

    def __init__(
        self,
        config: MappingConfig | None = None,
        function: Function | None = None,
        *,
        duration: float = 0.0,
        **options: Any,  # noqa: ANN401 - passed on to the core
    ) -> None:
        self.now = START
        self.function = function or (lambda _call: OK)
        self.duration = duration
        self.shards: dict[str, StreamShard] = {SHARD: StreamShard()}
        self.calls: list[Call] = []
        self.actions: list[tuple[float, Action]] = []
        self.sent: list[SendRecord] = []
        self.problems: dict[str, list[ReadProblem]] = {}
        self.fails: ReadProblem | None = None
        self.destination_up = True
        self.running = 0
        self.most_running = 0
        self._expired_before = 0
        self._iterators: dict[str, tuple[str, int, int]] = {}
        self._numbers = count(1)
        self._sequence = count(1)
        self._ids = count(1)
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._config = config or mapping()
        self._options = options
        self.core = self._new_core(**options)

    def _new_core(self, **options: Any) -> MappingPoller:  # noqa: ANN401 - passed on to the core
        return MappingPoller(self._config, IDENTITY, now=self.now, new_id=lambda: f"id-{next(self._ids)}", **options)

    def restart(self) -> None:
        """Replace the core by a new one that knows its checkpoints. What was under way ends without anyone waiting."""
        self.core = self._new_core(**self._options | {"checkpoints": self.core.checkpoints})
        self.running = 0

    # The stream.

    def put(self, *data: str, key: str = "key", shard: str = SHARD) -> list[str]:
        """Put records into a shard now; returns their sequence numbers."""
        puts = [Put(next(self._sequence), key, each, self.now) for each in data]
        self.shards[shard].records.extend(puts)
        return [str(put.sequence_number) for put in puts]

    def split(self, parent: str, *children: str) -> None:
        """Close a shard and open its children."""
        self.shards[parent].closed = True
        for child in children:
            self.shards[child] = StreamShard(parents=(parent,))

    def expire_iterators(self) -> None:
        """Make every iterator given out so far expire."""
        self._expired_before = next(self._numbers)

    # Time.

    def at(self, seconds: float, happening: Callable[[], object]) -> None:
        """Have something happen so many seconds after the start."""
        self._push(START + seconds, happening)

    def run(self, seconds: float) -> None:
        """Let time pass until so many seconds after the start."""
        until = START + seconds
        rounds = 0
        while True:
            self._act()
            wakes = [self._events[0][0]] if self._events else []
            wake = self.core.wake()
            if wake is not None:
                wakes.append(wake)
            then = min(wakes, default=until)
            if then > until:
                break
            rounds = 0 if then > self.now else rounds + 1
            assert rounds < 10_000, f"nothing but activity at {self.now - START} s"
            self.now = max(self.now, then)
            if not self._events and wake is None:
                break
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)[2]()
                self._act()
        self.now = until

    # What was seen.

    @property
    def delivered(self) -> list[list[str]]:
        """The data of every invocation, in order."""
        return [call.data for call in self.calls]

    @property
    def times(self) -> list[float]:
        """When invocations began, in seconds after the start."""
        return [round(call.at - START, 6) for call in self.calls]

    def seen(self, kind: type[Action]) -> list[Any]:
        """All actions of a kind."""
        return [action for _, action in self.actions if isinstance(action, kind)]

    def seen_at(self, kind: type[Action]) -> list[float]:
        """When actions of a kind were asked for, in seconds after the start."""
        return [round(at - START, 6) for at, action in self.actions if isinstance(action, kind)]

    @property
    def checkpoints(self) -> dict[str, str]:
        """The last checkpoint of every shard, without those that say that it ended."""
        return {
            action.shard_id: action.sequence_number
            for action in self.seen(Checkpoint)
            if action.sequence_number != SHARD_END
        }

    # Performing actions.

    def _push(self, at: float, happening: Callable[[], object]) -> None:
        heapq.heappush(self._events, (at, next(self._order), happening))

    def _act(self) -> None:
        for action in self.core.actions(self.now):
            self.actions.append((self.now, action))
            self.asked(action)
            match action:
                case ListShards():
                    listing = [ListedShard(name, shard.parents, shard.closed) for name, shard in self.shards.items()]
                    self.core.shards_listed(listing, self.now)
                case OpenIterator(shard_id, position):
                    if not self._fails(shard_id):
                        iterator = self._iterator(shard_id, self._place(shard_id, position))
                        self.core.iterator_opened(shard_id, iterator, self.now)
                case ReadRecords(shard_id, iterator, limit):
                    self._read(shard_id, iterator, limit)
                case InvokeFunction(token, event):
                    self._invoke(token, event)
                case SendRecord():
                    self._send(action)

    def _fails(self, shard_id: str) -> bool:
        """Report the next problem laid up for a shard, if there is one."""
        problems = self.problems.get(shard_id)
        if not problems:
            return False
        self.core.read_failed(shard_id, problems.pop(0), self.now)
        return True

    def _place(self, shard_id: str, position: Position) -> int:
        records = self.shards[shard_id].records
        if position.kind is PositionKind.LATEST:
            return len(records)
        for place, record in enumerate(records):
            if position.kind is PositionKind.TRIM_HORIZON:
                return place
            if position.kind is PositionKind.AT_TIMESTAMP and record.arrived_at >= position.timestamp:
                return place
            if position.kind is PositionKind.AFTER_SEQUENCE_NUMBER and record.sequence_number > int(
                position.sequence_number
            ):
                return place
        return len(records)

    def _iterator(self, shard_id: str, place: int) -> str:
        number = next(self._numbers)
        iterator = f"{shard_id}/{number}"
        self._iterators[iterator] = (shard_id, place, number)
        return iterator

    def _read(self, shard_id: str, iterator: str, limit: int) -> None:
        _, place, number = self._iterators[iterator]
        if self._fails(shard_id):
            return
        if self.fails is not None:
            self.core.read_failed(shard_id, self.fails, self.now)
            return
        if number < self._expired_before:
            self.core.read_failed(shard_id, ReadProblem.EXPIRED_ITERATOR, self.now)
            return
        shard = self.shards[shard_id]
        records = shard.records[place : place + limit]
        end = place + len(records)
        following = None if shard.closed and end == len(shard.records) else self._iterator(shard_id, end)
        behind = 0
        if end < len(shard.records):
            behind = max(1, int((self.now - shard.records[end].arrived_at) * 1000))
        self.core.records_read(shard_id, [raw(record) for record in records], following, self.now, millis_behind=behind)

    def _invoke(self, token: int, event: bytes) -> None:
        parsed = json.loads(event)
        data = [b64decode(record["kinesis"]["data"]).decode() for record in parsed["Records"]]
        call = Call(self.now, data, parsed)
        self.calls.append(call)
        self.running += 1
        self.most_running = max(self.most_running, self.running)

        core = self.core

        def finish() -> None:
            if core is self.core:
                self.running -= 1
            core.invoked(token, self.function(call), self.now)

        self._push(self.now + self.time_of(call), finish)

    def time_of(self, call: Call) -> float:
        """How many seconds an invocation takes."""
        del call
        return self.duration

    def _send(self, action: SendRecord) -> None:
        self.sent.append(action)
        core = self.core

        def finish() -> None:
            if self.destination_up:
                self.taken(action)
                core.record_sent(action.token, self.now)
            else:
                core.record_refused(action.token, self.now)

        self._push(self.now, finish)

    def asked(self, action: Action) -> None:
        """The core asks for an action. For a test to watch."""

    def taken(self, action: SendRecord) -> None:
        """The failure destination took a record. For a test to watch."""


def raw(record: Put) -> Mapping[str, Any]:
    """A record as GetRecords returns it."""
    return {
        "SequenceNumber": str(record.sequence_number),
        "PartitionKey": record.key,
        "Data": record.data.encode(),
        "ApproximateArrivalTimestamp": datetime.fromtimestamp(record.arrived_at, UTC),
    }


def failures(*sequence_numbers: str) -> Answered:
    """A partial batch response that names these sequence numbers."""
    items = [{"itemIdentifier": number} for number in sequence_numbers]
    return Answered(json.dumps({"batchItemFailures": items}).encode(), "request")
