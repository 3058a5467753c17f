"""The simulated world: clients, stream, functions, tables and readers, and the people who operate them. One seed.

A run has phases in which clients send, with gaps of seconds to more than a day between them; faults strike all the
while. Then they end, everything drains, and time goes on until all that is to be summed must be.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from botocore.config import Config

from consumers.rollup.levels import CLOSE_AFTER_SECONDS
from consumers.schedule import DAY, HOUR, MINUTE, Schedule
from consumers.tables import CHANGED, Level
from consumers.trends.table import TrendsTable
from penstock.config import ProducerConfig
from penstock.kinesis_client import make_client
from simulation.faults import NAMES, Faults
from simulation.scheduler import Scheduler, Signal
from simulation.sdk.clients import client_of, connect, session
from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.dynamodb_streams import SimulatedDynamoDBStreams, TableStream
from simulation.services.dynamodb_streams.stream import ViewType
from simulation.services.kinesis import SimulatedKinesis, Stream
from simulation.services.kinesis.writing import THROTTLED
from simulation.services.metering import MeteredDynamoDB
from simulation.services.s3 import SimulatedS3
from simulation.services.table import Table
from simulation.trace import Trace
from simulation.world.client import Client
from simulation.world.delivery_order import DeliveryOrder
from simulation.world.functions import Functions
from simulation.world.kinds import Kind
from simulation.world.mappings import Mappings
from simulation.world.names import BUCKET, LOG_TABLE, STREAM, TRENDS_TABLE
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
LOG_SHARDS: Final = 2
TRENDS_SHARDS: Final = 2
PAGE_ITEMS: Final = 7
"""Items on one page of a query, so that paging is always tried."""

PHASE_SECONDS: Final = 60.0


class World:
    """One run.

    Attributes:
        kind: What it has.
        phases: When clients begin to send, epoch seconds, and in how many bursts.
        events_of_a_client: How many each client puts.
        sent: Events so far, of which any may be sent again.
        accepted: How often producers took a payload.
        put_before: Payloads that were put at least once.
        repeated: Payloads that were put again, by whomever.
        sweeps: Whether the sweep runs. It would repair a mistake of rollup's, so in half of all worlds it does not; it
            must where the log's stream loses something.
        mappings: The event source mappings.
    """

    def __init__(self, seed: int, directory: Path, allowed: Iterable[str] = NAMES) -> None:
        """Make a world of a seed, in which the `allowed` faults strike; spools are in `directory`."""
        self.seed = seed
        chance_of_start = Faults(seed).chance("clock_skew")
        start = MIDNIGHT + chance_of_start.randint(-3 * HOUR, HOUR) + chance_of_start.randrange(8) / 8
        self.scheduler: Final = Scheduler(seed, float(start))
        self.kind: Final = Kind.of(seed)
        self.faults: Final = Faults(seed, set(allowed) - (set() if self.kind.has_views else {"failed_note"}))
        self.trace: Final = Trace(self.scheduler.clock)
        self.wire: Final = Wire(self.scheduler, self.faults, self.trace)
        self.bounds: Final = Bounds(seed, are_tight=self.kind.is_tight)
        self.horizon: Final = DEDUP_DAYS * DAY
        self.stream_seconds: Final = STREAM_HOURS * HOUR
        self.truth: Final = Truth(self.horizon)
        self.sent: list[Any] = []
        self.accepted: Counter[bytes] = Counter()
        self.put_before: set[bytes] = set()
        self.repeated: set[bytes] = set()
        chance = self.scheduler.chance
        self.stream_is_lost = self.faults.looms("log_stream_lost")
        self.sweeps = self.stream_is_lost or self.scheduler.chance.random() < 0.5
        self.phases = self._plan()
        self._make_services()
        self._make_functions()
        clients = chance.choice([2, 2, 3])
        self.events_of_a_client = -(-self.kind.events // clients)
        self.clients: Final = [Client(self, number, _made(directory / f"spool-{number}")) for number in range(clients)]
        self.reader: Final = Reader(self)
        self.operations: Final = Operations(self)

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
        self.stream = Stream(STREAM, chance.choice([1, 2, 3]), now=scheduler.now, retention_hours=STREAM_HOURS)
        self.kinesis = SimulatedKinesis([self.stream], scheduler.clock)
        self.kinesis.reshard_seconds = lambda: chance.uniform(1, 20)
        self.kinesis.refusal = self._refusal
        self._full_until: dict[str, float] = {}
        log = Table("address", "segment", streams=True, expiry="x", clock=scheduler.clock)
        trends = Table("bucket", "start", streams=self.kind.has_views, expiry="x", clock=scheduler.clock)
        tables = {LOG_TABLE: log, TRENDS_TABLE: trends}
        # Only botocore's clients have the hooks by which functions ask what their calls cost.
        make = MeteredDynamoDB if self.kind.has_botocore else SimulatedDynamoDB
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
        mappings = Mappings(self)
        self.ingest_mapping, self.rollup_mapping = mappings.ingest(), mappings.rollup()
        self.mappings = [self.ingest_mapping, self.rollup_mapping]
        if self.kind.has_views:
            self.views_mapping = mappings.views()
            self.mappings.append(self.views_mapping)

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
        if config is None or not self.kind.has_botocore:
            return self.wire.client(Service(service), simulated, caller)
        return client_of(service, config, self.wire.carrier(Service(service), simulated, caller))

    def producer_client(self, caller: Process, config: ProducerConfig) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a client by which a producer makes its calls; in worlds that keep botocore, as it makes it itself."""
        if not self.kind.has_botocore:
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
            if self.kind.has_views and request.get("TableName", TRENDS_TABLE) == TRENDS_TABLE:
                self.view_order.written(operation, request)
                if operation == "update_item" and request["Key"]["bucket"]["S"] == CHANGED:
                    self.notes_news.fire()

    def within(self, act: Callable[[], object]) -> None:
        """Run a program to its end, and the world meanwhile."""
        ended: list[bool] = []

        def program() -> None:
            act()
            ended.append(True)

        self.scheduler.spawn(program)
        self.scheduler.run(done=lambda: bool(ended))

    def end(self) -> None:
        """End everything."""
        for client in self.clients:
            for process in client.processes:
                if not process.dead:
                    process.end(machine_fails=False)
        self.scheduler.end()


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory
