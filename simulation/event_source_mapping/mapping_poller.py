"""The core of an event source mapping: a state machine without threads, clock, sockets or randomness.

A shell (threads against moto, a seeded scheduler in a simulation) calls `actions` with the time, performs what it
returns, reports each result to the method the action names, and calls `actions` again: after every report, and when
`wake` says so. Times are in epoch seconds and never go backwards.

    for action in core.actions(now):
        match action:
            case InvokeFunction(token, payload):
                core.invoked(token, invoke(payload), now)
            ...

What it keeps, whatever the answers: every record is delivered until it is acknowledged, filtered or discarded as
configured; records of one order key are delivered in order; a checkpoint never passes a record that is not done; a
shard is read when its parents are done.
"""

from collections.abc import Callable, Mapping, Sequence

from penstock.listing import ListedShard
from simulation.event_source_mapping.actions import (
    SHARD_END,
    Action,
    Checkpoint,
    InvokeFunction,
    ListShards,
    ReadProblem,
    SendRecord,
)
from simulation.event_source_mapping.assignment import Assignment, by_hash
from simulation.event_source_mapping.backoff import Backoff
from simulation.event_source_mapping.configuration import MappingConfig
from simulation.event_source_mapping.counters import Counters
from simulation.event_source_mapping.intake import RawRecord, intake_for
from simulation.event_source_mapping.invocation import InvocationResult
from simulation.event_source_mapping.invocation_record import MappingIdentity, invocation_record
from simulation.event_source_mapping.limits import LISTING_INTERVAL, HoldLimits, ReadLimits, read_limits
from simulation.event_source_mapping.lineage import MappingLineage
from simulation.event_source_mapping.records import StreamRecord, payload
from simulation.event_source_mapping.shard import ShardPoller
from simulation.event_source_mapping.slot import Discard, Invoke, Slot


