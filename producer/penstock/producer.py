"""The producer: threads around the delivery core."""

import logging
import os
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Condition, Lock, Thread, current_thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, Unpack
from weakref import WeakSet

from penstock.config import ProducerConfig, ProducerOptions
from penstock.delivery.calls import Call
from penstock.delivery.completion import Observer
from penstock.delivery.core import Delivery, Receipt
from penstock.delivery.outcomes import PutResult
from penstock.delivery.statistics import Statistics
from penstock.environment import config_from_environment
from penstock.errors import (
    BufferFullError,
    FlushTimeoutError,
    ForkedProducerError,
    ProducerClosedError,
)
from penstock.events import SocialEvent
from penstock.failure_log import FailureLog
from penstock.futures import EventFuture
from penstock.serialisation import serialise
from penstock.stream_client import StreamClient, make_client

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

_logger = logging.getLogger("penstock")

_GRACE_SECONDS: Final = 5.0


class Producer:
    """Sends events to a Kinesis stream: aggregated, routed by shard, retried until acknowledged.

    Delivery is at least once: a call whose answer was lost is repeated. Events of one partition key go to one shard,
    but a retry can change their order. Safe between threads. Memory is bounded: when ``buffer_bytes`` are held,
    ``put`` waits. A process forked from this one has to make a producer of its own.

    Args:
        stream_name: name or ARN of the stream.
        client: a boto3 client for Kinesis, for another account, endpoint or the like. It should not retry by
            itself (``Config(retries={"total_max_attempts": 1})``). None makes a suitable one.
        config: the options; by default those of the environment (``penstock.environment``).
        options: single options, in place of the config's.

    Raises:
        ConfigurationError: if an option or a ``PENSTOCK_`` variable is wrong, or there is no client and no AWS region
            is configured.

    >>> with Producer("social-events") as producer:  # doctest: +SKIP
    ...     future = producer.put(b'{"n": 1}', partition_key="user-1")
    ...     future.result()
    PutResult(shard_id='shardId-000000000000', sequence_number='4966…', attempts=(Attempt(…),))
    """

    def __init__(
        self,
        stream_name: str,
        *,
        client: "KinesisClient | None" = None,
        config: ProducerConfig | None = None,
        **options: Unpack[ProducerOptions],
    ) -> None:
        self._stream_name = stream_name
        self._config = (config or config_from_environment(os.environ)).with_options(options)
        self._client = StreamClient(client or make_client(self._config), stream_name)
        self._delivery = Delivery(self._config, random=random.random, epoch=time.time() - time.monotonic())
        self._make_locks()
        # Takes no more events; gives up; has told its threads to end; is the copy in a forked process, which has none.
        self._closed = self._stopped = self._ended = self._forked = False
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._callbacks: SimpleQueue[Observer | None] = SimpleQueue()
        self._failure_log = FailureLog(stream_name, time.monotonic)
        # One more than calls in flight: listing the shards must not wait for calls that hang.
        self._callers = [self._start(self._make_calls, f"call-{n}") for n in range(self._config.calls_in_flight + 1)]
        self._sender = self._start(self._send, "sender")
        self._notifier = self._start(self._notify, "callbacks")
        _producers.add(self)

    def put(
        self,
        event: SocialEvent | Mapping[str, Any] | bytes,
        *,
        partition_key: str | None = None,
        explicit_hash_key: str | None = None,
    ) -> Future[PutResult]:
        """Take an event for delivery; wait for room in the buffer if there is none.

        Args:
            event: an event, or a mapping that is one by ``SocialEvent``'s rules, or bytes, sent as they are.
            partition_key: 1 to 256 characters; by default the event's author. Bytes need one.
            explicit_hash_key: decimal, 0 to 2**128 - 1: decides the shard in the partition key's place.

        Returns:
            What tells, when the answer has come, where the event is or why it will not be delivered.

        Raises:
            InvalidEventError: if it is no event, or Kinesis takes no such keys.
            BufferFullError: if there was no room within ``put_timeout_seconds``.
            ProducerClosedError: if the producer has been closed, or (``ForkedProducerError``) this process was forked
                since it was made.
        """
        if type(event) is bytes:
            data = event
        else:
            data, partition_key = serialise(event, partition_key)
        with self._lock:
            if self._closed:
                raise self._closed_error()
            delivery = self._delivery
            # A missing key is refused by the core, like any other that is no key.
            receipt = delivery.add(partition_key, explicit_hash_key, data)  # type: ignore[arg-type]
            if receipt is None:
                receipt = self._wait_for_room(partition_key, explicit_hash_key, data)
            if delivery.urgent:
                self._rouse()
        completion, index = receipt
        return EventFuture(completion, index)

    def flush(self, timeout: float | None = None) -> None:
        """Wait until every event that was put before this call has an outcome; send them without delay.

        Args:
            timeout: longest wait in seconds, none for as long as it takes.

        Raises:
            FlushTimeoutError: if some have none by then. They are still being sent.
            ForkedProducerError: if this process was forked since the producer was made.
        """
        with self._lock:
            if self._forked:
                raise self._closed_error()
            if not self._flush(timeout):
                pending = self._delivery.statistics().user_records_pending
                raise FlushTimeoutError(
                    f"{pending} events are still without an answer from {self._stream_name} after {timeout} s"
                )

    def close(self, timeout: float | None = None) -> None:
        """Take no more events, send those there are, and end, having waited for the futures' callbacks.

        What an exception (Ctrl-C, say) has interrupted can be finished by another call. Where several threads close,
        the shortest timeout decides.

        Args:
            timeout: longest wait in seconds, none for as long as it takes. Events without an outcome by then are
                given up: their futures hold an ``UndeliveredError``, and a warning is logged. Callbacks have 5
                seconds even then.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            if self._forked:
                return  # what was put is the parent's to send
            self._closed = True
            self._progress.notify_all()
            self._flush(timeout)
            abandoned, observers = self._stop()
        if abandoned:
            _logger.warning(
                "the producer for %s was closed with %d events unacknowledged: their futures hold UndeliveredError",
                self._stream_name,
                abandoned,
            )
        for observer in observers:
            observer.call()
        # Threads that hang in a call are left to end with it, or with the process: they are daemons.
        self._sender.join(_GRACE_SECONDS)
        if self._notifier is not current_thread():
            self._notifier.join(None if deadline is None else max(deadline - time.monotonic(), _GRACE_SECONDS))
            if self._notifier.is_alive():
                _logger.warning("the producer for %s was closed while callbacks still run", self._stream_name)

    def stats(self) -> Statistics:
        """Return what the producer has done so far."""
        with self._lock:
            return self._delivery.statistics()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the producer, waiting for every event's outcome; not for long if an exception ends the block."""
        self.close(None if kind is None else self._config.close_timeout_seconds)

    def _make_locks(self) -> None:
        # One lock guards the core. The sender waits for work; put and flush wait for progress.
        self._lock = Lock()
        self._work = Condition(self._lock)
        self._progress = Condition(self._lock)

    def _after_fork(self) -> None:
        self._make_locks()  # a thread of the parent may have held them
        self._closed = self._stopped = self._forked = True

    def _closed_error(self) -> ProducerClosedError:
        if self._forked:
            return ForkedProducerError(
                f"the producer for {self._stream_name} was made before this process was forked and cannot send from "
                "here; make a Producer after the fork"
            )
        return ProducerClosedError(f"the producer for {self._stream_name} is closed and takes no more events")

    def _wait_for_room(self, partition_key: str | None, explicit_hash_key: str | None, data: bytes) -> Receipt:
        timeout = self._config.put_timeout_seconds
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            self._rouse()
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                raise BufferFullError(
                    f"no room for {len(data)} bytes within {timeout} s: {self._config.buffer_bytes:,} bytes wait for "
                    f"{self._stream_name}; it needs more shards, or fewer events, or a larger buffer_bytes"
                )
            self._progress.wait(remaining)
            if self._closed:
                raise ProducerClosedError(f"the producer for {self._stream_name} was closed while put waited for room")
            receipt = self._delivery.add(partition_key, explicit_hash_key, data)  # type: ignore[arg-type]  # as in put
            if receipt is not None:
                return receipt

    def _flush(self, timeout: float | None) -> bool:
        mark = self._delivery.flush()
        self._rouse()
        return self._progress.wait_for(lambda: self._stopped or self._delivery.flushed(mark), timeout)

    def _rouse(self) -> None:
        # The sender polls before it waits again, so nothing is urgent from here on.
        self._delivery.urgent = False
        self._work.notify()

    def _start(self, run: Callable[[], None], name: str) -> Thread:
        thread = Thread(target=self._guard, args=(run,), name=f"penstock-{name}", daemon=True)
        thread.start()
        return thread

    def _guard(self, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception:
            # A defect of the SDK. Nobody should wait for what will never come.
            _logger.exception("the producer for %s broke down and gives up all its events", self._stream_name)
            with self._lock:
                observers = self._stop()[1]
            for observer in observers:
                observer.call()

    def _stop(self) -> tuple[int, list[Observer]]:
        """Give up what is pending and have the threads end; return how many events, and what ``_queue`` does.

        Called again, it finishes what an exception has interrupted.
        """
        self._closed = self._stopped = True
        try:
            abandoned = self._delivery.abandon()
            observers = self._queue()
        finally:
            self._progress.notify_all()
            self._rouse()
        if not self._ended:
            # Nothing is pending any more, so no callback comes after this.
            self._ended = True
            self._callbacks.put(None)
            for _ in self._callers:
                self._calls.put(None)
        return abandoned, observers

    def _queue(self) -> list[Observer]:
        """Hand callers' code to the thread for it; return the other observers, to call outside of the lock.

        Under the lock, so that nothing can be queued behind what ends that thread. Queueing never blocks.
        """
        own: list[Observer] = []
        for observer in self._delivery.take_observers():
            if observer.foreign:
                self._callbacks.put(observer)
            else:
                own.append(observer)
        return own

    def _send(self) -> None:
        with self._lock:
            while not self._stopped:
                now = time.monotonic()
                for call in self._delivery.poll(now):
                    self._calls.put(call)
                wake_at = self._delivery.wake_at()
                if wake_at is None or wake_at > now:
                    self._work.wait(None if wake_at is None else wake_at - now)

    def _make_calls(self) -> None:
        while (call := self._calls.get()) is not None:
            answer = self._client.make(call)
            with self._lock:
                self._delivery.answer(call, answer, time.monotonic())
                observers = self._queue()
                self._progress.notify_all()
                self._rouse()
            for observer in observers:
                observer.call()
            self._failure_log.note(call, answer)

    def _notify(self) -> None:
        while (observer := self._callbacks.get()) is not None:
            try:
                observer.call()
            except BaseException:  # a SystemExit, say, which would end this thread with callbacks to come
                _logger.exception("a callback tried to end the thread for callbacks of %s", self._stream_name)


_producers: Final[WeakSet[Producer]] = WeakSet()


def _mark_forked() -> None:
    for producer in list(_producers):
        producer._after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_mark_forked)
