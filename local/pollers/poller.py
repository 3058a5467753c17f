"""The thread shell of an event source mapping: drives the core against real services and a real runtime.

One thread reads and decides; a bounded pool of threads waits for invocations, since these take as long as the function
does. Nothing but the clock and the queue of results wakes the thread, so an idle mapping costs its polls and no more.
"""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from queue import Empty, SimpleQueue
from threading import Condition, Thread, current_thread

from local.pollers.destinations import DestinationError
from simulation.event_source_mapping.actions import (
    SHARD_END,
    Action,
    Checkpoint,
    InvokeFunction,
    ListShards,
    OpenIterator,
    ReadRecords,
    SendRecord,
)
from simulation.event_source_mapping.configuration import Destination, MappingConfig
from simulation.event_source_mapping.counters import Counters
from simulation.event_source_mapping.invocation import InvocationResult, Invoke, NotInvoked
from simulation.event_source_mapping.invocation_record import InvocationRecord
from simulation.event_source_mapping.mapping_poller import MappingPoller
from simulation.streams.reader import ReadError, StreamReader

CONCURRENT_INVOCATIONS = 64
"""Invocations one mapping waits for at a time; more wait for a thread. Shards times ParallelizationFactor at most."""

CONSUMED_INTERVAL = 2.0
"""Seconds between reports of what was consumed: each is a call to a service, and only memory hangs on it."""

Consumed = Callable[[str, str, str], None]
"""Told that a stream (ARN) is consumed in a shard (id) up to and including a sequence number."""

Send = Callable[[Destination, InvocationRecord], None]
"""Delivers an invocation record; raises DestinationError when it is not taken."""

_Report = Callable[[float], None]

_log = logging.getLogger(__name__)


class PollerFailedError(Exception):
    """A poller's thread ended by an error of its own. Its cause is the error; nothing is delivered any more."""


