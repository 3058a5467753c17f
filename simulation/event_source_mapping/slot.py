"""One of a shard's concurrent batches: gathers records, has them invoked, retries, splits, gives up.

A slot has at most one batch with the function at a time, and finishes the records of a batch before it gathers the
next: that is what keeps the order of every key assigned to it. It performs nothing itself. `next` says what to do,
and the result comes back through `invoked`, `recorded` or `refused`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from math import floor
from typing import NamedTuple

from simulation.event_source_mapping.backoff import Backoff
from simulation.event_source_mapping.batch import Batch, gather
from simulation.event_source_mapping.configuration import INFINITE, MappingConfig
from simulation.event_source_mapping.counters import Counters
from simulation.event_source_mapping.invocation import (
    Answered,
    FunctionFailed,
    InvocationResult,
    NotInvoked,
    Throttled,
)
from simulation.event_source_mapping.invocation_record import Condition
from simulation.event_source_mapping.records import ENVELOPE, PAYLOAD_LIMIT, StreamRecord
from simulation.event_source_mapping.tumbling_window import FIELDS_LIMIT, Closing, TumblingWindow, returned_state
from simulation.event_source_mapping.verdict import acknowledged


class Invoke(NamedTuple):
    """Have the function process a batch, which is empty where a tumbling window closes.

    `fields` are what the event has besides its records (`records.payload`).
    """

    batch: Batch
    fields: bytes = b""


class Discard(NamedTuple):
    """Tell the failure destination, if there is one, that a batch was given up."""

    batch: Batch
    condition: Condition


class Slot:
    """The state of one concurrent batch. Times are in epoch seconds."""

    def __init__(
        self,
        config: MappingConfig,
        backoff: Backoff,
        counters: Counters,
        now: float,
        window: TumblingWindow | None = None,
    ) -> None:
        self._config = config
        self._window = window
        self._closing: Closing | None = None
        self._backoff = backoff
        self._counters = counters
        self._queue: deque[StreamRecord] = deque()
        self._queued_bytes = 0
        self._queued_since = now
        self._window_start = now
        # The gathered batch, or what is left of it: parts in order, the first is being worked on.
        self._parts: deque[Batch] = deque()
        self._given_up: Condition | None = None
        self._busy = False
        self._failures = 0
        self._not_before = now

    @property
    def idle(self) -> bool:
        """Whether no record is waiting or being worked on."""
        return not self._queue and not self._parts

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the records that are not gathered into a batch yet."""
        return self._queued_bytes

    def add(self, record: StreamRecord, now: float) -> None:
        """Queue a record behind those already here."""
        if not self._queue:
            self._queued_since = now
        self._queue.append(record)
        self._queued_bytes += record.size

    def next(self, now: float) -> Invoke | Discard | None:
        """What is to be done now, if anything."""
        if self._busy:
            return None
        if self._window is not None and (closing := self._closes(self._window, now)) is not None:
            return self._close(self._window, closing) if self._not_before <= now else None
        return self._next_batch(now)

    def _next_batch(self, now: float) -> Invoke | Discard | None:
        if not self._parts:
            if not self._queue or self._due() > now:
                return None
            self._parts.append(self._gathered())
        if self._given_up is None:
            self._set_aside_too_old(now)
        if self._not_before > now:
            return None
        batch = self._parts[0]
        fields = self._window.fields(None) if self._window is not None else b""
        if self._given_up is None and batch.exceeds(PAYLOAD_LIMIT - len(fields)):
            # Lambda cannot be invoked with it, and documents no more than that it retries until the record
            # expires or is too old.
            self._counters.oversized += 1
            self._wait(now)
            return None
        self._busy = True
        if self._given_up is not None:
            return Discard(batch, self._given_up)
        self._counters.invocations += 1
        return Invoke(batch, fields)

    def wake(self) -> float | None:
        """When `next` may have something to do; None while a result or a record has to come first."""
        if self._busy:
            return None
        if self._window is not None and self._closes(self._window, self._not_before) is not None:
            return self._not_before
        if not self._parts:
            if self._queue:
                return self._due()
            return self._window.wake() if self._window is not None else None
        if self._given_up is None and self._config.maximum_record_age != INFINITE:
            too_old = self._parts[0].records[0].arrived_at + self._config.maximum_record_age
            return min(too_old, self._not_before)
        return self._not_before

    def invoked(self, result: InvocationResult, now: float) -> Sequence[StreamRecord]:
        """Take in what became of the invocation; returns the records that are done."""
        self._busy = False
        closing, self._closing = self._closing, None
        if isinstance(result, Throttled | NotInvoked):
            # The function never saw the batch, so no retry is consumed: only age ends these.
            if isinstance(result, Throttled):
                self._counters.throttles += 1
            else:
                self._counters.not_invoked += 1
            self._wait(now)
            return ()
        if closing is not None and self._window is not None:
            self._closed(self._window, closing, result, now)
            return ()
        batch = self._parts[0]
        batch = replace(batch, invocations=batch.invocations + 1, last_result=result)
        return self._judged(batch, result, now)

    def recorded(self, now: float) -> Sequence[StreamRecord]:
        """The discarded batch is on record, or there is no destination; returns its records, which are done."""
        self._busy = False
        self._given_up = None
        batch = self._parts.popleft()
        self._counters.discarded += len(batch.records)
        self._counters.discarded_batches += 1
        self._moved_on(now)
        return batch.records

    def refused(self, now: float) -> None:
        """The destination did not take the record: it is sent again, since without it the batch would be lost."""
        self._busy = False
        self._counters.refused_records += 1
        self._wait(now)

    def _gathered(self) -> Batch:
        """Take the next batch off the queue."""
        if self._window is None:
            batch = gather(self._queue, self._config.batch_size)
        else:
            self._window.opened_for(self._queue[0].arrived_at)
            limit = PAYLOAD_LIMIT - FIELDS_LIMIT
            batch = gather(self._queue, self._config.batch_size, limit=limit, before=self._window.end)
        self._queued_bytes -= sum(record.size for record in batch.records)
        return batch

    def _closes(self, window: TumblingWindow, now: float) -> Closing | None:
        """What a tumbling window has to be told before the next records, if anything."""
        if self._parts:  # they belong to the window, but a state that is too large is not for them
            return Closing.EARLY if window.too_large else None
        return window.closing(self._queue[0].arrived_at if self._queue else None, now)

    def _close(self, window: TumblingWindow, closing: Closing) -> Invoke:
        self._busy, self._closing = True, closing
        self._counters.invocations += 1
        return Invoke(Batch(()), window.fields(closing))

    def _closed(self, window: TumblingWindow, closing: Closing, result: Answered | FunctionFailed, now: float) -> None:
        """Take in what became of an invocation without records: until it succeeds, nothing else goes on."""
        if isinstance(result, FunctionFailed):
            self._counters.errors += 1
            self._wait(now)
            return
        window.closed(closing)
        self._counters.windows += closing is Closing.FINAL
        self._counters.windows_terminated_early += closing is Closing.EARLY
        self._failures = 0
        self._not_before = now

    def _judged(self, batch: Batch, result: Answered | FunctionFailed, now: float) -> Sequence[StreamRecord]:
        """Success, partial success or failure of the first part."""
        config = self._config
        done = acknowledged(batch.records, result, reports_failures=config.report_batch_item_failures)
        if done and self._window is not None and isinstance(result, Answered):
            # What is done is in the state, whether the rest of the batch is or not.
            state = returned_state(result.payload)
            if state is None:
                done = 0
            else:
                self._window.take(state)
        self._counters.acknowledged += done
        self._counters.batches += done > 0
        if done == len(batch.records):
            self._parts.popleft()
            self._moved_on(now)
            return batch.records
        if done:
            self._counters.partial += 1
            self._failures = 0
            self._parts[0] = batch.part(done, len(batch.records))
            if not config.bisect_on_error:  # otherwise the batch counts as split at that record
                self._retry(self._parts[0], now, at_once=True)
            return batch.records[:done]
        self._counters.errors += 1
        if config.bisect_on_error and len(batch.records) > 1:
            self._counters.bisects += 1
            self._parts.popleft()
            self._parts.extendleft(reversed(batch.halves()))
            return ()
        self._retry(batch, now, at_once=False)
        return ()

    def _retry(self, batch: Batch, now: float, *, at_once: bool) -> None:
        limit = self._config.maximum_retry_attempts
        if limit != INFINITE and batch.retries >= limit:
            self._parts[0] = batch
            self._given_up = Condition.RETRIES
            return
        self._counters.retries += 1
        self._parts[0] = replace(batch, retries=batch.retries + 1)
        if not at_once:
            self._wait(now)

    def _set_aside_too_old(self, now: float) -> None:
        """Split the records that reached the maximum age off the first part, to be given up."""
        age = self._config.maximum_record_age
        if age == INFINITE:
            return
        batch = self._parts[0]
        if old := batch.too_old(age, now):
            self._given_up = Condition.AGE
            self._not_before = now
            self._parts[0] = batch.part(0, old)
            if old < len(batch.records):
                self._parts.insert(1, batch.part(old, len(batch.records)))

    def _moved_on(self, now: float) -> None:
        self._failures = 0
        self._not_before = now
        if not self._parts:
            self._window_start = now

    def _wait(self, now: float) -> None:
        self._failures += 1
        self._not_before = now + self._backoff.delay(self._failures)

    def _due(self) -> float:
        """When the queued records become a batch: at once when they fill one, or when a window ends.

        A window begins when the previous invocation has completed ("How Lambda processes records from stream and
        queue-based event sources"). One that ends with nothing gathered is followed by the next.
        """
        window = self._config.batching_window
        full = len(self._queue) >= self._config.batch_size or self._queued_bytes + ENVELOPE > PAYLOAD_LIMIT
        if full or not window:
            return self._queued_since
        elapsed = max(0.0, self._queued_since - self._window_start)
        return self._window_start + (floor(elapsed / window) + 1) * window