class MappingPoller:
    """Polls one stream for one function.

    Parameters
    ----------
    config, identity
        The mapping's properties, and the names that only a deployed mapping has.
    now
        The time at the start.
    new_id
        Makes random UUIDs, for invocation records.
    checkpoints
        Where to go on: for a shard the last sequence number that is done, or `SHARD_END`. Shards without one
        begin at the mapping's starting position.
    assignment, backoff, limits, hold
        What Lambda does not document, or a test wants otherwise; see the modules of these names.
    """

    def __init__(
        self,
        config: MappingConfig,
        identity: MappingIdentity,
        *,
        now: float,
        new_id: Callable[[], str],
        checkpoints: Mapping[str, str] | None = None,
        assignment: Assignment = by_hash,
        backoff: Backoff | None = None,
        limits: ReadLimits | None = None,
        hold: HoldLimits | None = None,
    ) -> None:
        self.config = config
        self.counters = Counters()
        self.enabled = config.enabled
        """Polling and invoking stop while False and go on where they stopped (property Enabled)."""
        self._identity = identity
        self._new_id = new_id
        self._reported = dict(checkpoints or {})
        self._lineage = MappingLineage(config, dict(self._reported))
        self._assignment = assignment
        self._backoff = backoff or Backoff()
        self._limits = limits or read_limits(config.stream_kind)
        self._hold = hold or HoldLimits.of(config)
        self._intake = intake_for(config, identity.role_arn)
        self._shards: dict[str, ShardPoller] = {}
        self._listing = False
        self._unlisted = True  # whether shards may have come into being since the last listing began
        self._next_listing = now
        self._listing_failures = 0
        self._last_token = 0
        self._under_way: dict[int, tuple[ShardPoller, Slot]] = {}
        self._asked_at: float | None = None

    # What the poller is up to.

    @property
    def checkpoints(self) -> dict[str, str]:
        """The last sequence number that is done of every shard that was read, or `SHARD_END`."""
        return dict(self._reported)

    @property
    def most_held(self) -> int:
        """How many records of a shard are held, of the one that most are held of."""
        return max((len(shard.ledger) for shard in self._shards.values()), default=0)

    def lag(self, now: float) -> float:
        """Iterator age in seconds: how old the oldest record is that is not done, 0 when all are."""
        ages = [0.0]
        for shard in self._shards.values():
            if (arrival := shard.ledger.oldest_arrival) is not None:
                ages.append(now - arrival)
            ages.append((shard.millis_behind or 0) / 1000)
        return max(ages)

    def idle(self, since: float | None = None) -> bool:
        """Whether everything in the stream is done, as far as the last read of every shard can tell.

        With `since`, only reads that began after that time are trusted: then everything that was in the stream by
        then is done. A disabled mapping is idle when no result is outstanding.
        """
        if self._under_way:
            return False
        if not self.enabled:
            return True
        return (
            not self._unlisted
            and not self._listing
            and not self._lineage.waiting
            and all(not shard.ledger and self._is_verified(shard, since) for shard in self._shards.values())
        )

    def look(self, now: float) -> None:
        """Find out soon what is in the stream by now, rather than at the base rate: `idle(since=now)` is waited for."""
        self._asked_at = now

    def look_away(self) -> None:
        """Read at the base rate again: nobody waits any more."""
        self._asked_at = None

    # What to do, and when.

    def actions(self, now: float) -> list[Action]:
        """What is to be done now. Every action is returned once."""
        actions: list[Action] = self._settled(now)
        if not self.enabled:
            return actions
        if not self._listing and self._next_listing <= now:
            self._listing, self._unlisted = True, False
            actions.append(ListShards())
        for shard in self._shards.values():
            if self._asked_at is not None and not self._is_verified(shard, self._asked_at):
                shard.read_soon(now)
            if (read := shard.read_action(now)) is not None:
                actions.append(read)
            for slot, step in shard.slot_steps(now):
                if (action := self._slot_action(shard, slot, step, now)) is not None:
                    actions.append(action)
        return actions + self._settled(now)

    def wake(self) -> float | None:
        """When to call `actions` next if no result comes first; None when only a result can change anything."""
        if not self.enabled:
            return None
        wakes = [] if self._listing else [self._next_listing]
        for shard in self._shards.values():
            wakes.extend(shard.wakes())
        return min(wakes, default=None)

    # Results of actions.

    def shards_listed(self, shards: Sequence[ListedShard], now: float) -> None:
        """Take in a listing of all the stream's shards."""
        self._listing = False
        self._listing_failures = 0
        self._next_listing = now if self._unlisted else now + LISTING_INTERVAL
        listed = {shard.shard_id for shard in shards}
        for shard in self._shards.values():
            if shard.not_found and shard.shard_id not in listed:
                shard.vanish()
                self._next_listing = now  # its end is told at once, and who waited for it begins
        self._lineage.listed(shards)
        self._start_shards(now)

    def listing_failed(self, now: float) -> None:
        """The listing is tried again after a while."""
        self._listing, self._unlisted = False, True
        self._listing_failures += 1
        self.counters.read_failures += 1
        self._next_listing = now + self._backoff.delay(self._listing_failures)

    def iterator_opened(self, shard_id: str, iterator: str, now: float) -> None:
        """Take in a shard iterator."""
        self._shards[shard_id].iterator_opened(iterator, now)

    def records_read(
        self,
        shard_id: str,
        records: Sequence[RawRecord],
        next_iterator: str | None,
        now: float,
        *,
        millis_behind: int | None = None,
    ) -> None:
        """Take in a GetRecords answer; `next_iterator` is None at the end of a closed shard."""
        self._shards[shard_id].records_read(records, next_iterator, millis_behind, now)

    def read_failed(self, shard_id: str, problem: ReadProblem, now: float) -> None:
        """A call for a shard's iterator or records failed."""
        self._shards[shard_id].read_failed(problem, now)
        if problem is ReadProblem.NOT_FOUND:
            self._next_listing, self._unlisted = now, True

    def invoked(self, token: int, result: InvocationResult, now: float) -> None:
        """Take in what became of an invocation."""
        shard, slot = self._under_way.pop(token)
        self._close(shard, slot.invoked(result, now))

    def record_sent(self, token: int, now: float) -> None:
        """The failure destination has the record of a discarded batch."""
        shard, slot = self._under_way.pop(token)
        self._close(shard, slot.recorded(now))

    def record_refused(self, token: int, now: float) -> None:
        """The failure destination did not take the record; it is sent again after a while."""
        _, slot = self._under_way.pop(token)
        slot.refused(now)

    # Parts.

    def _start_shards(self, now: float) -> None:
        """Begin with the shards that have no parent to wait for."""
        for shard_id, position in self._lineage.ready():
            self._shards[shard_id] = ShardPoller(
                shard_id,
                position,
                self.config,
                intake=self._intake,
                limits=self._limits,
                hold=self._hold,
                assignment=self._assignment,
                backoff=self._backoff,
                counters=self.counters,
                now=now,
            )

    def _slot_action(self, shard: ShardPoller, slot: Slot, step: Invoke | Discard, now: float) -> Action | None:
        """Turn a slot's step into an action, or carry it out where it needs nobody else."""
        if isinstance(step, Invoke):
            return InvokeFunction(self._token(shard, slot), payload(step.batch.records, step.fields))
        if self.config.on_failure is None:
            self._close(shard, slot.recorded(now))
            return None
        record = invocation_record(
            self.config,
            self._identity,
            shard.shard_id,
            step.batch,
            step.condition,
            now=now,
            new_id=self._new_id(),
        )
        return SendRecord(self._token(shard, slot), self.config.on_failure, record)

    def _token(self, shard: ShardPoller, slot: Slot) -> int:
        """A number by which the result of an action finds its way back."""
        self._last_token += 1
        self._under_way[self._last_token] = (shard, slot)
        return self._last_token

    @staticmethod
    def _close(shard: ShardPoller, records: Sequence[StreamRecord]) -> None:
        for record in records:
            shard.ledger.close(record.place)

    def _settled(self, now: float) -> list[Action]:
        """Report checkpoints that moved, and let go of shards that are done to their end."""
        reports: list[Action] = []
        for shard_id, shard in list(self._shards.items()):
            checkpoint = shard.checkpoint
            if checkpoint is not None and self._reported.get(shard_id) != checkpoint:
                self._reported[shard_id] = checkpoint
                reports.append(Checkpoint(shard_id, checkpoint))
            if shard.done:
                del self._shards[shard_id]
                self._lineage.ended(shard_id)
                self._reported[shard_id] = SHARD_END
                reports.append(Checkpoint(shard_id, SHARD_END))
                # Its children may start, and are in the next listing if they are in no earlier one.
                self._next_listing = now
                self._unlisted = True
                self._start_shards(now)
        return reports

    @staticmethod
    def _is_verified(shard: ShardPoller, since: float | None) -> bool:
        """Whether the last read of a shard found nothing more, and began after a time."""
        return shard.verified_at is not None and (since is None or shard.verified_at > since)