def steady_clock() -> Callable[[], float]:
    """A clock of epoch seconds that never goes backwards."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


class Poller:
    """Polls a stream for a function, in threads of its own, from `start` to `stop`.

    Parameters
    ----------
    core
        The mapping's state machine; nobody else may touch it.
    reader, invoke, send
        How to read the stream, invoke the function and reach the failure destination. `invoke` and `send` are
        called from several threads at once. An exception of `invoke` counts as an invocation that never
        reached the function.
    consumed
        Called now and then, from one thread at a time, after records are checkpointed; never before.
    clock
        Epoch seconds, never going backwards; the core must have been started by the same clock.
    """

    def __init__(
        self,
        core: MappingPoller,
        reader: StreamReader,
        invoke: Invoke,
        *,
        send: Send,
        clock: Callable[[], float],
        consumed: Consumed | None = None,
    ) -> None:
        self._core = core
        self._reader = reader
        self._invoke = invoke
        self._send = send
        self._clock = clock
        self._consumed = consumed
        self._reports: SimpleQueue[_Report] = SimpleQueue()
        # Guards the core; notified whenever it has taken in something.
        self._changed = Condition()
        self._stopping = False
        self._failure: Exception | None = None
        self._thread = Thread(target=self._run, name=f"poller of {core.config.function_name}", daemon=True)
        self._workers = ThreadPoolExecutor(CONCURRENT_INVOCATIONS, thread_name_prefix="invocation")
        self._unreported: dict[str, str] = {}
        self._next_consumed = 0.0
        self._reporting_consumed = False

    @property
    def config(self) -> MappingConfig:
        """The mapping's properties."""
        return self._core.config

    @property
    def counters(self) -> Counters:
        """A copy of what was counted so far."""
        with self._changed:
            return copy(self._core.counters)

    @property
    def checkpoints(self) -> Mapping[str, str]:
        """Per shard the last sequence number that is done."""
        with self._changed:
            return self._core.checkpoints

    def start(self) -> None:
        """Start polling."""
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Stop at once. Invocations under way are not waited for: their records count as not delivered.

        Close the runtime afterwards, so that no thread is left waiting for a function.
        """
        self._stopping = True
        self._reports.put(lambda _now: None)
        if self._thread.is_alive() and self._thread is not current_thread():
            self._thread.join(timeout)
        self._workers.shutdown(wait=False, cancel_futures=True)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until everything that is in the stream by now is delivered; False when that took too long.

        Only reads that begin later tell: those before may be as old as the base rate of polling (1 s for Kinesis,
        0.25 s for DynamoDB). Of several who wait at a time, the first one who is done has reads come at the base rate
        again.
        """
        since = self._clock()
        self._reports.put(self._core.look)
        try:
            return self._wait(lambda: self._core.idle(since), timeout)
        finally:
            self._reports.put(lambda _now: self._core.look_away())

    def lag(self) -> float:
        """Iterator age in seconds: the age of the oldest record that is not done, 0 when all are."""
        with self._changed:
            return self._core.lag(self._clock())

    def _wait(self, holds: Callable[[], bool], timeout: float) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: holds() or self._failure is not None or self._stopping, timeout)
            self.check()
            return holds()

    def check(self) -> None:
        """Do nothing while the poller works.

        Raises:
            PollerFailedError: its thread has ended by an error of its own.
        """
        if self._failure is not None:
            raise PollerFailedError(
                f"The poller of {self.config.function_name} failed: {self._failure!r}"
            ) from self._failure

    # The polling thread.

    def _run(self) -> None:
        try:
            while not self._stopping:
                with self._changed:
                    actions = self._core.actions(self._clock())
                for action in actions:
                    if self._stopping:
                        return
                    self._perform(action)
                self._report_consumed()
                self._take_reports()
        except Exception as error:  # noqa: BLE001 - kept, and raised to whoever asks the poller anything
            _log.exception("The poller of %s failed", self.config.function_name)
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _take_reports(self) -> None:
        """Wait for a result or for the core's time, and pass results on."""
        with self._changed:
            wake = self._core.wake()
            self._changed.notify_all()
        if self._unreported and not self._reporting_consumed:
            wake = self._next_consumed if wake is None else min(wake, self._next_consumed)
        timeout = None if wake is None else max(0.0, wake - self._clock())
        try:
            report = self._reports.get(timeout=timeout)
            while True:
                with self._changed:
                    report(self._clock())
                report = self._reports.get_nowait()
        except Empty:
            pass

    def _perform(self, action: Action) -> None:
        match action:
            case ListShards():
                self._list_shards()
            case OpenIterator() | ReadRecords():
                self._read(action)
            case InvokeFunction():
                self._workers.submit(self._invoke_function, action)
            case SendRecord():
                self._workers.submit(self._send_record, action)
            case Checkpoint():
                if action.sequence_number != SHARD_END:
                    self._unreported[action.shard_id] = action.sequence_number

    def _list_shards(self) -> None:
        try:
            shards = self._reader.list_shards()
        except ReadError as error:
            _log.warning("Listing the shards of %s failed: %s", self.config.stream_arn, error)
            with self._changed:
                self._core.listing_failed(self._clock())
            return
        with self._changed:
            self._core.shards_listed(shards, self._clock())

    def _read(self, action: OpenIterator | ReadRecords) -> None:
        try:
            if isinstance(action, OpenIterator):
                iterator = self._reader.open_iterator(action.shard_id, action.position)
                with self._changed:
                    self._core.iterator_opened(action.shard_id, iterator, self._clock())
                return
            answer = self._reader.read(action.iterator, action.limit)
        except ReadError as error:
            _log.warning("Reading %s of %s: %s", action.shard_id, self.config.stream_arn, error)
            with self._changed:
                self._core.read_failed(action.shard_id, error.problem, self._clock())
            return
        with self._changed:
            self._core.records_read(
                action.shard_id,
                answer.records,
                answer.next_iterator,
                self._clock(),
                millis_behind=answer.millis_behind,
            )

    def _report_consumed(self) -> None:
        """Pass checkpoints on, a shard's latest only, and not while the last report is still under way."""
        if self._consumed is None:
            self._unreported.clear()
        elif self._unreported and not self._reporting_consumed and self._clock() >= self._next_consumed:
            self._reporting_consumed = True
            self._workers.submit(self._tell_consumed, self._consumed, self._unreported)
            self._unreported = {}

    # The threads of the pool.

    def _invoke_function(self, action: InvokeFunction) -> None:
        result: InvocationResult
        try:
            result = self._invoke(action.payload)
        except Exception as error:  # noqa: BLE001 - whatever it was, the function did not process the batch
            _log.warning("Invoking %s failed", self.config.function_name, exc_info=True)
            result = NotInvoked(repr(error))
        self._reports.put(lambda now: self._core.invoked(action.token, result, now))

    def _send_record(self, action: SendRecord) -> None:
        try:
            self._send(action.destination, action.record)
        except DestinationError as error:
            _log.warning("Failure destination of %s: %s", self.config.function_name, error)
            self._reports.put(lambda now: self._core.record_refused(action.token, now))
        else:
            self._reports.put(lambda now: self._core.record_sent(action.token, now))

    def _tell_consumed(self, consumed: Consumed, checkpoints: Mapping[str, str]) -> None:
        try:
            for shard_id, sequence_number in checkpoints.items():
                consumed(self.config.stream_arn, shard_id, sequence_number)
        except Exception:  # noqa: BLE001 - the stream merely stays longer; the next report covers this one
            _log.warning("Reporting what was consumed of %s failed", self.config.stream_arn, exc_info=True)

        def reported(now: float) -> None:
            self._reporting_consumed = False
            self._next_consumed = now + CONSUMED_INTERVAL

        self._reports.put(reported)
