"""The simulated world: clients, stream, functions, tables and readers, and the people who operate them. One seed.

A run has phases in which clients send, with gaps of seconds to more than a day between them; faults strike all the
while. Then they end, everything drains, and time goes on until all that is to be summed must be.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

from botocore.config import Config

from consumers.rollup.levels import CLOSE_AFTER_SECONDS
from consumers.schedule import DAY, HOUR, MINUTE, Schedule
from consumers.tables import CHANGED, Level
from consumers.trends.table import TrendsTable
from consumers.views.search.view import EVERY_SECONDS
from penstock.config import ProducerConfig
from penstock.kinesis_client import make_client
from simulation.event_source_mapping import MappingConfig
from simulation.event_source_mapping.actions import SHARD_END
from simulation.event_source_mapping.invocation_record import InvocationRecord
from simulation.faults import NAMES, Faults
from simulation.invariants import summed
from simulation.scheduler import Scheduler, Signal
from simulation.sdk.clients import client_of, connect, session
from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.dynamodb_streams import SimulatedDynamoDBStreams, TableStream
from simulation.services.dynamodb_streams.stream import ViewType, sequence_number
from simulation.services.kinesis import SimulatedKinesis, Stream
from simulation.services.kinesis.writing import THROTTLED
from simulation.services.metering import MeteredDynamoDB
from simulation.services.s3 import SimulatedS3
from simulation.services.stream_records import stream_arn
from simulation.services.table import Table
from simulation.streams.dynamodb_streams import DynamoDBStreamReader
from simulation.streams.kinesis import KinesisReader
from simulation.trace import Trace
from simulation.world.client import Client
from simulation.world.delivery_order import DeliveryOrder
from simulation.world.functions import Functions
from simulation.world.handlers import FunctionName
from simulation.world.mapping import Mapping
from simulation.world.operations import Operations
from simulation.world.process import Process
from simulation.world.reader import Reader
from simulation.world.tight import Bounds
from simulation.world.truth import Truth
from simulation.world.view_order import ViewOrder
from simulation.world.wire import Service, Wire

MIDNIGHT: Final = 1_763_769_600
"""2025-11-22T00:00:00Z, around which a world begins."""
DEDUP_DAYS: Final = 1
STREAM_HOURS: Final = 24
LOG_TABLE: Final = "pane-log"
TRENDS_TABLE: Final = "trends"
BUCKET: Final = "failed-events"
LOG_STREAM_ARN: Final = stream_arn(LOG_TABLE)
TRENDS_STREAM_ARN: Final = stream_arn(TRENDS_TABLE)
LOG_SHARDS: Final = 2
TRENDS_SHARDS: Final = 2
LATE_SECONDS: Final = 19 * HOUR
"""After which all that came late is due."""
VIEWS_SETTLE_SECONDS: Final = EVERY_SECONDS + MINUTE
"""After which a search index and all lists are due."""
VIEWS_EVERY: Final = 20
"""One world of so many has views: such a world costs two to three times as much as another."""
BOTOCORE_EVERY: Final = 100
BOTOCORE_AT: Final = 33
"""One world of so many, and which of them, has boto3's own clients: each of their calls costs as much as ten."""
PAGE_ITEMS: Final = 7
"""Items on one page of a query, so that paging is always tried."""

_BY_RECORD: Final = frozenset({"FunctionResponseTypes", "BisectBatchOnFunctionError"})
"""What is said of mappings whose functions answer for each record."""

EXPIRIES: Final = ("expired_early", "expired_late", "expired_never")

EVENTS: Final = 266
"""That clients put in a run, all together."""
TIGHT_EVENTS: Final = 520
"""Where bounds are small, so that they are reached."""
CROWDED_EVERY: Final = 21
CROWDED_AT: Final = 9
"""One world of so many, and which of them, is crowded: its batches are large, and each event costs half as much. Some
of these worlds are also one or another of the above."""
CROWDED_EVENTS: Final = 4_000
SENDING_SECONDS: Final = float(DAY)
"""After the last phase has begun everything is sent, and every fault over, within this time."""
DRAIN_SECONDS: Final = 900.0
"""After the last fault everything is acknowledged within this time."""
PHASE_SECONDS: Final = 60.0


