"""Polls one shard: reads it in order, spreads its records over slots, keeps its checkpoint."""

from collections.abc import Iterator, Sequence

from simulation.event_source_mapping.actions import OpenIterator, Position, PositionKind, ReadProblem, ReadRecords
from simulation.event_source_mapping.assignment import Assignment
from simulation.event_source_mapping.backoff import Backoff
from simulation.event_source_mapping.configuration import MappingConfig, StreamKind
from simulation.event_source_mapping.counters import Counters
from simulation.event_source_mapping.intake import Intake, RawRecord
from simulation.event_source_mapping.ledger import Ledger
from simulation.event_source_mapping.limits import HoldLimits, ReadLimits
from simulation.event_source_mapping.slot import Discard, Invoke, Slot
from simulation.event_source_mapping.tumbling_window import TumblingWindow


class ShardPoller:
    """The state of one shard that is being read. Times are in epoch seconds."""

    def __init__(
        self,
        shard_id: str,
        position: Position,
        config: MappingConfig,
        *,
        intake: Intake,
        limits: ReadLimits,
        hold: HoldLimits,
        assignment: Assignment,
        backoff: Backoff,
        counters: Counters,
        now: float,
    ) -> None:
        self.shard_id = shard_id
        self.ended = False
        self.not_found = False
        """Whether the last call found no such shard, or no such stream: a listing tells which."""
        self.ledger = Ledger(position.sequence_number or None)
        self.millis_behind: int | None = None
        self.verified_at: float | None = None
        """When the last read began, if it found nothing. A short answer is no proof that there is nothing behind it:
        it may have been cut off by its size, and the stream tells in whole milliseconds how far it is behind."""
        self._position = position
        self._config = config
        self._intake = intake
        self._limits = limits
        self._hold = hold
        self._assignment = assignment
        self._backoff = backoff
        self._counters = counters
        self._window: TumblingWindow | None = None
        if config.tumbling_window:
            self._window = TumblingWindow(config.tumbling_window, shard_id, config.stream_arn)
        self._checkpoint = self.ledger.checkpoint
        slots = range(config.parallelization_factor)
        self._slots = [Slot(config, backoff, counters, now, self._window) for _ in slots]
        self._iterator: str | None = None
        self._reading_since: float | None = None
        self._limit = 0
        self._next_read = now
        self._least_next_read = now
        self._failures = 0
        self._skip_before = 0.0

    @property
    def done(self) -> bool:
        """Whether the shard came to its end and everything in it is done."""
        return self.ended and not self.ledger and not (self._window is not None and self._window.is_open)

    @property
    def checkpoint(self) -> str | None:
        """The last sequence number that is done.

        It stays before an open tumbling window, whose state a restart would lose: the page has it move when the final
        invocation has succeeded.
        """
        if self._window is None or not self._window.is_open:
            self._checkpoint = self.ledger.checkpoint
        return self._checkpoint

    def read_action(self, now: float) -> OpenIterator | ReadRecords | None:
        """The next call for this shard's records, if one is due and there is room for its answer."""
        if self.ended or self._reading_since is not None or self._next_read > now:
            return None
        if self._iterator is None:
            self._reading_since = now
            return OpenIterator(self.shard_id, self._position)
        if not self._has_room():
            return None
        self._reading_since = now
        self._limit = min(self._limits.records_per_read, self._hold.records - len(self.ledger))
        return ReadRecords(self.shard_id, self._iterator, self._limit)

    def slot_steps(self, now: float) -> Iterator[tuple[Slot, Invoke | Discard]]:
        """What the slots want done now."""
        for slot in self._slots:
            if (step := slot.next(now)) is not None:
                yield slot, step

    def wakes(self) -> Iterator[float]:
        """When there may be something to do, results of what is under way aside."""
        for slot in self._slots:
            if (wake := slot.wake()) is not None:
                yield wake
        if not self.ended and self._reading_since is None and (self._iterator is None or self._has_room()):
            yield self._next_read

    def iterator_opened(self, iterator: str, now: float) -> None:
        """The position is turned into an iterator; the first read with it is due at once."""
        started, self._reading_since = self._reading_since or now, None
        self.not_found = False
        self._iterator = iterator
        if self._position.kind is PositionKind.LATEST:
            # Were this iterator lost before its first record, another LATEST would skip what came meanwhile.
            self._position = Position(PositionKind.AT_TIMESTAMP, timestamp=started)
            if self._config.stream_kind is StreamKind.DYNAMODB:
                # These streams know AT_TIMESTAMP on AWS, and do not where moto serves them. So all is read again, and
                # what is older is passed over. Their records tell the time in whole seconds.
                self._position = Position(PositionKind.TRIM_HORIZON)
                self._skip_before = float(int(started))

    def records_read(
        self,
        records: Sequence[RawRecord],
        next_iterator: str | None,
        millis_behind: int | None,
        now: float,
    ) -> None:
        """Take in a GetRecords answer. `next_iterator` is None at the end of a closed shard."""
        started, self._reading_since = self._reading_since or now, None
        self._failures = 0
        self._iterator = next_iterator
        self.ended = next_iterator is None
        self._counters.reads += 1
        size = sum(self._take(raw, now) for raw in records)
        cut_off = bool(records) and (millis_behind is None or len(records) >= self._limit)
        more = bool(millis_behind) or cut_off
        self.millis_behind = millis_behind
        self.verified_at = None if records or millis_behind else started
        if self._window is not None:
            self._window.looked_at = self.verified_at
            self._window.shard_ended = self.ended
        self._least_next_read = started + max(self._limits.least_interval, size / self._limits.bytes_per_second)
        self._next_read = max(self._least_next_read, started + (0.0 if more else self._limits.base_interval))

    def read_failed(self, problem: ReadProblem, now: float) -> None:
        """A call for an iterator or for records failed."""
        self._reading_since = None
        self.not_found = problem is ReadProblem.NOT_FOUND
        if problem is ReadProblem.EXPIRED_ITERATOR:
            self._counters.iterators_renewed += 1
            self._iterator = None
            self._next_read = now + self._limits.least_interval
            return
        self._failures += 1
        self._next_read = now + max(self._limits.least_interval, self._backoff.delay(self._failures))
        self._least_next_read = self._next_read
        if problem is ReadProblem.THROTTLED:
            self._counters.read_throttles += 1
            return
        self._counters.read_failures += 1
        # Whatever else went wrong may have been the iterator's fault; the position is known without it.
        self._iterator = None
        if problem is ReadProblem.TRIMMED:
            self._counters.trimmed += 1
            self._position = Position(PositionKind.TRIM_HORIZON)

    def vanish(self) -> None:
        """Take it that the shard is gone, with all that was not read of it."""
        self.ended = True
        self._counters.vanished += 1

    def read_soon(self, now: float) -> None:
        """Do not wait for the base interval: someone wants to know whether anything is left."""
        self._next_read = min(self._next_read, max(now, self._least_next_read))

    def _take(self, raw: RawRecord, now: float) -> int:
        """Queue one record, or pass over it; returns the bytes it counts for."""
        intake = self._intake
        number, arrived_at = intake.sequence_number(raw), intake.arrived_at(raw)
        self._position = Position(PositionKind.AFTER_SEQUENCE_NUMBER, sequence_number=number)
        place = self.ledger.open(number, arrived_at)
        self._counters.records += 1
        record = None
        if arrived_at >= self._skip_before:
            record = intake.take(place, self.shard_id, raw)
        if record is None:
            self._counters.filtered += 1
            self.ledger.close(place)
        else:
            slot = self._assignment(record.order_key, len(self._slots)) if len(self._slots) > 1 else 0
            self._slots[slot].add(record, now)
        return intake.size(raw)

    def _has_room(self) -> bool:
        if not self.ledger:  # most polls of most shards
            return True
        waiting = sum(slot.waiting_bytes for slot in self._slots)
        return len(self.ledger) < self._hold.records and waiting < self._hold.bytes
