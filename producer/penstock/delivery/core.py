"""The delivery core: from events to acknowledged records, without threads, clocks or sockets.

A shell feeds it events, answers and the time, makes the calls that it asks for, and wakes it when it says so. The
thread shell is ``penstock.producer``; tests and simulations are others.
"""

from collections import deque
from collections.abc import Callable

from penstock.aggregation import UserRecord
from penstock.backoff import Backoff
from penstock.config import ProducerConfig
from penstock.delivery.busiest_keys import BusiestKeys
from penstock.delivery.calls import (
    Answer,
    Call,
    CallFailure,
    ListShardsAnswer,
    PutRecords,
    PutRecordsAnswer,
    RecordAnswer,
)
from penstock.delivery.completion import Completion, Observer
from penstock.delivery.departures import Departures
from penstock.delivery.lanes import Lanes
from penstock.delivery.ledger import Ledger
from penstock.delivery.outcomes import Moved, PutResult
from penstock.delivery.record import EVENT_OVERHEAD_BYTES, PlainRecord, Record
from penstock.delivery.shard_listing import ShardListing
from penstock.delivery.statistics import Statistics
from penstock.delivery.verdicts import certainly_not_written, explain, incurable
from penstock.delivery.watchdog import Signs
from penstock.errors import EventTooLargeError, RequestRefusedError, ShardMapError, UndeliveredError
from penstock.routing import ShardMap

Receipt = tuple[Completion, int]
"""What tells the outcome of an event, and the event's index there."""


