"""The producer for programs with threads."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from penstock.aggregation import UserRecord
from penstock.config import ProducerConfig, ProducerOptions
from penstock.delivery.outcomes import PutResult
from penstock.delivery.receipts import Receipts
from penstock.delivery.statistics import Statistics
from penstock.errors import PenstockError
from penstock.events import SocialEvent
from penstock.futures import EventFuture
from penstock.lazy_futures import LazyFutures
from penstock.serialisation import serialise, user_records
from penstock.shells.setup import set_up
from penstock.shells.threads import ThreadShell

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_kinesis import KinesisClient

    from penstock.metrics import Exporter


class Producer:
    """Sends events to a Kinesis stream: aggregated, routed by shard, retried until acknowledged.

    Delivery is at least once: a call whose answer was lost is repeated. Events of one partition key go to one shard,
    but a retry can change their order, unless ``ordered`` is set. Safe between threads. Memory is bounded: when
    ``buffer_bytes`` are held, ``put`` does as ``when_full`` says. One that is still open when the process ends is
    drained then (``drain_at_exit``); a process forked from this one has to make a producer of its own.

    Args:
        stream: name or ARN of the stream.
        client: a boto3 client for Kinesis, for an endpoint or settings of its own. It should not retry by itself
            (``Config(retries={"total_max_attempts": 1})``). None makes a suitable one, in the region of the ARN, if
            it is one.
        session: a boto3 session to make that client from, for another account, profile or region.
        metrics: an exporter of ``penstock.metrics``, which is given the statistics from time to time and at the end.
        config: the options; by default those of the environment (``penstock.environment``).
        options: single options, in place of the config's.

    Raises:
        ConfigurationError: if an option or a ``PENSTOCK_`` variable is wrong, no stream can have this name, there
            are both a client and a session, or nothing names an AWS region; with ``drain_on_sigterm``, also if this
            is not the main thread.
        SpoolError: if the spool's directory cannot be used, or another producer uses it.

    >>> with Producer("social-events") as producer:  # doctest: +SKIP
    ...     future = producer.put(b'{"n": 1}', partition_key="user-1")
    ...     future.result()
    PutResult(shard_id='shardId-000000000000', sequence_number='4966…', attempts=(Attempt(…),))
    """

    def __init__(
        self,
        stream: str,
        *,
        client: "KinesisClient | None" = None,
        session: "Session | None" = None,
        metrics: "Exporter | None" = None,
        config: ProducerConfig | None = None,
        **options: Unpack[ProducerOptions],
    ) -> None:
        setup = set_up(stream, client=client, session=session, metrics=metrics, config=config, options=options)
        self._stream = stream
        self._close_timeout = setup.config.close_timeout_seconds
        self._shell = ThreadShell(setup)

    def put(
        self,
        event: SocialEvent | Mapping[str, Any] | bytes,
        *,
        partition_key: str | None = None,
        explicit_hash_key: str | None = None,
    ) -> Future[PutResult]:
        """Take an event for delivery; wait for room in the buffer if there is none.

        Not for what can interrupt another ``put`` on the same thread, as a signal handler, a ``__del__`` or a weak
        reference's callback can: it would wait for that one, which waits for it. Let these hand events to a thread.

        Args:
            event: an event, or a mapping that is one by ``SocialEvent``'s rules, or bytes, sent as they are.
            partition_key: 1 to 256 characters; by default the event's author. Bytes need one.
            explicit_hash_key: decimal, 0 to 2**128 - 1: decides the shard in the partition key's place.

        Returns:
            What tells, when the answer has come, where the event is or why it will not be delivered.

        Raises:
            InvalidEventError: if it is no event, or Kinesis takes no such keys.
            BufferFullError: if there was no room within ``put_timeout_seconds``, or at all with ``when_full="raise"``.
            SpoolError: if there is a spool and it could not be written, or synced.
            ProducerClosedError: if the producer has been closed, or (``ForkedProducerError``) this process was forked
                since it was made.
        """
        if type(event) is bytes:
            data = event
        else:
            data, partition_key = serialise(event, partition_key)
        shell = self._shell
        durable = shell.durable
        with shell.lock:
            if shell.closed:
                shell.refuse()
            delivery = shell.delivery
            try:
                receipt = delivery.add(partition_key, explicit_hash_key, data)
                if receipt is None:
                    receipt = shell.add_when_room(partition_key, explicit_hash_key, data)
            finally:  # also after Ctrl-C, which can strike when the event has been taken
                if delivery.urgent:
                    shell.rouse()
            commit = None if durable is None else durable.last_commit
        if durable is not None and commit is not None:
            durable.commit(commit)
        completion, index = receipt
        return EventFuture(completion, index)

    def put_many(self, events: Iterable[SocialEvent | Mapping[str, Any] | UserRecord]) -> Sequence[Future[PutResult]]:
        """Take many events for delivery, as ``put`` does each, at a fraction of the cost.

        They are taken in slices of up to 1,000, so one that waits for others holds back those before it.

        Args:
            events: each an event, or a mapping that is one by ``SocialEvent``'s rules, or bytes with their key as a
                ``penstock.aggregation.UserRecord``.

        Returns:
            A future for each event, in their order, made when it is looked at.

        Raises:
            InvalidEventError: if one is no event, or Kinesis takes no such keys.
            BufferFullError: if there was no room for one within ``put_timeout_seconds``, or at all with
                ``when_full="raise"``.
            ProducerClosedError: if the producer has been closed, or (``ForkedProducerError``) this process was forked
                since it was made.
            Exception: whatever ``events`` raises.

        Whatever is raised, the events before that one have been taken: errors of the SDK have their ``futures``.

        >>> futures = producer.put_many(UserRecord(key, None, data) for key, data in pairs)  # doctest: +SKIP
        """
        receipts = Receipts()
        futures = LazyFutures(receipts, EventFuture)
        try:
            for records in user_records(events):
                self._shell.add_many(records, receipts)
        except PenstockError as error:
            error.futures = futures
            raise
        return futures

    def flush(self, timeout: float | None = None) -> None:
        """Wait until every event that was put before this call has an outcome; send them without delay.

        Args:
            timeout: longest wait in seconds, none for as long as it takes.

        Raises:
            FlushTimeoutError: if some have none by then. They are still being sent.
            ForkedProducerError: if this process was forked since the producer was made.
        """
        self._shell.flush(timeout)

    def close(self, timeout: float | None = None) -> None:
        """Take no more events, send those there are, and end, having waited for the futures' callbacks.

        What an exception (Ctrl-C, say) has interrupted can be finished by another call. Where several threads close,
        the shortest timeout decides.

        Args:
            timeout: longest wait in seconds, none for as long as it takes. Events without an outcome by then are
                given up: their futures hold an ``UndeliveredError``, and a warning is logged. Callbacks have 5
                seconds even then.
        """
        self._shell.close(timeout)

    def stats(self) -> Statistics:
        """Return what the producer has done so far."""
        return self._shell.statistics()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the producer, waiting for every event's outcome; not for long if an exception ends the block."""
        self.close(None if kind is None else self._close_timeout)

    def __del__(self, warn: Callable[..., None] = warnings.warn) -> None:
        """Warn of a producer that was forgotten, as a file does, and close it; its events are still sent."""
        shell = getattr(self, "_shell", None)  # none if the arguments were wrong
        if shell is not None and not shell.closed:
            try:
                warn(f"the producer for {self._stream} was not closed", ResourceWarning, source=self)
            finally:  # warnings can be errors
                shell.close_later()
