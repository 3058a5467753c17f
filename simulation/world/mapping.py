"""An event source mapping in the simulated world: the poller's core, driven by programs of the scheduler.

A shard in which nothing new arrives is not read again and again, which would be most of a run: an empty answer is given
when something has come. Likewise shards are listed again when one has ended. The core sees calls that took long.
"""

import itertools
import json
from collections.abc import Callable
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from simulation.event_source_mapping import MappingConfig, MappingIdentity, MappingPoller, NotInvoked
from simulation.event_source_mapping.actions import (
    Action,
    Checkpoint,
    InvokeFunction,
    ListShards,
    OpenIterator,
    ReadRecords,
    SendRecord,
)
from simulation.event_source_mapping.invocation import InvocationResult
from simulation.event_source_mapping.invocation_record import InvocationRecord
from simulation.event_source_mapping.limits import HoldLimits
from simulation.faults import Faults
from simulation.scheduler import Scheduler, Signal
from simulation.streams.reader import ReadAnswer, ReadError, StreamReader
from simulation.trace import Trace

RECORD: Final = b'"eventSourceARN"'
"""What each record of a batch has once."""
KEPT_PAYLOADS: Final = 20
"""Batches that may come again."""


class Mapping:
    """Polls one stream for one function.

    Attributes:
        config: Its settings.
        name: That of the function.
        batches_at_once: Of a shard, that the function may be invoked with.
        payloads: Batches that were invoked last, of which any may come again.
        discarded: Invocation records of batches that were given up, each as often as it was to be stored; but for those
            that were not when the poller was restarted: it finds them again, if the stream still has them.
        most_held: Most records of a shard that the poller held.
        most_to_hold: As many as it may.
        delivered: Called with each batch before the function is invoked with it.
        answered: Called with the batch and what came of it.
    """

    def __init__(
        self,
        config: MappingConfig,
        scheduler: Scheduler,
        faults: Faults,
        trace: Trace,
        *,
        reader: StreamReader,
        invoke: Callable[[bytes], InvocationResult],
        store: Callable[[InvocationRecord], object],
        news: Signal,
        hold: HoldLimits | None = None,
    ) -> None:
        """Read by `reader` when `news` come; hold as much as a deployed mapping does unless `hold` says otherwise.

        `store` brings what says of a batch that it was given up where it belongs, and raises what calls of its service
        do.
        """
        self.name = config.function_name
        self.batches_at_once = config.parallelization_factor
        self.discarded: list[bytes] = []
        self._stored: set[bytes] = set()
        self.most_held = 0
        self._hold = hold or HoldLimits.of(config)
        self.most_to_hold = self._hold.records
        self.config = config
        self._scheduler = scheduler
        self._faults = faults
        self._trace = trace
        self._reader = reader
        self._invoke = invoke
        self._store = store
        self._news = news
        self._changed, self._shard_ended = Signal(scheduler), Signal(scheduler)
        self.payloads: list[bytes] = []
        self.delivered: Callable[[bytes], object] = lambda _: None
        self.answered: Callable[[bytes, InvocationResult], object] = lambda *_: None
        self._ids = itertools.count(1)
        self._invocations = 0
        self._is_listed = False
        """Whether the shards were listed since one of them ended."""
        self._core = self._new_core({})
        scheduler.spawn(self._poll)

    @property
    def checkpoints(self) -> dict[str, str]:
        """By shard, up to where everything is done."""
        return self._core.checkpoints

    def enable(self, enabled: bool) -> None:
        """Switch polling on or off."""
        self._core.enabled = enabled
        self._changed.fire()

    @property
    def invokes(self) -> bool:
        """Whether an invocation is under way."""
        return self._invocations > 0

    def restart(self) -> None:
        """Start anew from the checkpoints, as another poller would; invocations that run are not waited for."""
        enabled = self._core.enabled
        self._core = self._new_core(self._core.checkpoints)
        self._core.enabled = enabled
        self.discarded = [record for record in self.discarded if record in self._stored]
        self._is_listed = False
        self._changed.fire()

    def deliver_again(self, payload: bytes, delay: float) -> None:
        """Have a batch come once more, of which the poller knows nothing."""
        self._scheduler.spawn(lambda: self._invoke(payload), delay=delay)

    def _new_core(self, checkpoints: dict[str, str]) -> MappingPoller:
        return MappingPoller(
            self.config,
            MappingIdentity("mapping", f"arn:aws:lambda:::function:{self.name}", "arn:aws:iam:::role"),
            now=self._scheduler.now,
            new_id=lambda: f"id-{next(self._ids)}",
            checkpoints=checkpoints,
            hold=self._hold,
        )

    def _poll(self) -> None:
        scheduler = self._scheduler
        while True:
            core = self._core
            for action in core.actions(scheduler.now):
                self._perform(core, action)
            self.most_held = max(self.most_held, core.most_held)
            wake = core.wake()
            self._changed.wait(None if wake is None else wake - scheduler.now)

    def _perform(self, core: MappingPoller, action: Action) -> None:
        spawn = self._scheduler.spawn
        match action:
            case ListShards():
                spawn(lambda: self._list(core))
            case OpenIterator() | ReadRecords():
                spawn(lambda: self._read(core, action))
            case InvokeFunction():
                spawn(lambda: self._have_processed(core, action))
            case SendRecord():
                self.discarded.append(action.record.body)
                spawn(lambda: self._send(core, action))
            case Checkpoint():
                self._trace.note(self.name, "checkpoint", action.shard_id, action.sequence_number)

    def _list(self, core: MappingPoller) -> None:
        while self._is_listed:
            self._shard_ended.wait()
        if core is not self._core:
            return  # else one that was restarted would take the listing that its successor waits for
        self._is_listed = True
        try:
            shards = self._reader.list_shards()
        except ReadError:
            self._is_listed = False
            core.listing_failed(self._scheduler.now)
        else:
            core.shards_listed(shards, self._scheduler.now)
        self._changed.fire()

    def _read(self, core: MappingPoller, action: OpenIterator | ReadRecords) -> None:
        try:
            if isinstance(action, OpenIterator):
                iterator = self._reader.open_iterator(action.shard_id, action.position)
                core.iterator_opened(action.shard_id, iterator, self._scheduler.now)
            else:
                answer = self._read_on(action.iterator, action.limit)
                if answer.next_iterator is None:
                    self._is_listed = False
                    self._shard_ended.fire()
                core.records_read(
                    action.shard_id,
                    answer.records,
                    answer.next_iterator,
                    self._scheduler.now,
                    millis_behind=answer.millis_behind,
                )
        except ReadError as error:
            core.read_failed(action.shard_id, error.problem, self._scheduler.now)
        self._changed.fire()

    def _read_on(self, iterator: str, limit: int) -> ReadAnswer:
        fired = self._news.fired
        answer = self._reader.read(iterator, limit)
        if answer.records or answer.next_iterator is None or answer.millis_behind:
            return answer
        if self._news.fired == fired:  # otherwise they came with the answer under way
            self._news.wait()
        self._scheduler.sleep(self._scheduler.chance.random())
        return self._reader.read(answer.next_iterator, limit)

    def _have_processed(self, core: MappingPoller, action: InvokeFunction) -> None:
        payload, faults = action.payload, self._faults
        if faults.strikes("two_handlers"):
            self.deliver_again(payload, faults.chance("two_handlers").uniform(0, 0.1))
        if faults.strikes("duplicate_delivery"):
            self.deliver_again(payload, faults.chance("duplicate_delivery").uniform(1, 600))
        self.payloads = [*self.payloads[-KEPT_PAYLOADS:], payload]
        if self.name == "rollup":
            self._mistreat()
        self.delivered(payload)
        self._invocations += 1
        result = self._invoke(payload)
        self._invocations -= 1
        self.answered(payload, result)
        if isinstance(result, NotInvoked):
            self._trace.note(self.name, "not invoked", result.reason)
        core.invoked(action.token, result, self._scheduler.now)
        self._changed.fire()

    def _send(self, core: MappingPoller, action: SendRecord) -> None:
        try:
            self._store(action.record)
        except (ClientError, BotoCoreError):
            core.record_refused(action.token, self._scheduler.now)
        else:
            self._stored.add(action.record.body)
            core.record_sent(action.token, self._scheduler.now)
        self._changed.fire()

    def _mistreat(self) -> None:
        """Bring what the stream never would: what is old, or in no order."""
        faults = self._faults
        if (old := self.payloads[:-1]) and faults.strikes("stale_records"):
            chance = faults.chance("stale_records")
            self.deliver_again(chance.choice(old), chance.uniform(0, 60))
        if (several := [each for each in self.payloads if each.count(RECORD) > 1]) and faults.strikes(
            "shuffled_records"
        ):
            chance = faults.chance("shuffled_records")
            event = json.loads(chance.choice(several))
            chance.shuffle(event["Records"])
            self.deliver_again(json.dumps(event).encode(), chance.uniform(0, 10))
