"""The delivery core: from events to acknowledged records, without threads, clocks or sockets.

A shell feeds it events, answers and the time, makes the calls that it asks for, and wakes it when it says so. The
thread shell is ``penstock.shells.threads``; tests and simulations are others.
"""

from collections.abc import Callable, Sequence
from typing import Any

from penstock.aggregation import UserRecord
from penstock.backoff import Backoff
from penstock.config import ProducerConfig
from penstock.delivery.ages import Ages
from penstock.delivery.answers import Answers
from penstock.delivery.busiest_keys import BusiestKeys
from penstock.delivery.calls import (
    Answer,
    Call,
    CallFailure,
    ListShardsAnswer,
    PutRecords,
)
from penstock.delivery.completion import Completion, Observer
from penstock.delivery.departures import Departures
from penstock.delivery.giving_back import GivingBack
from penstock.delivery.intake import Intake
from penstock.delivery.lanes import Lanes
from penstock.delivery.ledger import Ledger
from penstock.delivery.receipts import Receipts
from penstock.delivery.record import EVENT_OVERHEAD_BYTES, Record
from penstock.delivery.rerouting import Rerouting
from penstock.delivery.shard_listing import ShardListing
from penstock.delivery.statistics import Statistics
from penstock.delivery.verdicts import explain, incurable
from penstock.delivery.watchdog import Signs
from penstock.errors import InvalidEventError, ShardMapError, UndeliveredError
from penstock.hash_keys import GivenKey

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
        backoff = Backoff(base=config.backoff_base_seconds, cap=config.backoff_cap_seconds, random=random)
        self._listing = ShardListing(
            lanes_per_shard=config.lanes_per_shard, backoff=backoff, refresh_seconds=config.shard_refresh_seconds
        )
        self._lanes = Lanes(config)
        self._routes = self._lanes.routes
        self._departures = Departures(config, self._lanes, backoff)
        self._ledger = Ledger(config.buffer_bytes)
        self._ages = Ages(config.time_to_live_seconds)
        self._intake = Intake(config, self._lanes, self._ledger, self._departures)
        self._rerouting = Rerouting(
            config,
            lanes=self._lanes,
            ledger=self._ledger,
            departures=self._departures,
            intake=self._intake,
            listing=self._listing,
        )
        self._giving_back = GivingBack(config, self._ledger, self._departures, self._ages)
        self._answers = Answers(
            config,
            ledger=self._ledger,
            departures=self._departures,
            rerouting=self._rerouting,
            giving_back=self._giving_back,
            backoff=backoff,
            epoch=epoch,
        )
        self.urgent = False
        self.busiest_keys = BusiestKeys(config.busiest_keys, random=random)

    def add(self, partition_key: GivenKey, explicit_hash_key: GivenKey, data: bytes) -> Receipt | None:
        """Take an event.

        Returns:
            Where to learn its outcome, or none if the buffer has no room; then nothing has changed.

        Raises:
            InvalidEventError: if Kinesis takes no such keys.
        """
        try:
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
                    return place.completion, len(builder.parts) // 3 - 1  # as its count, at less cost
            record = self._add(UserRecord(partition_key, explicit_hash_key, data))
            return record.completion, record.count - 1
        except InvalidEventError:
            raise
        except BaseException:
            self._mend()
            raise

    def add_many(self, events: Sequence[UserRecord], receipts: Receipts) -> int:
        """Take events, in their order, until the buffer has no room for one.

        Args:
            events: the events.
            receipts: is given those of the events that were taken, also when an error is raised.

        Returns:
            How many were taken.

        Raises:
            InvalidEventError: if the next event's data is not bytes, or Kinesis takes no such keys.
        """
        try:
            return self._add_many(events, receipts)
        except InvalidEventError:
            raise
        except BaseException:
            self._mend()
            receipts.mend({record.completion: record.count for record in self._lanes.open_records()})
            raise

    def poll(self, now: float) -> list[Call]:
        """Return the calls to make now."""
        self.urgent = False
        self._look_at_ages(now)
        calls: list[Call] = []
        listing = self._listing.poll(now, active=self.busy)
        if listing is not None:
            calls.append(listing)
        at_once = not self._departures.lingering
        calls += self._departures.poll(now)
        self._ledger.polled(now, calls, at_once=at_once)
        return calls

    def wake_at(self) -> float | None:
        """Return when to poll at the latest, none if only an event or an answer can bring something to do."""
        times = (
            self._listing.next_at(active=self.busy),
            self._departures.next_at,
            self._ages.next_at if self.busy else None,
        )
        return min((time for time in times if time is not None), default=None)

    def answer(self, call: Call, answer: Answer, now: float) -> None:
        """Take the answer to a call, or its failure."""
        self._ledger.answered(call, answer, now)
        self._look_at_ages(now)
        if isinstance(call, PutRecords):
            self._departures.in_flight -= 1
            self._answers.take(call, answer, now)
        elif isinstance(answer, ListShardsAnswer):
            self._shards_listed(answer, now)
        elif isinstance(answer, CallFailure):
            self._listing_failed(answer, now)

    def make_room(self, size: int) -> bool:
        """Give the oldest events that are not in flight back, as dropped, until there is room for an event.

        Args:
            size: bytes of its data.

        Returns:
            Whether there is room now. Otherwise all that is left is in flight, and answers will make room.
        """
        try:
            return self._giving_back.make_room(size)
        except BaseException:
            self._mend()
            raise

    def flush(self) -> int:
        """Let all events so far leave without waiting for company; return a mark for ``flushed``."""
        if self._departures.hurry():
            self.urgent = True
        return self._lanes.last_serial

    def flushed(self, mark: int) -> bool:
        """Tell whether all events that had been taken when the mark was made have an outcome."""
        return self._ledger.settled_until(mark)

    def abandon(self) -> int:
        """Give up what has no outcome; return how many events that is. Answers yet to come are ignored."""
        self._rerouting.accept_misrouted()
        pending = self._ledger.pending
        for record in pending:
            message = "the producer was closed before the event was acknowledged; it may be in the stream all the same"
            self._ledger.fail(record, UndeliveredError, message, None)
        self._departures.clear()
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
        return len(self._ledger) > 0

    def signs(self, now: float) -> Signs:
        """Return what tells whether and why nothing gets through."""
        return self._ledger.signs(handed_over=self._lanes.events, now=now)

    def _mend(self) -> None:
        """Bring all in order again after an exception from anywhere in the midst of adding an event, as by Ctrl-C.

        The event has been taken, or has not: whoever put it cannot know.
        """
        lanes, ledger = self._lanes, self._ledger
        lanes.mend()
        lanes.count_anew(ledger.mend([*lanes.open_records(), *lanes.closed_records()]))
        away = ledger.under_way | self._rerouting.misrouted
        self._departures.mend([record for record in ledger.pending if record not in away])
        if self.busy and lanes.shard_map is None:
            self._listing.want()
        self.urgent = True

    def _look_at_ages(self, now: float) -> None:
        self._ages.look(now, self._lanes.last_serial)
        if self.busy:
            self._giving_back.expire_waiting()
            for record in self._rerouting.take_misrouted(self._ages.expired):
                self._giving_back.expire_answered(record)
        else:
            self._ages.forget()

    def _add_many(self, events: Sequence[UserRecord], receipts: Receipts) -> int:
        taken = 0
        while taken < len(events):
            taken += self._extend(events, taken, receipts)
            if taken < len(events):
                given: tuple[Any, ...] = events[taken]  # which may be of any types
                partition_key, explicit_hash_key, data = given
                if type(data) is not bytes:
                    raise InvalidEventError(f"the data of a UserRecord is bytes, not {data!r:.60}")
                receipt = self.add(partition_key, explicit_hash_key, data)
                if receipt is None:
                    break
                receipts.append(*receipt)
                taken += 1
        return taken

    def _extend(self, events: Sequence[UserRecord], start: int, receipts: Receipts) -> int:
        """Take the events from an index on as long as they go into open aggregates; return how many."""
        events = events[start:]
        room = self._ledger.free - EVENT_OVERHEAD_BYTES * len(events)
        before = len(receipts)
        left = self._lanes.extend(events, room, receipts)
        taken = len(receipts) - before
        self._ledger.free -= room - left + EVENT_OVERHEAD_BYTES * taken
        return taken

    def _add(self, event: UserRecord) -> Record:
        record = self._intake.take(event)
        if record.count == 1 and record in self._ledger:  # it is new, and has not been refused
            if self._lanes.shard_map is None:
                self._listing.want()
            if self._departures.collect():
                self.urgent = True
        return record

    def _shards_listed(self, answer: ListShardsAnswer, now: float) -> None:
        try:
            shard_map = self._listing.page(answer, now)
        except ShardMapError:
            self._ledger.note_map_error()
            return
        if shard_map is not None:
            self._rerouting.adopt(shard_map)

    def _listing_failed(self, failure: CallFailure, now: float) -> None:
        kind = incurable(failure.code, failure.status)
        if kind is None:
            self._listing.failed(now)
            return
        self._listing.give_up(now)
        self._rerouting.accept_misrouted()
        if self._lanes.shard_map is None:
            self._departures.clear()
            for record in self._ledger.pending:
                self._ledger.fail(record, kind, explain(kind, failure.code, failure.message), failure.code)
