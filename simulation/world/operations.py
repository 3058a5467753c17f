"""What happens to the platform, and what its operators do: outages, resharding, deployments, the sweep's ticks."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.schedule import HOUR, MINUTE
from simulation.services.kinesis.shard import Shard
from simulation.services.table import STREAM_SECONDS
from simulation.world.handlers import FunctionName
from simulation.world.hostile.payloads import Payload, no_event, odd_event
from simulation.world.hostile.records import hostile_record
from simulation.world.mapping import Mapping
from simulation.world.names import LOG_TABLE
from simulation.world.process import Process
from simulation.world.truth import Sent
from simulation.world.wire import Service

if TYPE_CHECKING:
    from simulation.world.world import World

OUTAGES: Final = {
    "outage_of_kinesis": (Service.KINESIS,),
    "outage_of_dynamodb": (Service.DYNAMODB, Service.STREAMS),
    "outage_of_streams": (Service.STREAMS,),
    "outage_of_s3": (Service.S3,),
    "outage_of_lambda": (Service.LAMBDA,),
}
MOST_SECONDS: Final = 600.0
ENTRY_AHEAD_SECONDS: Final = 900
"""How far ahead an entry of the schedule must start."""
TRIES: Final = 5
RESHARD_SECONDS: Final = (-5.0, 20.0)
"""From the begin of a phase on: when most is sent, and much not yet acknowledged."""
BUSY_SECONDS: Final = 240.0
"""How long from the begin of a phase on views are invoked each minute."""
IDLE_SECONDS: Final = (3_600.0, 43_200.0)
"""Between two of their ticks at other times."""


class Operations:
    """The programs of those who run the platform.

    Attributes:
        done: Whether nothing is to happen any more, but for the sweep's ticks.
        sweeping: Whether the sweep's schedule is enabled.
        viewing: Whether the schedule of views is enabled.
    """

    def __init__(self, world: "World") -> None:
        self.sweeping = world.sweeps
        self.viewing = True
        self._world = world
        self._pending = 0
        self._strange = 0
        chance = world.scheduler.chance
        self._first = world.phases[0][0]
        self._last = world.phases[-1][0] + 60.0
        self._process = Process(world.scheduler, "operator")
        self._kinesis = world.kinesis_client(self._process)
        self._every = chance.choice([15 * MINUTE, 30 * MINUTE])
        for name, services in OUTAGES.items():
            self._maybe(name, partial(self._outage, name, services), is_tried=True)
        self._maybe("refused_writes", self._refuse_writes, is_tried=True)
        self._maybe("redeployed", self._redeploy, is_tried=True)
        for fault, reshard in (("shard_split", self._split), ("shards_merged", self._merge)):
            at = chance.choice(world.phases)[0] + chance.uniform(*RESHARD_SECONDS)
            self._maybe(fault, reshard, at=at, is_tried=True)
        self._maybe("poller_restarted", lambda: self._restart(chance.choice(world.mappings)), is_tried=True)
        for start, _ in world.phases:
            at = start + chance.uniform(0, 30)
            self._maybe("hostile_record", self._send_hostile_records, at=at, is_tried=True)
        if world.stream_is_lost:
            self._program(world.phases[0][0] + chance.uniform(-5, 15), self._lose_log_stream)
        world.scheduler.spawn(self._tick, owner=self._process)
        if world.kind.has_views:
            world.scheduler.spawn(self._tick_views, owner=self._process)

    @property
    def done(self) -> bool:
        """Whether all that was to happen has happened."""
        return not self._pending

    def _maybe(self, fault: str, act: Callable[[], object], *, at: float | None = None, is_tried: bool = False) -> None:
        """Have something happen at some time of the run, if the fault strikes; what is only tried counts itself."""
        faults = self._world.faults
        if faults.looms(fault) if is_tried else faults.strikes(fault):
            # Mostly while clients send.
            start, _ = faults.chance(fault).choice(self._world.phases)
            self._program(start + faults.chance(fault).uniform(0, 60) if at is None else at, act)

    def _program(self, at: float, act: Callable[[], object]) -> None:
        scheduler = self._world.scheduler
        self._pending += 1

        def program() -> None:
            act()
            self._pending -= 1

        scheduler.spawn(program, delay=max(at - scheduler.now, 0.0), owner=self._process)

    def _outage(self, name: str, services: tuple[Service, ...]) -> None:
        world = self._world
        seconds = world.faults.chance(name).uniform(5, MOST_SECONDS)
        world.trace.note("outage of", *services, f"{seconds:.0f} s")
        for service in services:
            world.wire.down[service] = max(world.wire.down.get(service, 0.0), world.scheduler.now + seconds)
        before = world.wire.unanswered.copy()
        world.scheduler.sleep(seconds)
        if any(world.wire.unanswered[service] > before[service] for service in services):
            world.faults.struck(name)

    def _refuse_writes(self) -> None:
        world = self._world
        chance, before = world.faults.chance("refused_writes"), world.wire.turned_away
        for _ in range(chance.randint(1, 4)):
            table = chance.choice(sorted(world.dynamodb.tables))
            world.trace.note(table, "refuses writes")
            world.wire.refusing[table] = world.scheduler.now + chance.uniform(0.5, 20)
            world.scheduler.sleep(chance.uniform(1, 60))
        if world.wire.turned_away > before:
            world.faults.struck("refused_writes")

    def _redeploy(self) -> None:
        """Deploy a schedule with one more entry, which starts as early as the rules have it."""
        world = self._world
        chance = world.faults.chance("redeployed")
        start = -(-int(world.scheduler.now + ENTRY_AHEAD_SECONDS) // MINUTE) * MINUTE
        entry: dict[str, Any] = {
            "from": datetime.fromtimestamp(start, UTC).isoformat(),
            "seconds": chance.choice([20, 60]),
            "groups": chance.choice([1, 4]),
            "buckets": chance.choice([1, 3]),
        }
        world.entries = [*world.entries, entry]
        world.trace.note("deployed", entry)
        world.functions.deploy(world.variables)

    def _split(self) -> None:
        shard = self._world.faults.chance("shard_split").choice(list(self._world.stream.open_shards))
        middle = (shard.first_key + shard.last_key) // 2 + 1
        self._reshard(
            "shard_split", {shard}, "split_shard", ShardToSplit=shard.shard_id, NewStartingHashKey=str(middle)
        )

    def _merge(self) -> None:
        shards = list(self._world.stream.open_shards)
        if len(shards) > 1:
            at = self._world.faults.chance("shards_merged").randrange(len(shards) - 1)
            one, other = shards[at : at + 2]
            request = {"ShardToMerge": one.shard_id, "AdjacentShardToMerge": other.shard_id}
            self._reshard("shards_merged", {one, other}, "merge_shards", **request)

    def _reshard(self, fault: str, parents: set[Shard], operation: str, **request: str) -> None:
        """Replace shards; give up if Kinesis will not, as while it is at it."""
        world = self._world
        for _ in range(TRIES):
            try:
                getattr(self._kinesis, operation)(StreamName=world.stream.name, **request)
            except (ClientError, BotoCoreError):
                world.scheduler.sleep(10)
            else:
                break
        while not world.stream.is_active:
            world.scheduler.sleep(5)
            world.stream.settle(world.scheduler.now)
        if any(parents == set(child.parents) for parent in parents for child in parent.children):
            world.faults.struck(fault)  # whatever the answer was
        world.kinesis_news.fire()
        if world.faults.looms("poller_restarted"):
            self._restart(world.ingest_mapping)

    def _restart(self, mapping: Mapping) -> None:
        """Restart a poller while its invocations run, or in a minute if it has none before."""
        for _ in range(MINUTE):
            if mapping.invokes:
                self._world.faults.struck("poller_restarted")
                break
            self._world.scheduler.sleep(1)
        mapping.restart()

    def _send_hostile_records(self) -> None:
        """Put records that no producer of ours would."""
        world = self._world
        chance = world.faults.chance("hostile_record")
        for _ in range(chance.randint(1, 4)):
            record = hostile_record(chance, [self._payload(chance) for _ in range(chance.randint(1, 3))])
            for data, content in record.payloads:
                world.truth.means(data, content)
            world.truth.holds(record.data, [data for data, _ in record.payloads])
            entry = {"Data": record.data, "PartitionKey": record.partition_key}
            try:
                answer = self._kinesis.put_records(StreamName=world.stream.name, Records=[entry])
            except (ClientError, BotoCoreError):
                continue  # strangers try once
            if not answer["FailedRecordCount"]:
                world.faults.struck("hostile_record")

    def _payload(self, chance: Random) -> Payload:
        """Return what a stranger sends: an odd event, an event that a client has sent, or none at all."""
        world = self._world
        kind = chance.random()
        if kind < 0.2 and world.sent:
            event = chance.choice(world.sent)
            data = json.dumps(event.fields()).encode()
            world.repeat(data)
            return data, event
        self._strange += 1
        age = chance.randint(0, 30)
        event = Sent(
            str(self._strange), "mastodon", "stranger", int(world.scheduler.now) - age, "like", "en", ("seas",)
        )
        return odd_event(chance, event) if kind < 0.6 else no_event(chance, event.fields)

    def _lose_log_stream(self) -> None:
        """Have nobody read the log's stream until it has lost what came before, and the next phase begins."""
        world = self._world
        world.trace.note("rollup disabled")
        world.rollup_mapping.enable(False)
        disabled = world.scheduler.now
        world.scheduler.sleep(max(world.phases[1][0] - disabled - 10, 0.0))
        lost_until = world.scheduler.now - STREAM_SECONDS
        if any(disabled < change.at < lost_until for change in world.dynamodb.tables[LOG_TABLE].changes):
            world.faults.struck("log_stream_lost")
        world.rollup_mapping.enable(True)

    def _tick(self) -> None:
        """Invoke the sweep by its schedule, and rarely when little has happened for long, as if most ticks failed."""
        world = self._world
        while True:
            begun = max([start for start, _ in world.phases if start <= world.scheduler.now], default=self._first)
            quiet = world.scheduler.now > begun + 2 * HOUR
            world.scheduler.sleep(3 * HOUR if quiet else self._every)
            if self.sweeping:
                world.functions.send(FunctionName.SWEEP, b"{}")

    def _tick_views(self) -> None:
        """Invoke views each minute while something is sent, otherwise rarely, as if most of its ticks failed."""
        world = self._world
        now = world.scheduler.clock
        while True:
            begins = [start for start, _ in world.phases if start > now() - BUSY_SECONDS]
            if begins and begins[0] <= now():
                seconds = float(MINUTE)
            else:
                seconds = min([world.scheduler.chance.uniform(*IDLE_SECONDS), *(start - now() for start in begins)])
            world.scheduler.sleep(seconds)
            if self.viewing:
                world.functions.send(FunctionName.VIEWS, b"{}")
