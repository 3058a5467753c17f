"""The consumers in a simulated world: two ingests, two rollups, a sweep and a reader, interleaved at every call.

All chance comes from one seed. A run has phases, and time leaps between them. Within a phase clients send and functions
are invoked: with any slice of a shard, twice, out of turn, two at once, killed before or after any call, short of time,
with tasks that outlive them; calls are throttled and lost, reads are old, the stream of the log loses some of what it
carries, the schedule gets an entry. Then all of that ends, what nobody has acknowledged is delivered until someone
does, and the sweep comes round.
"""

import json
import random
import zlib
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.rollup.levels import CLOSE_AFTER_SECONDS
from consumers.schedule import DAY, HOUR, MINUTE, Schedule
from consumers.tables import Level
from consumers.trends.table import TrendsTable
from consumers.views.search.reader import SearchReader
from consumers.views.strips.table import StripsTable
from reporting.queries import Queries
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.windows import Window
from simulation.services.faults import Fault
from simulation.services.s3 import SimulatedS3
from simulation.services.stream_records import as_lambda_sends
from simulation.services.table import Change
from simulation.turns import Turns
from tests.simulation.environments import Environment, FunctionName, Invocation, Killed, here
from tests.simulation.stream import Stream
from tests.simulation.truth import Truth
from tests.unit.consumers.ingest.batches import Put, a_batch
from tests.unit.consumers.rollup.making import SerialExecutor
from tests.unit.consumers.simulated_tables import LOG_TABLE, TRENDS_TABLE, SimulatedTables

MIDNIGHT: Final = 1_763_769_600
"""2025-11-22T00:00:00Z, around which the world begins."""
DEDUP_DAYS: Final = 1
STREAM_HOURS: Final = 24
BUCKET: Final = "failed-events"
DEPLOYED_SECONDS: Final = 540
"""How long environments of an earlier deployment may still be invoked."""
LOG_SHARDS: Final = 2
FAULTS: Final = [fault for fault in Fault if fault is not Fault.NONE]
ROUNDS: Final = 100
"""Deliveries after which everything must be acknowledged once nothing fails any more."""


