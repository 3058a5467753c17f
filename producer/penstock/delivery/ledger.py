"""The book of events without an outcome: what they hold of the buffer, what becomes of them, and what has become."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from penstock.delivery.calls import Answer, Call, CallFailure, ListShards, PutRecords
from penstock.delivery.completion import Completion, Observer
from penstock.delivery.histogram import Histogram
from penstock.delivery.outcomes import Failure, PutResult
from penstock.delivery.record import Record
from penstock.delivery.statistics import BusyKey, ShardStatistics, Statistics
from penstock.delivery.tally import Tally
from penstock.delivery.watchdog import Signs, TroubledShard
from penstock.errors import DeliveryError

_KEYS_BYTES: Final = 2048
"""More than an event's keys and its record's framing can take: so room is checked by the data alone."""

KEPT_SECONDS: Final = 600.0
"""How long a closed shard stays in the statistics after the last answer that concerned it."""


class Ledger:
    """Knows every record that is neither acknowledged nor failed, settles each once, and counts.

    Whatever is counted costs something for each call and each record, nothing for each event.

    Args:
        buffer_bytes: what the events may hold in all.

    Attributes:
        free: bytes of data that the next event may have. Whoever adds an event subtracts its charge.
        observers: to be called by the shell, since the events they wait for have an outcome.
        recovered: events that a spool kept from an earlier process. Whoever puts them again adds them.
    """

    def __init__(self, buffer_bytes: int) -> None:
        self._capacity = buffer_bytes - _KEYS_BYTES
        self._pending: dict[Record, float] = {}  # and when each was born
        self._newborn: list[Record] = []
        self._closed = 0
        self._total = Tally()
        self._tallies: dict[str, Tally] = {}
        self._open_shards: frozenset[str] = frozenset()
        self._calls = 0
        self._request_time = Histogram()
        self._records_per_call = Histogram()
        self._events_per_call = Histogram()
        self._now = 0.0
        self._under_way: dict[Call, float] = {}
        self._last_failures: dict[type, CallFailure] = {}
        self._acknowledged_at: float | None = None
        self.free = self._capacity
        self.observers: list[Observer] = []
        self.recovered = 0

    def __len__(self) -> int:
        """Return how many records are without an outcome."""
        return len(self._pending)

    def __contains__(self, record: Record) -> bool:
        """Tell whether a record is without an outcome."""
        return record in self._pending

    @property
    def pending(self) -> list[Record]:
        """The records without an outcome."""
        return list(self._pending)

    def open(self, record: Record) -> None:
        """Note a new record."""
        self._pending[record] = self._now
        self._newborn.append(record)

    def put(self, record: Record, result: PutResult) -> None:
        """Settle a record as acknowledged."""
        for tally in self._tallies_of(result.shard_id):
            tally.user_records_put += record.count
            tally.user_records_data_put += record.user_data_bytes
            tally.retries_per_record.add(record.tries - 1)
        self.close(record)
        self.observers += record.completion.settle(result)

    def fail(self, record: Record, kind: type[DeliveryError], message: str, code: str | None) -> None:
        """Settle a record as undeliverable."""
        self.refuse(record, kind, message, code)  # first, since what has an outcome is found and closed by ``mend``
        self.close(record)
        # The failure reads its events from the record, which must not lead back to it: a cycle waits for the garbage
        # collector, which counts objects and not their bytes, and comes when hundreds of megabytes have been dropped.
        record.completion = Completion()

    def refuse(self, record: Record, kind: type[DeliveryError], message: str, code: str | None) -> None:
        """Settle as undeliverable a record that was never opened nor charged."""
        for tally in self._tallies_of(record.lane.shard_id):
            tally.failures_by_kind[kind.__name__] += record.count
            if record.tries:
                tally.retries_per_record.add(record.tries - 1)
        failure = Failure(kind, message, code=code, attempts=record.attempts, read_events=record.user_records)
        self.observers += record.completion.settle(failure)

    def close(self, record: Record) -> None:
        """Forget a record whose events go on in others, or are settled; its room is free again."""
        del self._pending[record]
        self._closed += record.count
        self.free += record.charge

    @property
    def under_way(self) -> set[Record]:
        """The records in calls that have no answer yet."""
        return {record for call in self._under_way if isinstance(call, PutRecords) for record in call.records}

    def mend(self, records: Iterable[Record]) -> int:
        """Bring the book in order again after an exception from anywhere.

        Args:
            records: all that take events or have just been closed; they are to be here.

        Returns:
            How many events have been put into records so far.
        """
        for record in self.pending:
            if record.completion.outcome(0) is not None:
                self.close(record)
        for record in records:
            if record not in self._pending:
                self.open(record)
        self.free = self._capacity - sum(record.charge for record in self._pending)
        return self._closed + sum(record.count for record in self._pending)

    def polled(self, now: float, calls: Iterable[Call], *, at_once: bool) -> None:
        """Learn the time, and the calls that are to be made.

        Events bring no time with them: what came since the last poll came then at the earliest.

        Args:
            now: the time.
            calls: the calls.
            at_once: whether the first event since the last poll has brought this one about.
        """
        born = now if at_once else self._now
        for record in self._newborn:
            if record in self._pending:
                self._pending[record] = born
        self._newborn.clear()
        self._now = now
        for call in calls:
            self._under_way[call] = now
            if isinstance(call, PutRecords):
                for record in call.records:
                    if not record.tries:
                        for tally in self._tallies_of(record.lane.shard_id):
                            tally.buffering_time.add(now - self._pending[record])

    def answered(self, call: Call, answer: Answer, now: float) -> None:
        """Count a call that was answered or failed; what becomes of its records is told apart."""
        self._now = now
        self._under_way.pop(call, None)
        if isinstance(answer, CallFailure):
            self._last_failures[type(call)] = answer
            self._total.note_error(answer.code)
        else:
            self._last_failures.pop(type(call), None)
        if isinstance(call, PutRecords):
            self._calls += 1
            self._request_time.add(now - call.started)
            self._records_per_call.add(len(call.records))
            self._events_per_call.add(sum(record.count for record in call.records))

    def written(self, record: Record, result: PutResult) -> None:
        """Count a record that Kinesis has acknowledged, wherever it went."""
        self._acknowledged_at = self._now
        for tally in self._tallies_of(result.shard_id):
            tally.kinesis_records_put += 1
            tally.kinesis_records_data_put += record.size
            tally.kinesis_records_misrouted += result.shard_id != record.lane.shard_id
            tally.user_records_per_kinesis_record.add(record.count)
            tally.errors_since_put = 0

    def note_error(self, record: Record, code: str) -> None:
        """Count a record's error in an answer."""
        for tally in self._tallies_of(record.lane.shard_id):
            tally.note_error(code)

    def note_map_error(self) -> None:
        """Count a listing whose shards do not add up."""
        self._total.note_error("ShardMapError")

    def retry(self, record: Record) -> None:
        """Count a record that is set aside for another try."""
        for tally in self._tallies_of(record.lane.shard_id):
            tally.retries += 1

    def resend(self, record: Record) -> None:
        """Count the events of a record that will be sent again because it is in the wrong shard."""
        for tally in self._tallies_of(record.lane.shard_id):
            tally.user_records_resent += record.count

    def settled_until(self, serial: int) -> bool:
        """Tell whether all records as old as this or older have an outcome."""
        return all(record.serial > serial for record in self._pending)

    def adopt(self, open_shards: Iterable[str]) -> None:
        """Learn which shards are open. Those that are closed leave the statistics after a while; the totals stay."""
        self._open_shards = frozenset(open_shards)
        oldest = self._now - KEPT_SECONDS
        for shard_id, tally in list(self._tallies.items()):
            if shard_id not in self._open_shards and tally.last_activity < oldest:
                del self._tallies[shard_id]

    def statistics(
        self, *, handed_over: int, calls_in_flight: int, busiest_keys: Mapping[str, tuple[BusyKey, ...]]
    ) -> Statistics:
        """Return a snapshot, completed with what the ledger does not know.

        Args:
            handed_over: events in all records so far, opened and closed. Their counts grow, unseen from here.
            calls_in_flight: PutRecords calls under way.
            busiest_keys: by shard id.
        """
        pending = handed_over - self._closed
        counts = self._total.so_far()
        return Statistics(
            **counts,
            user_records_received=pending + counts["user_records_put"] + counts["user_records_failed"],
            user_records_pending=pending,
            user_records_recovered=self.recovered,
            calls=self._calls,
            calls_in_flight=calls_in_flight,
            request_time=self._request_time.snapshot(),
            kinesis_records_per_put_records_request=self._records_per_call.snapshot(),
            user_records_per_put_records_request=self._events_per_call.snapshot(),
            buffered_bytes=self._capacity - self.free,
            open_shards=len(self._open_shards),
            shards=MappingProxyType(
                {
                    shard_id: ShardStatistics(
                        **tally.so_far(),
                        open=shard_id in self._open_shards,
                        busiest_keys=busiest_keys.get(shard_id, ()),
                    )
                    for shard_id, tally in sorted(self._tallies.items())
                }
            ),
        )

    def signs(self, *, handed_over: int, now: float) -> Signs:
        """Return what the watchdog looks at; see ``statistics`` for ``handed_over``."""
        puts = [started for call, started in self._under_way.items() if isinstance(call, PutRecords)]
        listings = [started for call, started in self._under_way.items() if isinstance(call, ListShards)]
        troubled = [
            TroubledShard(shard_id, tally.errors_since_put, tally.last_error)
            for shard_id, tally in self._tallies.items()
            if tally.errors_since_put and shard_id in self._open_shards
        ]
        return Signs(
            pending=handed_over - self._closed,
            acknowledged_at=self._acknowledged_at,
            calls=len(puts),
            oldest_call_seconds=now - min(puts, default=now),
            listing_seconds=now - min(listings) if listings else None,
            shards_known=bool(self._open_shards),
            put_failure=self._last_failures.get(PutRecords),
            listing_failure=self._last_failures.get(ListShards),
            troubled_shards=sorted(troubled, key=lambda shard: (-shard.errors, shard.shard_id)),
        )

    def _tallies_of(self, shard_id: str) -> tuple[Tally, ...]:
        if not shard_id:  # it was not known yet
            return (self._total,)
        tally = self._tallies.get(shard_id)
        if tally is None:
            tally = self._tallies[shard_id] = Tally()
        tally.last_activity = self._now
        return (self._total, tally)
