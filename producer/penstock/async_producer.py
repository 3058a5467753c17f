"""The producer for programs with an asyncio event loop."""

import asyncio
import warnings
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from penstock.aggregation import UserRecord
from penstock.async_futures import AsyncEventFuture
from penstock.config import ProducerConfig, ProducerOptions
from penstock.delivery.receipts import Receipts
from penstock.delivery.statistics import Statistics
from penstock.errors import PenstockError
from penstock.events import SocialEvent
from penstock.lazy_futures import LazyFutures
from penstock.serialisation import serialise, user_records
from penstock.shells.loop import LoopShell
from penstock.shells.setup import set_up

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_kinesis import KinesisClient

    from penstock.metrics import Exporter


class AsyncProducer:
    """Sends events to a Kinesis stream, as `Producer` does, from the coroutines of one event loop.

    It is `Producer` in all but waiting, which leaves the loop to others: the same delivery, options and errors. Calls
    are boto3's, made by a few threads of its own. It belongs to the loop that it is first used on, and is not safe
    between threads. Making one loads boto3 and its description of Kinesis, which takes a good part of a second: where
    a loop must not be held up for so long, make it before.

    Args:
        stream: name or ARN of the stream.
        client: a boto3 client for Kinesis; see `Producer`.
        session: a boto3 session to make a client from.
        metrics: an exporter of ``penstock.metrics``; see `Producer`.
        config: the options; by default those of the environment (``penstock.environment``).
        options: single options, in place of the config's.

    Raises:
        ConfigurationError: as `Producer` does.
        SpoolError: as `Producer` does.

    >>> async def main():
    ...     async with AsyncProducer("social-events") as producer:
    ...         future = await producer.put(b'{"n": 1}', partition_key="user-1")
    ...         print(await future)
    >>> asyncio.run(main())  # doctest: +SKIP
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
        self._shell = LoopShell(setup)

    async def put(
        self,
        event: SocialEvent | Mapping[str, Any] | bytes,
        *,
        partition_key: str | None = None,
        explicit_hash_key: str | None = None,
    ) -> AsyncEventFuture:
        """Take an event for delivery; wait for room in the buffer if there is none.

        A task that is cancelled while it waits for room has not put the event; one that is cancelled while it waits
        for the disk (``spool_fsync="always"``) has. Those who wait for room have their turn in the order in which they
        came.

        Args:
            event: an event, or a mapping that is one by ``SocialEvent``'s rules, or bytes, sent as they are.
            partition_key: 1 to 256 characters; by default the event's author. Bytes need one.
            explicit_hash_key: decimal, 0 to 2**128 - 1: decides the shard in the partition key's place.

        Returns:
            What tells, when it is awaited, where the event is or why it will not be delivered.

        Raises:
            InvalidEventError: if it is no event, or Kinesis takes no such keys.
            BufferFullError: if there was no room within ``put_timeout_seconds``, or at all with ``when_full="raise"``.
            SpoolError: if there is a spool and it could not be written, or synced.
            ProducerClosedError: if the producer has been closed, or (``ForkedProducerError``) this process was forked
                since it was made.
            WrongLoopError: if the producer belongs to another event loop.
        """
        if type(event) is bytes:
            data = event
        else:
            data, partition_key = serialise(event, partition_key)
        shell = self._shell
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = shell.enter()  # which says what to do about it
        shell.puts_left -= 1
        if shell.puts_left <= 0:
            await shell.give_way()  # before the event is taken: a task that is cancelled here has not put it
        if loop is not shell.open_on:
            await shell.admit()
        delivery = shell.delivery
        receipt = None if shell.line else delivery.add(partition_key, explicit_hash_key, data)
        if receipt is None:
            receipt = await shell.add_when_room(partition_key, explicit_hash_key, data)
        if delivery.urgent:
            shell.poll()
        completion, index = receipt
        if shell.durable:
            await shell.commit()
        return AsyncEventFuture(completion, index, loop)

    async def put_many(
        self,
        events: Iterable[SocialEvent | Mapping[str, Any] | UserRecord]
        | AsyncIterable[SocialEvent | Mapping[str, Any] | UserRecord],
    ) -> Sequence[AsyncEventFuture]:
        """Take many events for delivery, as ``put`` does each, at a fraction of the cost.

        An asynchronous iterable's are taken as they come, others in slices of up to 1,000. If the task is cancelled,
        or anything raised, the events before have been taken.

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
            WrongLoopError: if the producer belongs to another event loop.
            Exception: whatever ``events`` raises.

        Errors of the SDK have the ``futures`` of the events that were taken.
        """
        shell = self._shell
        receipts = Receipts()
        futures = LazyFutures(receipts, partial(AsyncEventFuture, loop=shell.enter()))
        try:
            if isinstance(events, AsyncIterable):
                async for event in events:
                    for records in user_records((event,)):
                        await shell.add_many(records, receipts)
            else:
                for records in user_records(events):
                    await shell.add_many(records, receipts)
        except PenstockError as error:
            error.futures = futures
            raise
        return futures

    async def flush(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as Producer.flush, with its error
        """Wait until every event that was put before this call has an outcome; send them without delay.

        Args:
            timeout: longest wait in seconds, none for as long as it takes.

        Raises:
            FlushTimeoutError: if some have none by then. They are still being sent.
            ForkedProducerError: if this process was forked since the producer was made.
            WrongLoopError: if the producer belongs to another event loop.
        """
        await self._shell.flush(timeout)

    async def close(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as Producer.close, which gives up
        """Take no more events, send those there are, and end, having had the futures' callbacks called.

        A call that was cancelled can be finished by another. Where several tasks close, the shortest timeout decides.

        Args:
            timeout: longest wait in seconds, none for as long as it takes. Events without an outcome by then are
                given up: their futures hold an ``UndeliveredError``, and a warning is logged.

        Raises:
            WrongLoopError: if the producer belongs to another event loop.
        """
        await self._shell.close(timeout)

    def stats(self) -> Statistics:
        """Return what the producer has done so far.

        Raises:
            WrongLoopError: if the producer's event loop runs in another thread.
        """
        return self._shell.statistics()

    async def __aenter__(self) -> Self:
        self._shell.enter()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the producer, waiting for every event's outcome; not for long if an exception ends the block."""
        await self.close(None if kind is None else self._close_timeout)

    def __del__(self, warn: Callable[..., None] = warnings.warn) -> None:
        """Warn of a producer that was forgotten, as a file does; its events are still sent, at exit if not before."""
        shell = getattr(self, "_shell", None)  # none if the arguments were wrong
        if shell is not None and not shell.closed:
            try:
                warn(f"the producer for {self._stream} was not closed", ResourceWarning, source=self)
            finally:  # warnings can be errors
                shell.close_later()