class Delivery:
    """Aggregates events by lane, collects records into calls, and repeats what fails until it succeeds.

    A shell holds a lock around each method, calls ``poll`` after every answer, when ``urgent`` is set and at
    ``wake_at``, and makes the calls that it returns. Times are those of the shell's clock, in seconds.

    Args:
        config: limits and times.
        random: returns a number from 0 to 1, for jitter.
        epoch: what makes seconds since the Unix epoch of the clock's, for reports.

    Attributes:
        urgent: whether there is something new for ``poll``.
        busiest_keys: to be shown each call that was made. Safe between threads, so best outside of the lock.
    """

    def __init__(self, config: ProducerConfig, *, random: Callable[[], float], epoch: float = 0.0) -> None:
        self._config = config
        self._epoch = epoch
        self._backoff = Backoff(base=config.backoff_base_seconds, cap=config.backoff_cap_seconds, random=random)
        self._listing = ShardListing(lanes_per_shard=config.lanes_per_shard, backoff=self._backoff)
        self._lanes = Lanes(config)
        self._routes = self._lanes.routes
        self._departures = Departures(config, self._lanes)
        self._ledger = Ledger(config.buffer_bytes)
        self._misrouted: list[tuple[Record, PutResult]] = []
        self._unlisted: set[str] = set()
        self.urgent = False
        self.busiest_keys = BusiestKeys(config.busiest_keys, random=random)

    def add(self, partition_key: str, explicit_hash_key: str | None, data: bytes) -> Receipt | None:
        """Take an event.

        Returns:
            Where to learn its outcome, or none if the buffer has no room; then nothing has changed.

        Raises:
            InvalidEventError: if Kinesis takes no such keys.
        """
        ledger = self._ledger
        if len(data) > ledger.free and len(data) <= self._config.max_record_bytes:
            self.flush()  # what is held back for company takes the room
            return None
        if explicit_hash_key is None:
            # The way of nearly every event, hence written out.
            try:
                place, entry = self._routes[partition_key]
            except (KeyError, TypeError):  # unknown, or no key at all, which the next line refuses
                place, entry = self._lanes.route(partition_key)
            builder = place.builder
            cost = builder.add(entry, data)
            if cost:
                ledger.free -= cost + EVENT_OVERHEAD_BYTES
                return place.completion, builder.count - 1
        record = self._add(UserRecord(partition_key, explicit_hash_key, data))
        return record.completion, record.count - 1

    def poll(self, now: float) -> list[Call]:
        """Return the calls to make now."""
        self.urgent = False
        calls: list[Call] = []
        listing = self._listing.poll(now)
        if listing is not None:
            calls.append(listing)
        calls += self._departures.poll(now)
        self._ledger.called(calls, now)
        return calls

    def wake_at(self) -> float | None:
        """Return when to poll at the latest, none if only an event or an answer can bring something to do."""
        times = (self._listing.next_at, self._departures.next_at)
        return min((time for time in times if time is not None), default=None)

    def answer(self, call: Call, answer: Answer, now: float) -> None:
        """Take the answer to a call, or its failure."""
        self._ledger.answered(call, answer, now)
        if isinstance(call, PutRecords):
            self._departures.in_flight -= 1
            self._records_answered(call, answer, now)
        elif isinstance(answer, ListShardsAnswer):
            self._shards_listed(answer, now)
        elif isinstance(answer, CallFailure):
            self._listing_failed(answer, now)

    def flush(self) -> int:
        """Let all events so far leave without waiting for company; return a mark for ``flushed``."""
        self._departures.hurry()
        self.urgent = True
        return self._lanes.last_serial

    def flushed(self, mark: int) -> bool:
        """Tell whether all events that had been taken when the mark was made have an outcome."""
        return self._ledger.settled_until(mark)

    def abandon(self) -> int:
        """Give up what has no outcome; return how many events that is. Answers yet to come are ignored."""
        self._accept_misrouted()
        pending = self._ledger.pending
        for record in pending:
            message = "the producer was closed before the event was acknowledged; it may be in the stream all the same"
            self._ledger.fail(record, UndeliveredError, message, None)
        self._lanes.close_all()
        self._lanes.unrouted.clear()
        self._departures.collect()
        self._departures.take_where(lambda _: True)
        return sum(record.count for record in pending)

    def take_observers(self) -> list[Observer]:
        """Take away the observers of events that have got an outcome, to call them outside of the lock."""
        observers, self._ledger.observers = self._ledger.observers, []
        return observers

    def statistics(self) -> Statistics:
        """Return what was done so far."""
        return self._ledger.statistics(
            handed_over=self._lanes.events,
            calls_in_flight=self._departures.in_flight,
            busiest_keys=self.busiest_keys.by_shard,
        )

    @property
    def busy(self) -> bool:
        """Whether any event is without an outcome."""
        return bool(self._ledger)

    def signs(self, now: float) -> Signs:
        """Return what tells whether and why nothing gets through."""
        return self._ledger.signs(handed_over=self._lanes.events, now=now)

    def _add(self, event: UserRecord) -> Record:
        record, charge = self._lanes.add(event)
        if record.record_bytes > self._config.max_record_bytes:
            message = (
                f"the event and its partition key have {record.record_bytes:,} bytes, a record at most "
                f"{self._config.max_record_bytes:,}: make it smaller, or raise max_record_bytes if the stream allows"
            )
            self._ledger.refuse(record, EventTooLargeError, message, None)
            return record
        self._ledger.free -= charge
        if record.count == 1:
            self._ledger.open(record)
            if self._lanes.shard_map is None:
                self._listing.want()
            if self._departures.collect():
                self.urgent = True
        return record

    def _records_answered(self, call: PutRecords, answer: Answer, now: float) -> None:
        if isinstance(answer, CallFailure):
            self._call_failed(call, answer, now)
        elif isinstance(answer, PutRecordsAnswer) and len(answer.records) == len(call.records):
            shares: dict[str, float] = {}
            for record, result in zip(call.records, answer.records, strict=True):
                if record in self._ledger:  # it has not been abandoned
                    self._note_attempt(record, call, result.error_code, now)
                    self._record_answered(record, result, shares, now)
        else:
            self._call_failed(call, CallFailure("MalformedAnswer", "the answer does not fit the call", None), now)

    def _record_answered(self, record: Record, result: RecordAnswer, shares: dict[str, float], now: float) -> None:
        code = result.error_code
        if code is None:
            self._written(record, PutResult(result.shard_id, result.sequence_number, record.attempts))
            return
        self._ledger.note_error(record, code)
        kind = incurable(code)
        if kind is not None:
            self._ledger.fail(record, kind, explain(kind, code, result.error_message), code)
            return
        # What failed together for one shard comes back together: a throttled shard makes few calls, not many.
        share = shares.setdefault(record.lane.shard_id, self._backoff.draw())
        self._retry(record, code, share, now)

    def _call_failed(self, call: PutRecords, failure: CallFailure, now: float) -> None:
        records = [record for record in call.records if record in self._ledger]
        for record in records:
            self._note_attempt(record, call, failure.code, now)
        kind = incurable(failure.code, failure.status)
        if kind is None:
            share = self._backoff.draw()
            for record in records:
                self._retry(record, failure.code, share, now)
        elif kind is RequestRefusedError and len(call.records) > 1:
            # One record may be to blame: the others should not share its fate, so each has a call of its own.
            for record in records:
                record.alone = True
            self._departures.put_first(records)
        else:
            for record in records:
                self._ledger.fail(record, kind, explain(kind, failure.code, failure.message), failure.code)

    def _note_attempt(self, record: Record, call: PutRecords, code: str | None, now: float) -> None:
        record.note_attempt(started_at=call.started + self._epoch, seconds=now - call.started, error_code=code)

    def _retry(self, record: Record, code: str, share: float, now: float) -> None:
        self._ledger.retry(record)
        record.maybe_written = record.maybe_written or not certainly_not_written(code)
        if self._is_stray(record):
            self._move(record)
        else:
            self._departures.retry(record, now + self._backoff.seconds(record.tries, share))

    def _written(self, record: Record, result: PutResult) -> None:
        self._ledger.written(record, result)
        predicted = result.shard_id == record.lane.shard_id
        if not predicted and self._is_unknown(result.shard_id):
            self._listing.want()
        if predicted or isinstance(record, PlainRecord) or not self._config.resend_misrouted:
            self._ledger.put(record, result)
        elif self._is_unknown(result.shard_id):
            # Whether all its events are where readers look for them shows when the map is up to date.
            self._misrouted.append((record, result))
        else:
            self._judge(record, result)

    def _judge(self, record: Record, result: PutResult) -> None:
        shard = self._lanes.shard_map.shard(result.shard_id) if self._lanes.shard_map else None
        if shard is None or record.belongs_to(shard):
            self._ledger.put(record, result)
        else:
            self._ledger.resend(record)
            self._move(record)

    def _is_unknown(self, shard_id: str) -> bool:
        """Tell whether a shard is news: neither in the map nor looked for in vain when that was made."""
        shard_map = self._lanes.shard_map
        return shard_id not in self._unlisted and (shard_map is None or shard_map.shard(shard_id) is None)

    def _shards_listed(self, answer: ListShardsAnswer, now: float) -> None:
        try:
            shard_map = self._listing.page(answer, now)
        except ShardMapError:
            self._ledger.note_map_error()
            return
        if shard_map is not None:
            self._adopt(shard_map)

    def _listing_failed(self, failure: CallFailure, now: float) -> None:
        kind = incurable(failure.code, failure.status)
        if kind is None:
            self._listing.failed(now)
            return
        self._listing.give_up(now)
        self._accept_misrouted()
        if self._lanes.shard_map is None:
            self._lanes.close_all()
            for record in self._lanes.unrouted:
                self._ledger.fail(record, kind, explain(kind, failure.code, failure.message), failure.code)
            self._lanes.unrouted.clear()

    def _adopt(self, shard_map: ShardMap) -> None:
        """Use a new map, and route anew what is still here and has lost its lane."""
        self._lanes.adopt(shard_map)
        self._ledger.adopt(shard.shard_id for shard in shard_map.shards)
        self._departures.collect()
        strays = deque(self._lanes.unrouted)
        self._lanes.unrouted.clear()
        strays += self._departures.take_where(self._is_stray)
        while strays:
            # One by one, each forgotten before the next: all of them twice could exhaust the memory.
            self._move(strays.popleft())
        misrouted, self._misrouted = self._misrouted, []
        shard_ids = {result.shard_id for _, result in misrouted}
        self._unlisted = {shard_id for shard_id in shard_ids if shard_map.shard(shard_id) is None}
        for record, result in misrouted:
            self._judge(record, result)

    def _is_stray(self, record: Record) -> bool:
        """Tell whether a record should be taken apart and routed anew.

        One that may have been written keeps its bytes instead, so that the repeat is recognisable.
        """
        return not record.maybe_written and not self._lanes.has(record.lane)

    def _move(self, record: Record) -> None:
        """Route a record's events anew, each by itself."""
        targets: list[Receipt] = []
        events = record.user_records()
        self._ledger.close(record)
        for event in events:
            younger = self._add(event)
            younger.serial = min(younger.serial, record.serial)
            targets.append((younger.completion, younger.count - 1))
        self._departures.hurry()  # they have waited for company once
        self._ledger.observers += record.completion.settle(Moved(targets))

    def _accept_misrouted(self) -> None:
        misrouted, self._misrouted = self._misrouted, []
        for record, result in misrouted:
            self._ledger.put(record, result)
