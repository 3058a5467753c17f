"""Reads a stream through boto3: threads around the reading core."""

import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from random import random
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from penstock.backoff import Backoff
from penstock.call_failures import call_failure
from penstock.cli.reading.calls import ListShards, OpenIterator, Page, ReadCall, ReadRecords
from penstock.cli.reading.core import StreamReading
from penstock.cli.reading.lineage import StreamLineage
from penstock.delivery.verdicts import incurable
from penstock.listing import ListedShard, list_shards
from penstock.stream_name import stream_parameter

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

CALLS_IN_FLIGHT: Final = 8
"""A call's answer has at most 10 MiB (API reference, GetRecords), so this bounds the memory, too."""

TICK_SECONDS: Final = 0.5
"""How often `StreamReader.pages` comes back when nothing arrives."""

_Answer = list[ListedShard] | str | Page | Exception


class StreamReader:
    """Brings the records of a stream, page by page, on the thread that asks for them.

    Args:
        client: a boto3 client for Kinesis that does not retry by itself.
        stream: the stream's name or ARN.
        lineage: the stream's shards, listed once.
        trouble: told the call, the code and the message of each failure that is tried again.
    """

    def __init__(
        self,
        client: "KinesisClient",
        stream: str,
        lineage: StreamLineage,
        trouble: Callable[[str, str, str], None],
    ) -> None:
        self._client = client
        self._stream = stream
        self._trouble = trouble
        self._calls: SimpleQueue[ReadCall] = SimpleQueue()
        self._answers: SimpleQueue[tuple[ReadCall, _Answer]] = SimpleQueue()
        self._reading = StreamReading(
            lineage,
            backoff=Backoff(base=1.0, cap=10.0, random=random),
            calls_in_flight=CALLS_IN_FLIGHT,
            epoch=time.time() - time.monotonic(),
        )

    @property
    def positioned(self) -> bool:
        """Whether reading has begun in each shard that can be read: what is put from now on is found."""
        return self._reading.positioned

    def pages(self) -> Iterator[Page | None]:
        """Yield each page as it comes, and none every ``TICK_SECONDS`` or oftener; end when nothing can come any more.

        Nothing is read ahead of a page that is not yet dealt with but what is under way.

        Raises:
            botocore.exceptions.ClientError, BotoCoreError: for what repetition cannot cure.
        """
        # Daemons, and not a pool: Ctrl-C must not wait for calls under way. One more, since a listing has no limit.
        for _ in range(CALLS_IN_FLIGHT + 1):
            Thread(target=self._make_calls, name="penstock-read", daemon=True).start()
        while not self._reading.done:
            now = time.monotonic()
            for call in self._reading.poll(now):
                self._calls.put(call)
            wake_at = self._reading.wake_at()
            wait = TICK_SECONDS if wake_at is None else max(0.0, min(TICK_SECONDS, wake_at - now))
            try:
                call, answer = self._answers.get(timeout=wait)
            except Empty:
                yield None
                continue
            yield self._take(call, answer)

    def _take(self, call: ReadCall, answer: _Answer) -> Page | None:
        now = time.monotonic()
        if isinstance(answer, Exception):
            self._failed(call, answer, now)
        elif isinstance(answer, Page):
            self._reading.read(answer, now)
            return answer
        elif isinstance(call, OpenIterator):
            self._reading.opened(call.shard_id, str(answer), now)
        else:
            self._reading.listed(list(answer), now)  # type: ignore[arg-type]  # the answer to ListShards
        return None

    def _failed(self, call: ReadCall, error: Exception, now: float) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        if not isinstance(error, ClientError | BotoCoreError | OSError):
            raise error
        failure = call_failure(error)
        if failure.code != "ExpiredIteratorException":
            if incurable(failure.code, failure.status) is not None:
                raise error
            self._trouble(type(call).__name__, failure.code, failure.message)
        self._reading.failed(call, failure.code, now)

    def _make_calls(self) -> None:
        while True:
            call = self._calls.get()
            answer: _Answer
            try:
                answer = self._make(call)
            except Exception as error:  # noqa: BLE001 - raised again, or told, on the thread that asked for pages
                answer = error
            self._answers.put((call, answer))

    def _make(self, call: ReadCall) -> _Answer:
        if isinstance(call, ListShards):
            return [ListedShard.from_entry(entry) for entry in list_shards(self._client, self._stream)]
        if isinstance(call, OpenIterator):
            return self._open(call)
        # GetRecords takes a stream's ARN, not its name; the iterator stands for both.
        return self._read(call)

    def _open(self, call: OpenIterator) -> str:
        kind, sequence_number, timestamp = call.position
        request: dict[str, Any] = {"ShardId": call.shard_id, "ShardIteratorType": kind}
        if sequence_number is not None:
            request["StartingSequenceNumber"] = sequence_number
        if timestamp is not None:
            request["Timestamp"] = timestamp
        return self._client.get_shard_iterator(**stream_parameter(self._stream), **request)["ShardIterator"]

    def _read(self, call: ReadRecords) -> Page:
        answer: Any = self._client.get_records(ShardIterator=call.iterator)
        return Page(call.shard_id, answer["Records"], answer.get("NextShardIterator"), answer.get("MillisBehindLatest"))