class World:
    """One run; `phase` as often as wanted, then `settle`."""

    def __init__(self, seed: int, *, sweeps: bool = True) -> None:
        """Without `sweeps` the stream of the log loses nothing: there is nobody who would repair it, or a mistake."""
        self.sweeps = sweeps
        self.chance: Final = random.Random(seed)
        self.now = MIDNIGHT + self.chance.randint(-3 * HOUR, HOUR) + self.chance.randrange(8) / 8
        self.entries = [{"from": "1970-01-01T00:00:00Z", "seconds": 30, "groups": 2, "buckets": 2}]
        self.deployed_at = 0.0
        self.truth: Final = Truth(DEDUP_DAYS * DAY)
        self.stream: Final = Stream(self.chance, self.truth, DEDUP_DAYS * DAY)
        self.dynamodb: Final = SimulatedTables(self.clock)
        self.s3: Final = SimulatedS3(BUCKET, page_keys=2)
        for service in (self.dynamodb, self.s3):
            service.before_call = self._before_call
            service.after_call = self._after_call
        self.dynamodb.lag = self._lag
        self.turns: Final = Turns(self.chance.randrange)
        self.fault_rate = self.chance.choice([0.0, 0.05, 0.2])
        self.kill_rate = self.chance.choice([0.0, 0.2, 0.4])
        self.late_rate = self.chance.choice([0.0, 0.05, 0.2])
        self.loss_rate = self.chance.choice([0.0, 0.2]) if sweeps else 0.0
        self.most_lag = self.chance.choice([0, 4, 40])
        self.folded: Final[defaultdict[str, set[int]]] = defaultdict(set)
        """By shard, the sequence numbers that ingest has acknowledged."""
        self.applied: Final[set[int]] = set()
        """The sequence numbers of the log's stream that rollup has acknowledged."""
        self._lost: Final[set[int]] = set()
        """Those that the stream never brings."""
        self._looked_at = 0
        self.environments: dict[tuple[FunctionName, int], Environment] = {}

    # What environments find around them.

    @property
    def variables(self) -> dict[str, str]:
        return {
            "LOG_TABLE": LOG_TABLE,
            "TRENDS_TABLE": TRENDS_TABLE,
            "FAILED_EVENTS_BUCKET": BUCKET,
            "DEDUP_DAYS": str(DEDUP_DAYS),
            "STREAM_RETENTION_HOURS": str(STREAM_HOURS),
            "SCHEDULE": json.dumps(self.entries),
        }

    def client(self, service: str) -> Any:  # noqa: ANN401 - a simulated client
        return {"dynamodb": self.dynamodb, "s3": self.s3}[service]

    def clock(self) -> float:
        return self.now

    def outlives(self) -> bool:
        return self.chance.random() < self.late_rate

    # What happens to calls.

    def _before_call(self, operation: str) -> Fault:
        environment = here()
        if environment is None:
            return Fault.NONE
        invocation = environment.invocation
        invocation.calls += 1
        if invocation.calls == invocation.killed_before:
            raise Killed
        self.turns.pause()
        if self.chance.random() < 0.3:
            environment.go_on()
        # A batch makes many calls of DynamoDB and one of S3.
        rate = self.fault_rate * (4 if operation == "PutObject" else 1)
        return self.chance.choice(FAULTS) if self.chance.random() < rate else Fault.NONE

    def _after_call(self, _: str) -> None:
        environment = here()
        if environment is not None and environment.invocation.calls == environment.invocation.killed_after:
            raise Killed

    def _lag(self) -> int:
        return self.chance.randint(0, self.most_lag)

    # One phase.

    def phase(self) -> None:
        """Let clients send and functions run, all at once; then let time pass."""

        def clients() -> None:
            for _ in range(self.chance.randint(2, 8)):
                self.stream.put(self.now)
                self.turns.pause()
                self.now += self.chance.choice([0.125, 1, 5, 20])

        self.turns.run(
            clients,
            *(lambda number=number: self._ingests(number) for number in range(2)),
            *(lambda number=number: self._rolls_up(number) for number in range(2)),
            self._sweeps,
            self._reads,
        )
        if self.chance.random() < 0.4:
            self.append_entry()
        closing = Level.HOUR.floor(self.now) + HOUR + CLOSE_AFTER_SECONDS
        self.now = self.chance.choice(
            [self.now + 1, self.now + MINUTE, self.now + HOUR, closing - 60, closing, closing]
        )

    def append_entry(self) -> None:
        """Deploy a schedule with one more entry, which starts as early as the rules have it: in 15 minutes."""
        start = -(-int(self.now + 900) // MINUTE) * MINUTE
        if self.schedule.entries[-1].start >= start:
            return
        self.entries = [
            *self.entries,
            {
                "from": datetime.fromtimestamp(start, UTC).isoformat(),
                "seconds": self.chance.choice([10, 20, 60]),
                "groups": self.chance.choice([1, 4]),
                "buckets": self.chance.choice([1, 3]),
            },
        ]
        self.deployed_at = self.now

    def _environment(self, function: FunctionName, number: int) -> Environment:
        """Return a warm environment, or a new one: by chance, and where the old one's deployment has ended."""
        found = self.environments.get((function, number))
        outdated = found is not None and found.variables["SCHEDULE"] != json.dumps(self.entries)
        over = outdated and self.now > self.deployed_at + DEPLOYED_SECONDS
        if found is None or over or self.chance.random() < 0.1:
            found = self.environments[function, number] = Environment(function, self)
        return found

    def _invoke(self, function: FunctionName, number: int, event: dict[str, Any], numbers: list[int]) -> int | None:
        """Invoke; return the sequence number up to which (not including) the batch is acknowledged, None for all."""
        environment = self._environment(function, number)
        try:
            answer = environment.invoke(event, self._invocation())
        except Killed:
            del self.environments[function, number]
            return min(numbers)
        return checkpoint(answer, numbers)

    def _invocation(self) -> Invocation:
        invocation = Invocation()
        fate = self.chance.random()
        if fate < self.kill_rate / 2:
            invocation.killed_before = self.chance.randint(1, 20)
        elif fate < self.kill_rate:
            invocation.killed_after = self.chance.randint(1, 20)
        elif fate < self.kill_rate + 0.05:
            invocation.short_after = self.chance.randint(0, 10)
        return invocation

    def _ingests(self, number: int) -> None:
        for _ in range(self.chance.randint(2, 8)):
            self.turns.pause()
            if self.stream.shards:
                shard = self.chance.choice(sorted(self.stream.shards))
                self.ingest(number, shard, self._slice(self.stream.shards[shard], self._unfolded(shard)))

    def _rolls_up(self, number: int) -> None:
        for _ in range(self.chance.randint(2, 8)):
            self.turns.pause()
            shard = self.chance.randrange(LOG_SHARDS)
            self.roll_up(number, self._slice(self._log_shard(shard), self._unapplied(shard)))

    def _slice(self, records: list[Any], waiting: list[Any]) -> list[Any]:
        """Return some records in a row: mostly from the first that waits, else from anywhere."""
        if not records:
            return []
        start = self.chance.randrange(len(records))
        if waiting and self.chance.random() < 0.7:
            start = records.index(waiting[0])
        return records[start : start + self.chance.choice([1, 2, 3, 10])]

    def ingest(self, number: int, shard: str, puts: list[Put]) -> None:
        """Have ingest fold records of a shard."""
        if puts:
            numbers = [put.sequence for put in puts]
            failed = self._invoke(FunctionName.INGEST, number, a_batch(*puts), numbers)
            done = {sequence for sequence in numbers if failed is None or sequence < failed}
            self.folded[shard].update(done)

    def roll_up(self, number: int, changes: list[Change]) -> None:
        """Have rollup apply changes of the log."""
        if changes:
            numbers = [change.sequence_number for change in changes]
            event = {"Records": [as_lambda_sends(change, LOG_TABLE) for change in changes]}
            failed = self._invoke(FunctionName.ROLLUP, number, event, numbers)
            self.applied.update(sequence for sequence in numbers if failed is None or sequence < failed)

    def _sweeps(self) -> None:
        for _ in range(self.chance.choice([0, 0, 1]) if self.sweeps else 0):
            self.turns.pause()
            try:
                self._environment(FunctionName.SWEEP, 0).invoke({}, self._invocation())
            except Killed:
                del self.environments[FunctionName.SWEEP, 0]
            except (ClientError, BotoCoreError):
                continue  # it begins again with the next tick

    def _reads(self) -> None:
        """Look at the trends now and then: they may be behind what was sent, never ahead of it."""
        for _ in range(self.chance.choice([0, 0, 2])):
            self.turns.pause()
            answer = self.queries().trends("hashtag", Window.DAY, 100, None, None)
            sent = self.truth.between(0, 2**40)["hashtag"]
            for item in answer.items:
                assert item.count <= sent[item.value], f"{item.value} was sent {sent[item.value]} times"

    def _unfolded(self, shard: str) -> list[Put]:
        done = self.folded[shard]
        return [put for put in self.stream.shards[shard] if put.sequence not in done]

    def _unapplied(self, number: int) -> list[Change]:
        return [change for change in self._log_shard(number) if change.sequence_number not in self.applied]

    def _log_shard(self, number: int) -> list[Change]:
        """Return what a shard of the log's stream brings: in order for each item, and not all of it."""
        changes = self.dynamodb.tables[LOG_TABLE].changes
        for change in changes[self._looked_at :]:
            if self.chance.random() < self.loss_rate:
                self._lost.add(change.sequence_number)
        self._looked_at = len(changes)
        return [
            change
            for change in changes
            if zlib.crc32(repr(change.key).encode()) % LOG_SHARDS == number and change.sequence_number not in self._lost
        ]

    # The end of it.

    def settle(self) -> None:
        """Let nothing fail any more, deliver what waits, sweep all hours that hold something, close what is over."""
        self.fault_rate = self.kill_rate = self.late_rate = self.loss_rate = 0.0
        self.most_lag = 0
        self._until_done(
            lambda shard: self.ingest(0, shard, self._unfolded(shard)[: self.chance.randint(1, 20)]),
            lambda: [shard for shard in self.stream.shards if self._unfolded(shard)],
        )
        self._until_done(
            lambda shard: self.roll_up(0, self._unapplied(shard)[: self.chance.randint(1, 20)]),
            lambda: [shard for shard in range(LOG_SHARDS) if self._unapplied(shard)],
        )
        newest = max([self.now, *(event.created for event in self.truth.events)])
        self.now = Level.DAY.floor(newest) + DAY + CLOSE_AFTER_SECONDS
        if self.sweeps:
            self._sweep_all()
        closer = FunctionName.SWEEP if self.sweeps else FunctionName.ROLLUP
        self._until_done(lambda _: self.idle(closer), lambda: [] if self.all_closed() else [closer])

    def _sweep_all(self) -> None:
        swept: set[int] = set()
        for hour in sorted(self.truth.by(HOUR), reverse=True):
            if hour not in swept:
                self.table.save_sweep_cursor(hour)
                self.idle(FunctionName.SWEEP)
                swept.update(range(hour, self.table.sweep_cursor() or 0, -HOUR))

    def expire(self, share: float) -> None:
        """Let all segments be over their time and a share of them be deleted, of which the stream tells; sweep."""
        self.now += (DEDUP_DAYS + 1) * DAY + STREAM_HOURS * HOUR + DAY
        before = len(self.dynamodb.tables[LOG_TABLE].changes)
        self.dynamodb.expire(LOG_TABLE, self.now, lambda: self.chance.random() < share)
        self.roll_up(0, self.dynamodb.tables[LOG_TABLE].changes[before:])
        for _ in range(3):
            self.idle(FunctionName.SWEEP)

    def idle(self, function: FunctionName) -> None:
        """Invoke a function with nothing, where nothing fails."""
        self._environment(function, 0).invoke({"Records": []}, Invocation())

    def all_closed(self) -> bool:
        """Tell whether all hours and days that are over are closed."""
        state = self.table.state()
        over = self.now - CLOSE_AFTER_SECONDS
        return state is not None and (state.closed, state.day_closed) == (Level.HOUR.floor(over), Level.DAY.floor(over))

    def _until_done(self, act: Callable[[Any], object], waiting: Callable[[], list[Any]]) -> None:
        for _ in range(ROUNDS):
            left = waiting()
            if not left:
                return
            for each in left:
                act(each)
        raise AssertionError(f"{waiting()} still waits although nothing fails any more")

    # What came of it.

    @property
    def schedule(self) -> Schedule:
        """The schedule deployed last."""
        return Schedule.parse(json.dumps(self.entries))

    @property
    def table(self) -> TrendsTable:
        """The trends, as readers have them."""
        return TrendsTable(self.dynamodb.client(), TRENDS_TABLE)

    def queries(self) -> Queries:
        """Return the questions that the reporting API answers."""
        reader = TrendsReader(self.table, self.schedule, SerialExecutor())
        index = SearchReader(self.dynamodb.client(), TRENDS_TABLE, lambda _: None, _unread)
        strips = StripsTable(self.dynamodb.client(), TRENDS_TABLE, lambda _: None, _unread)
        return Queries(reader, index, strips, RecentRankings(self.clock), lambda: datetime.fromtimestamp(self.now, UTC))


def _unread(error: Exception) -> None:
    raise error


def checkpoint(answer: Any, numbers: list[int]) -> int | None:  # noqa: ANN401 - whatever a handler answers
    """Return what Lambda makes of an answer: where it begins again, or None. Refuses what Lambda would.

    Source: AWS Lambda Developer Guide, "Configuring partial batch response with Kinesis Data Streams and Lambda".
    """
    assert isinstance(answer, dict)
    assert answer.keys() == {"batchItemFailures"}
    failures = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert all(isinstance(failure, str) and int(failure) in numbers for failure in failures), failures
    return min(map(int, failures), default=None)
