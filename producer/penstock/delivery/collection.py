"""Collecting records into calls, fairly from all shards, within each shard's limit and, if need be, in order."""

from collections.abc import Callable, Iterable, Iterator

from penstock.backoff import Backoff
from penstock.config import ProducerConfig
from penstock.delivery.lanes import UNROUTED, Lanes
from penstock.delivery.record import PlainRecord, Record
from penstock.delivery.shard_limit import ShardLimit
from penstock.delivery.shard_queue import ShardQueue
from penstock.delivery.turns import Turns
from penstock.hash_keys import MAX_HASH_KEY
from penstock.routing import Lane, ShardMap


class Collection:
    """The records that are ready to be sent, queued by shard, and which of them make a call.

    With ``ordered``, each lane has a queue, and sends a record only when the one before it has an outcome. When the
    shards change, a new lane begins when all former ones that had some of its hash keys are done.

    Args:
        config: limits.
        lanes: where records are open.
        backoff: for shards that throttle.

    Attributes:
        overdue: whether what is ready leaves now, without waiting for company.
    """

    def __init__(self, config: ProducerConfig, lanes: Lanes, backoff: Backoff) -> None:
        self._config = config
        self._lanes = lanes
        self._backoff = backoff
        self._shard_map: ShardMap | None = None
        self._open_shards: frozenset[str] = frozenset()
        self._queues: dict[Lane | str, ShardQueue] = {}
        self._limits: dict[str, ShardLimit] = {}
        self._turns = Turns()
        self._ready_records = self._ready_bytes = 0
        self.overdue = False

    @property
    def next_at(self) -> float | None:
        """When a shard that is held back may be sent to, none if there is no such."""
        return self._turns.next_at

    @property
    def ready(self) -> bool:
        """Whether there are closed records that could leave."""
        return self._ready_records > 0

    @property
    def full(self) -> bool:
        """Whether there is a call's worth of records, so that waiting for more gains nothing."""
        return self._ready_records >= self._config.call_records or self._ready_bytes >= self._config.call_bytes

    def append(self, records: Iterable[Record]) -> None:
        """Add closed records behind the others."""
        for record in records:
            queue = self._queue_of(record)
            queue.append(record)
            self._stir(queue)

    def add_due(self, records: Iterable[Record]) -> None:
        """Have open records leave when it is their turn, and fill until then."""
        for record in records:
            queue = self._queue_of(record)
            queue.add_due(record)
            if self._stir(queue):
                self.overdue = True

    def put_back(self, records: Iterable[Record]) -> None:
        """Add closed records before all that are younger, to leave as soon as their shards allow."""
        groups: dict[ShardQueue, list[Record]] = {}
        for record in records:
            queue = self._queue_of(record)
            groups.setdefault(queue, []).append(record)
            if queue.busy is record:
                queue.busy = None
            queue.limit = self._limit_of(record)
        for queue, group in groups.items():
            queue.put_back(group)
            if self._stir(queue):
                self.overdue = True

    def release(self, now: float) -> None:
        """Let the shards that were held back until now have their turns."""
        for queue in self._turns.release(now):
            self._count(queue)
            self.overdue = True

    def take(self, now: float) -> list[Record]:
        """Take away the records of one call: as many as its and the shards' limits allow."""
        call: list[Record] = []
        size = 0
        turns = self._turns
        touched: dict[ShardQueue, None] = {}
        while len(call) < self._config.call_records:
            queue = turns.next
            if queue is None:
                self.overdue = False
                break
            touched[queue] = None
            record = queue.first
            if record is None or not queue.may_send:
                turns.leave()
            elif (ready_at := queue.limit.ready_at(record_bytes := record.call_bytes)) > now:
                turns.hold(ready_at)
            elif call and (size + record_bytes > self._config.call_bytes or record.alone or call[0].alone):
                break
            else:
                self._close(record)
                call.append(queue.take_first(record_bytes))
                size += record_bytes
                queue.limit.take(record_bytes, now)
                if self._config.ordered:
                    queue.busy = record
                    turns.leave()
                else:
                    turns.skip()
        for queue in touched:
            self._count(queue)
        return call

    def done(self, record: Record) -> None:
        """Note that a record that had left has an outcome, or goes on in others: the next one of its lane may leave."""
        queue = self._queues.get(record.lane)
        if queue is not None and queue.busy is record:
            queue.busy = None
            if self._stir(queue):
                self.overdue = True

    def remove(self, record: Record) -> None:
        """Take away a closed record that waits here."""
        queue = self._queue_of(record)
        queue.remove(record)
        self._stir(queue)

    def take_where(self, condition: Callable[[Record], bool]) -> list[Record]:
        """Take away the closed records that meet a condition."""
        taken: list[Record] = []
        for queue in self._queues.values():
            taken += queue.take_where(condition)
            self._count(queue)
        return taken

    def throttled(self, record: Record, *, call_started: float, share: float, now: float) -> None:
        """Note that its shard has throttled a record; see ``ShardLimit.throttled``."""
        self._limit_of(record).throttled(call_started=call_started, share=share, now=now)

    def accepted(self, record: Record) -> None:
        """Note that its shard has taken a record."""
        self._limit_of(record).accepted()

    def adopt(self, shard_map: ShardMap) -> None:
        """Use another shard map. Records that have lost their lane and could be routed anew must have been taken."""
        self._shard_map = shard_map
        self._open_shards = frozenset(shard.shard_id for shard in shard_map.shards)
        self._limits = {shard_id: self._limits[shard_id] for shard_id in self._limits.keys() & self._open_shards}
        former = {key: queue for key, queue in self._queues.items() if not self._has(key)}
        self._queues = {key: queue for key, queue in self._queues.items() if key not in former}
        self._turns.clear()
        for queue in self._queues.values():
            queue.waits_for = 0
        for key, queue in former.items():
            queue.precedes = []
            if isinstance(key, Lane):
                self._precede(shard_map, key, queue)
            else:
                # What may have been written keeps its bytes, and goes where its keys lead now.
                self.put_back(queue.take_where(lambda _: True))
            self._count(queue)
        for queue in self._queues.values():
            if self._stir(queue):
                self.overdue = True

    def records(self) -> list[Record]:
        """Return all closed records that wait here."""
        return [record for queue in self._queues.values() for record in queue.records()]

    def mend(self) -> None:
        """Bring the queues in order again after an exception from anywhere."""
        self._ready_records = self._ready_bytes = 0
        for queue in self._queues.values():
            queue.mend()
            queue.counted = (0, 0)
        for queue in list(self._queues.values()):
            if self._stir(queue):
                self.overdue = True

    def clear(self) -> None:
        """Forget everything."""
        self._turns.clear()
        self._queues.clear()
        self._ready_records = self._ready_bytes = 0
        self.overdue = False

    def _precede(self, shard_map: ShardMap, lane: Lane, queue: ShardQueue) -> None:
        """Have the lanes that have a former lane's hash keys now wait until its queue is done."""
        if queue.done:
            return
        self._queues[lane] = queue
        if (first := queue.first) is not None:
            queue.limit = self._limit_of(first)
        for heir in _heirs(shard_map, lane):
            heir_queue = self._queue(heir, heir.shard_id)
            heir_queue.waits_for += 1
            queue.precedes.append(heir_queue)

    def _close(self, record: Record) -> None:
        if not isinstance(record, PlainRecord) and self._lanes.close(record):
            self.append(self._lanes.take_closed())

    def _stir(self, queue: ShardQueue) -> bool:
        """Give a queue that may send a place in the round, and those that wait for it if it is done."""
        if queue.precedes and queue.done:
            precedes, queue.precedes = queue.precedes, []
            self._queues = {key: kept for key, kept in self._queues.items() if kept is not queue}
            for heir in precedes:
                heir.waits_for -= 1
                if self._stir(heir):
                    self.overdue = True
        ready = queue.may_send and self._turns.join(queue)
        self._count(queue)
        return ready

    def _count(self, queue: ShardQueue) -> None:
        records, size = queue.load if queue.ready else (0, 0)
        self._ready_records += records - queue.counted[0]
        self._ready_bytes += size - queue.counted[1]
        queue.counted = records, size

    def _has(self, key: Lane | str) -> bool:
        return self._lanes.has(key) if isinstance(key, Lane) else key in self._open_shards

    def _queue_of(self, record: Record) -> ShardQueue:
        if self._config.ordered:
            return self._queue(record.lane, record.lane.shard_id)
        shard_id = self._destination(record)
        return self._queue(shard_id, shard_id)

    def _queue(self, key: Lane | str, shard_id: str) -> ShardQueue:
        queue = self._queues.get(key)
        if queue is None:
            queue = ShardQueue(self._limit(shard_id), one_at_a_time=self._config.ordered)
            queue.waits_for = int(shard_id == UNROUTED.shard_id)
            self._queues[key] = queue
        return queue

    def _limit_of(self, record: Record) -> ShardLimit:
        return self._limit(self._destination(record))

    def _limit(self, shard_id: str) -> ShardLimit:
        limit = self._limits.get(shard_id)
        if limit is None:
            limit = self._limits[shard_id] = ShardLimit(self._config.rate_limit_percent, self._backoff)
        return limit

    def _destination(self, record: Record) -> str:
        """Return the shard that a record goes to, which is another than its lane's if that is closed."""
        shard_id = record.lane.shard_id
        if shard_id in self._open_shards or self._shard_map is None:
            return shard_id
        return self._shard_map.lane_at(record.hash_key).shard_id


def _heirs(shard_map: ShardMap, lane: Lane) -> Iterator[Lane]:
    """Yield the lanes of a map that have hash keys of another map's lane."""
    start = lane.start
    while start <= min(lane.end, MAX_HASH_KEY):
        heir = shard_map.lane_at(start)
        yield heir
        start = heir.end + 1