class World:
    """One run.

    Attributes:
        phases: When clients begin to send, epoch seconds, and in how many bursts.
        events_of_a_client: How many each client puts.
        sent: Events so far, of which any may be sent again.
        accepted: How often producers took a payload.
        put_before: Payloads that were put at least once.
        repeated: Payloads that were put again, by whomever.
        sweeps: Whether the sweep runs. It would repair a mistake of rollup's, so in half of all worlds it does not; it
            must where the log's stream loses something.
        has_views: Whether views are made.
        has_botocore: Whether clients of producers and functions are botocore's own.
        mappings: The event source mappings.
        batches_at_once: Of a shard of events, that ingest is invoked with.
    """

    def __init__(self, seed: int, directory: Path, allowed: Iterable[str] = NAMES) -> None:
        """Make a world of a seed, in which the `allowed` faults strike; spools are in `directory`."""
        self.seed = seed
        chance_of_start = Faults(seed).chance("clock_skew")
        start = MIDNIGHT + chance_of_start.randint(-3 * HOUR, HOUR) + chance_of_start.randrange(8) / 8
        self.scheduler: Final = Scheduler(seed, float(start))
        self.has_views = seed % VIEWS_EVERY == 0
        self.faults: Final = Faults(seed, set(allowed) - (set() if self.has_views else {"failed_note"}))
        self.trace: Final = Trace(self.scheduler.clock)
        self.wire: Final = Wire(self.scheduler, self.faults, self.trace)
        self.bounds: Final = Bounds(seed)
        self.horizon: Final = DEDUP_DAYS * DAY
        self.truth: Final = Truth(self.horizon)
        self.sent: list[Any] = []
        self.accepted: Counter[bytes] = Counter()
        self.put_before: set[bytes] = set()
        self.repeated: set[bytes] = set()
        chance = self.scheduler.chance
        self.stream_is_lost = self.faults.strikes("log_stream_lost")
        self.has_botocore = seed % BOTOCORE_EVERY == BOTOCORE_AT
        self.sweeps = self.stream_is_lost or self.scheduler.chance.random() < 0.5
        self.expiries = {name for name in EXPIRIES if self.faults.looms(name)}
        self.phases = self._plan()
        self._make_services()
        self._make_functions()
        clients = chance.choice([2, 2, 3])
        self.events_of_a_client = -(-self._events // clients)
        self.clients: Final = [Client(self, number, _made(directory / f"spool-{number}")) for number in range(clients)]
        self.reader: Final = Reader(self)
        self.operations: Final = Operations(self)

    @property
    def _events(self) -> int:
        """How many events there are, more or less."""
        if self.seed % CROWDED_EVERY == CROWDED_AT:
            return CROWDED_EVENTS
        return TIGHT_EVENTS if self.bounds.are_tight else EVENTS

    def _plan(self) -> list[tuple[float, int]]:
        """Return when phases begin, and the number of their bursts."""
        chance = self.scheduler.chance
        phases: list[tuple[float, int]] = []
        at = self.scheduler.now + 1
        for number in range(chance.choice((2, 2, 2, 3))):
            closing = Level.HOUR.floor(at) + HOUR + CLOSE_AFTER_SECONDS
            gaps = [at + 1, at + MINUTE, at + HOUR / 2, at + HOUR, closing - 60, closing]
            if number:
                at = max(at + PHASE_SECONDS, chance.choice(gaps))
            if number == 1 and self.stream_is_lost:
                at += DAY + 2 * HOUR
            phases.append((at, chance.randint(1, 2)))
        return phases

    def _make_services(self) -> None:
        scheduler, chance = self.scheduler, self.scheduler.chance
        self.stream = Stream("events", chance.choice([1, 2, 3]), now=scheduler.now, retention_hours=STREAM_HOURS)
        self.kinesis = SimulatedKinesis([self.stream], scheduler.clock)
        self.kinesis.reshard_seconds = lambda: chance.uniform(1, 20)
        self.kinesis.refusal = self._refusal
        self._full_until: dict[str, float] = {}
        log = Table("address", "segment", streams=True, expiry="x", clock=scheduler.clock)
        trends = Table("bucket", "start", streams=self.has_views, expiry="x", clock=scheduler.clock)
        tables = {LOG_TABLE: log, TRENDS_TABLE: trends}
        # Only botocore's clients have the hooks by which functions ask what their calls cost.
        make = MeteredDynamoDB if self.has_botocore else SimulatedDynamoDB
        self.dynamodb = make(tables, page_items=PAGE_ITEMS)
        self.dynamodb.lag = self._lag
        self.dynamodb.was_old = lambda: self.faults.struck("stale_read")
        self.log_stream = TableStream(LOG_TABLE, log, shards=LOG_SHARDS, now=scheduler.now)
        self.trends_stream = TableStream(
            TRENDS_TABLE, trends, shards=TRENDS_SHARDS, view=ViewType.KEYS_ONLY, now=scheduler.now
        )
        self.streams = SimulatedDynamoDBStreams([self.log_stream, self.trends_stream], scheduler.clock)
        self.s3 = SimulatedS3(BUCKET, page_keys=2)
        self._simulated = {Service.KINESIS: self.kinesis, Service.DYNAMODB: self.dynamodb, Service.S3: self.s3}
        self.wire.carried_out = self._carried_out
        self.kinesis_news, self.log_news, self.notes_news = Signal(scheduler), Signal(scheduler), Signal(scheduler)
        self.view_order = ViewOrder()
        self.delivery_order = DeliveryOrder()
        self.truth.told = self.delivery_order.arrived
        self._told = 0

    def _make_functions(self) -> None:
        chance = self.scheduler.chance
        self.entries: list[dict[str, Any]] = [
            {
                "from": "1970-01-01T00:00:00Z",
                "seconds": chance.choice([30, 60]),
                "groups": chance.choice([1, 2]),
                "buckets": chance.choice([1, 2]),
            }
        ]
        self.functions = Functions(self.scheduler, self.faults, self.trace, self.wire, self.client)
        self.functions.deploy(self.variables)
        poller = Process(self.scheduler, "poller")
        common = {
            "StartingPosition": "TRIM_HORIZON",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": -1,
            "MaximumRecordAgeInSeconds": 82_800,
            "DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:s3:::{BUCKET}"}},
        }
        failures = self.client(Service.S3, poller)

        def store(record: InvocationRecord) -> None:
            failures.put_object(Bucket=BUCKET, Key=record.key, Body=record.body)

        self.batches_at_once = chance.choice([1, 1, 1, 3])
        self.ingest_mapping = Mapping(
            ingest := MappingConfig.from_properties(
                common
                | {
                    "EventSourceArn": self.stream.arn,
                    "FunctionName": FunctionName.INGEST.value,
                    "BatchSize": chance.choice([10, 100, 10_000]),
                    "MaximumBatchingWindowInSeconds": chance.choice([0, 2, 10, 10, 10, 20]),
                    "ParallelizationFactor": self.batches_at_once,
                }
            ),
            self.scheduler,
            self.faults,
            self.trace,
            reader=KinesisReader(self.kinesis_client(poller), self.stream.arn),
            invoke=lambda payload: self.functions.invoke(FunctionName.INGEST, payload),
            store=store,
            news=self.kinesis_news,
            hold=self.bounds.of_poller(ingest),
        )
        self.ingest_mapping.delivered = self.delivery_order.delivered
        self.ingest_mapping.answered = self.delivery_order.answered
        streams = self.wire.client(Service.STREAMS, self.streams, poller)
        self.rollup_mapping = Mapping(
            rollup := MappingConfig.from_properties(
                common
                | {
                    "EventSourceArn": LOG_STREAM_ARN,
                    "FunctionName": FunctionName.ROLLUP.value,
                    "BatchSize": chance.choice([10, 100, 1_000]),
                    "MaximumBatchingWindowInSeconds": chance.choice([0, 2, 10, 10, 10, 20]),
                    "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
                }
            ),
            self.scheduler,
            self.faults,
            self.trace,
            reader=DynamoDBStreamReader(streams, LOG_STREAM_ARN),
            invoke=lambda payload: self.functions.invoke(FunctionName.ROLLUP, payload),
            store=store,
            news=self.log_news,
            hold=self.bounds.of_poller(rollup),
        )
        self.mappings = [self.ingest_mapping, self.rollup_mapping]
        if self.has_views:
            self.views_mapping = self._map_views(common, streams, store)
            self.mappings.append(self.views_mapping)

    def _map_views(self, common: dict[str, Any], streams: Any, store: Callable[[InvocationRecord], object]) -> Mapping:  # noqa: ANN401 - a boto3 client
        return Mapping(
            MappingConfig.from_properties(
                {name: value for name, value in common.items() if name not in _BY_RECORD}
                | {
                    "EventSourceArn": TRENDS_STREAM_ARN,
                    "FunctionName": FunctionName.VIEWS.value,
                    "BatchSize": 10_000,
                    "MaximumBatchingWindowInSeconds": self.scheduler.chance.choice([2, 5, 10]),
                    "FilterCriteria": {"Filters": [{"Pattern": '{"dynamodb":{"Keys":{"bucket":{"S":["changed"]}}}}'}]},
                }
            ),
            self.scheduler,
            self.faults,
            self.trace,
            reader=DynamoDBStreamReader(streams, TRENDS_STREAM_ARN),
            invoke=lambda payload: self.functions.invoke(FunctionName.VIEWS, payload),
            store=store,
            news=self.notes_news,
        )

    # What there is for those who live here, and for those who look at it.

    @property
    def log(self) -> Table:
        """The pane log."""
        return self.dynamodb.tables[LOG_TABLE]

    @property
    def bucket(self) -> str:
        """Where failed events are."""
        return BUCKET

    @property
    def trends_table(self) -> str:
        """The name of the trends table."""
        return TRENDS_TABLE

    @property
    def most_buckets(self) -> int:
        """How many buckets an item of the trends may be cut into, by any schedule that is deployed."""
        return 1 + max(int(entry["buckets"]) for entry in self.entries)

    @property
    def variables(self) -> dict[str, str]:
        """What functions are told by their deployment."""
        return {
            "LOG_TABLE": LOG_TABLE,
            "TRENDS_TABLE": TRENDS_TABLE,
            "FAILED_EVENTS_BUCKET": BUCKET,
            "DEDUP_DAYS": str(DEDUP_DAYS),
            "STREAM_RETENTION_HOURS": str(STREAM_HOURS),
            "SCHEDULE": json.dumps(self.entries),
            "CORRECTION_PERCENT": "50" if self.sweeps else "100",  # what is gathered needs someone who applies it
        }

    @property
    def schedule(self) -> Schedule:
        """The schedule deployed last."""
        return Schedule.parse(json.dumps(self.entries))

    @property
    def table(self) -> TrendsTable:
        """The trends, as one who stands outside has them."""
        return TrendsTable(self.dynamodb.client(), TRENDS_TABLE)

    def client(self, service: str, caller: Process, config: Config | None = None) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a client of a service by which `caller` makes its calls.

        With a `config` it is botocore's own in worlds that keep botocore; else each call is one of the service.
        """
        simulated = self._simulated[Service(service)]
        if config is None or not self.has_botocore:
            return self.wire.client(Service(service), simulated, caller)
        return client_of(service, config, self.wire.carrier(Service(service), simulated, caller))

    def producer_client(self, caller: Process, config: ProducerConfig) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a client by which a producer makes its calls; in worlds that keep botocore, as it makes it itself."""
        if not self.has_botocore:
            return self.kinesis_client(caller)
        client = make_client(config, session=session())
        return connect(client, self.wire.carrier(Service.KINESIS, self.kinesis, caller))

    def kinesis_client(self, caller: Process) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a client of Kinesis."""
        return self.client(Service.KINESIS, caller)

    def repeat(self, data: bytes) -> None:
        """Take in that a payload is about to be put once more."""
        self.repeated.add(data)
        self.delivery_order.put_again(data)

    def _lag(self) -> int:
        """Return how many writes a read that is not consistent does not see."""
        return self.faults.chance("stale_read").randint(0, 40) if self.faults.looms("stale_read") else 0

    def _refusal(self, shard_id: str) -> str | None:
        """Return the error by which a shard refuses a record for its limits, and others for a while, if it does."""
        faults, now = self.faults, self.scheduler.now
        if faults.strikes("throttled_shard"):
            self._full_until[shard_id] = now + faults.chance("throttled_shard").uniform(0, 1)
        elif now > self._full_until.get(shard_id, 0.0):
            return None
        return THROTTLED

    def _carried_out(self, service: Service, operation: str, request: dict[str, Any], answer: Any) -> None:  # noqa: ANN401 - boto3's
        if operation == "put_records":
            self.truth.put(request["Records"], answer, self.scheduler.now)
            self.kinesis_news.fire()
        elif service is Service.DYNAMODB:
            changes = len(self.dynamodb.tables[LOG_TABLE].changes)
            if changes != self._told:
                self._told = changes
                self.log_news.fire()
            if self.has_views and request.get("TableName", TRENDS_TABLE) == TRENDS_TABLE:
                self.view_order.written(operation, request)
                if operation == "update_item" and request["Key"]["bucket"]["S"] == CHANGED:
                    self.notes_news.fire()

    # A run.

    def run(self) -> bool:
        """Let clients send and faults strike, until all is sent and the last fault is over; return whether it is."""
        is_sent = self.scheduler.run(
            self.phases[-1][0] + SENDING_SECONDS,
            done=lambda: self.operations.done and all(client.done for client in self.clients),
        )
        self.faults.end()
        self.wire.down.clear()
        self.wire.refusing.clear()
        return is_sent

    def drain(self) -> bool:
        """Let everything be acknowledged; return whether it was, in time."""
        calm = self.scheduler.now
        while not self.is_drained and self.scheduler.now < calm + DRAIN_SECONDS:
            self.scheduler.run(self.scheduler.now + 5)
        return self.is_drained

    @property
    def is_drained(self) -> bool:
        """Whether all that is in the streams is acknowledged."""
        self.log_stream.settle(self.scheduler.now)
        log = {
            shard.shard_id: int(sequence_number(shard.changes[-1].sequence_number))
            for shard in self.log_stream.shards.values()
            if shard.changes
        }
        events = {
            shard.shard_id: int(shard.records[-1].sequence_number)
            for shard in self.stream.shards.values()
            if shard.records
        }
        return (
            not self.wire.astray
            and _is_done(events, self.ingest_mapping.checkpoints)
            and _is_done(log, self.rollup_mapping.checkpoints)
            and (not self.has_views or _is_done(self._last_notes(), self.views_mapping.checkpoints))
        )

    def _last_notes(self) -> dict[str, int]:
        """Return the newest change note in each shard of the trends table's stream."""
        self.trends_stream.settle(self.scheduler.now)
        return {
            shard.shard_id: int(sequence_number(change.sequence_number))
            for shard in self.trends_stream.shards.values()
            for change in shard.changes
            if change.key[0] == CHANGED
        }

    def waiting(self) -> str:
        """Say what is not acknowledged."""
        return " ".join(str(mapping.checkpoints) for mapping in self.mappings)

    def idle(self) -> None:
        """Invoke what closes hours and days, with nothing: the sweep, or rollup where there is none."""
        closer = FunctionName.SWEEP if self.sweeps else FunctionName.ROLLUP
        self.within(lambda: self.functions.invoke(closer, b'{"Records": []}'))

    def refresh_views(self) -> None:
        """Let nothing happen until every view is due, and bring them up to date; it is the same minute then."""
        self.operations.sweeping = False
        settled = self.scheduler.now + VIEWS_SETTLE_SECONDS
        self.scheduler.run(settled // MINUTE * MINUTE + MINUTE + 10)
        self.within(lambda: self.functions.invoke(FunctionName.VIEWS, b"{}"))

    def within(self, act: Callable[[], object]) -> None:
        """Run a program to its end, and the world meanwhile."""
        ended: list[bool] = []

        def program() -> None:
            act()
            ended.append(True)

        self.scheduler.spawn(program)
        self.scheduler.run(done=lambda: bool(ended))

    def close_all(self) -> bool:
        """Let time pass until all hours and days that hold something are over, and be closed; return whether they are.

        Where the log's stream lost something, the sweep comes to all hours that hold anything first, as it does within
        a day.
        """
        self.operations.sweeping = False
        if self.stream_is_lost:
            swept: set[int] = set()
            for hour in sorted(self.truth.by(HOUR), reverse=True):
                if hour not in swept:
                    self.table.save_sweep_cursor(hour)
                    self.idle()
                    swept.update(range(hour, self.table.sweep_cursor() or 0, -HOUR))
        if self.sweeps:
            self.scheduler.run(self.scheduler.now + LATE_SECONDS)
        newest = max([self.scheduler.now, *(event.created for event in self.truth.events)])
        self.scheduler.run(Level.DAY.floor(newest) + DAY + HOUR + CLOSE_AFTER_SECONDS)
        for _ in range(100):
            if self.is_closed:
                return True
            self.idle()
            self.scheduler.run(self.scheduler.now + MINUTE)
        return self.is_closed

    @property
    def is_closed(self) -> bool:
        """Whether all hours and days that are over are closed, and what came late is applied."""
        state = self.table.state()
        over = self.scheduler.now - CLOSE_AFTER_SECONDS
        if state is None:
            return not self.truth.events
        late_done = state.late_done or 0
        closed = (state.closed, state.day_closed) == (Level.HOUR.floor(over), Level.DAY.floor(over))
        return closed and (not self.sweeps or late_done > self.scheduler.now - 2 * MINUTE)

    def expire(self) -> list[str]:
        """Let the log expire, early, late or never; return where a trend is changed by that."""
        if not self.expiries:
            return []
        last = max((int(item["x"]["N"]) for item in self.log.values()), default=0)
        self.scheduler.run(last - DAY + 1 if "expired_early" in self.expiries else last + DAY)
        found: list[str] = []
        for share in (0.5, 0.0) if "expired_never" in self.expiries else (0.5, 1.0):
            due = len(self.log.expired(self.scheduler.now))
            until = self.scheduler.now + (DAY if "expired_early" in self.expiries else 0)
            deleted = self.dynamodb.expire(LOG_TABLE, until, partial(self._dies, share))
            overdue = len(self.log.expired(self.scheduler.now))
            self._count_expiry(deleted - (due - overdue), overdue, share)
            self.log_news.fire()
            self.scheduler.run(self.scheduler.now + HOUR)
            for _ in range(2):
                self.idle()
            self.within(lambda: found.extend(summed(self)))
        return found

    def _count_expiry(self, early: int, overdue: int, share: float) -> None:
        """Count what has struck by now: items that were deleted early or late, or that stay for good."""
        faults, expiries = self.faults, self.expiries
        if early and not faults.counts["expired_early"]:
            faults.struck("expired_early")
        if "expired_late" in expiries and share < 1.0 and overdue and not faults.counts["expired_late"]:
            faults.struck("expired_late")
        if "expired_never" in expiries and share == 0.0 and overdue:
            faults.struck("expired_never")

    def _dies(self, share: float) -> bool:
        return self.scheduler.chance.random() < share

    def end(self) -> None:
        """End everything."""
        for client in self.clients:
            for process in client.processes:
                if not process.dead:
                    process.end(machine_fails=False)
        self.scheduler.end()


def _is_done(last: dict[str, int], checkpoints: dict[str, str]) -> bool:
    """Tell whether a mapping is done with all records up to the last of each shard."""
    return all(
        (checkpoint := checkpoints.get(shard)) is not None and (checkpoint == SHARD_END or int(checkpoint) >= number)
        for shard, number in last.items()
    )


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory
