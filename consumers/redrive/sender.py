"""Sending events and marking those that the stream has acknowledged, in this order and never in the other."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from typing import Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from consumers.failed_events import FailedEvent
from consumers.redrive.judgement import Resend
from consumers.redrive.marks import Mark
from consumers.redrive.report import SendReport
from consumers.redrive.selection import place
from penstock.delivery.outcomes import PutResult
from penstock.errors import AccessDeniedError, PenstockError, StreamNotFoundError
from penstock.pace import Pace

CHUNK_EVENTS: Final = 500
"""Most events in one mark."""
WINDOW_EVENTS: Final = 5_000
"""Most events whose outcome is awaited."""
MARKS_UNDER_WAY: Final = 32
GRACE_SECONDS: Final = 8.0
"""How long an interrupted redrive waits for the answers to what it has sent, and marks it."""
MARK_SECONDS: Final = 2.0
"""How much of any wait is for the last marks."""
PUT_SECONDS: Final = 15.0
"""Longest wait for room in the producer's buffer."""
TIME_TO_LIVE_SECONDS: Final = 60.0
"""After how long an event counts as undelivered: it stays unmarked for the next run."""
UNANSWERED: Final = "Unanswered"
"""How the report counts events whose answer did not come in time."""
UNMARKED: Final = "Unmarked"
"""How the report counts events that were acknowledged and could not be marked."""


class SendingError(Exception):
    """No event will be delivered: there is no such stream, or no permission."""


class Putting(Protocol):
    """What sending needs of `penstock.Producer`."""

    def put(self, event: bytes, *, partition_key: str | None = None) -> Future[PutResult]:
        """Take an event for delivery."""


PutMark = Callable[[str, Mark], None]
"""Writes a mark of the object with that name."""


@dataclass(slots=True)
class _Chunk:
    """Events of one object that get one mark."""

    key: str
    sent: list[tuple[str, list[Future[PutResult]]]] = field(default_factory=list)
    """Each event's place, and the futures of what it was sent as."""


class Sender:
    """Puts events, and marks them once all that they were sent as is acknowledged.

    A crash between the two leaves events sent and not marked: the next run sends them again, and what tells events from
    each other, their ids and times, is unchanged, so that they count once.
    """

    def __init__(
        self,
        producer: Putting,
        put_mark: PutMark,
        pool: Executor,
        report: SendReport,
        *,
        pace: Pace,
        fix_up: str,
        now: Callable[[], str],
        seconds_left: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send with `producer`, mark with `put_mark` on `pool`; `now` is the time in ISO 8601, for marks.

        No wait for answers and marks lasts longer than `seconds_left`, which is asked when it begins.
        """
        self._producer = producer
        self._put_mark = put_mark
        self._pool = pool
        self._report = report
        self._pace = pace
        self._fix_up = fix_up
        self._now = now
        self._seconds_left = seconds_left
        self._monotonic = monotonic
        self._sleep = sleep
        self._giving_up = False
        self._open: _Chunk | None = None
        self._waiting: deque[_Chunk] = deque()
        self._marking: deque[tuple[Future[None], int]] = deque()
        self._events = 0

    def send(self, key: str, event: FailedEvent, resend: Resend) -> None:
        """Send a failed event of the object `key`.

        Raises:
            SendingError: nothing will be delivered.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: earlier ones could not be marked.
        """
        if self._open is not None and (self._open.key != key or len(self._open.sent) >= CHUNK_EVENTS):
            self._close_chunk()
        while seconds := self._pace.wait():
            self._sleep(seconds)
        try:
            futures = [self._producer.put(data, partition_key=resend.partition_key) for data in resend.payloads]
        except PenstockError as error:
            self._report.undelivered[type(error).__name__] += 1
            return
        if self._open is None:
            self._open = _Chunk(key)
        self._open.sent.append((place(event), futures))
        self._events += 1
        while self._events > WINDOW_EVENTS and self._waiting:
            self._settle(self._waiting.popleft(), self._monotonic() + self._seconds_left())

    def finish(self) -> None:
        """Wait for all outcomes and mark what was acknowledged.

        Raises:
            As `send`.
        """
        self._end(self._monotonic() + self._seconds_left())

    def give_up(self) -> None:
        """Mark what is acknowledged within a few seconds: the end of a redrive that something has interrupted.

        Raises nothing of its own: the caller has heard of the first trouble, and what stays unmarked is sent again.
        """
        self._giving_up = True
        self._end(self._monotonic() + min(GRACE_SECONDS, self._seconds_left()))

    def _end(self, deadline: float) -> None:
        self._close_chunk()
        while self._waiting:
            self._settle(self._waiting.popleft(), deadline)
        while self._marking:
            self._confirm_mark(deadline)

    def _close_chunk(self) -> None:
        if self._open is not None:
            self._waiting.append(self._open)
            self._open = None

    def _settle(self, chunk: _Chunk, deadline: float) -> None:
        answered_by = deadline - MARK_SECONDS
        places = [place for place, futures in chunk.sent if self._acknowledged(futures, answered_by)]
        self._events -= len(chunk.sent)
        if not places:
            return
        mark = Mark(tuple(places), self._now(), "sent", self._fix_up)
        self._marking.append((self._pool.submit(self._put_mark, chunk.key, mark), len(places)))
        while len(self._marking) > MARKS_UNDER_WAY:
            self._confirm_mark(deadline)

    def _acknowledged(self, futures: list[Future[PutResult]], deadline: float) -> bool:
        for future in futures:
            try:
                error = future.exception(max(0.0, deadline - self._monotonic()))
            except FutureTimeoutError:
                self._report.undelivered[UNANSWERED] += 1
                return False
            if error is not None:
                self._report.undelivered[type(error).__name__] += 1
                if not self._giving_up and isinstance(error, AccessDeniedError | StreamNotFoundError):
                    raise SendingError(str(error))
                return False
        return True

    def _confirm_mark(self, deadline: float) -> None:
        marking, events = self._marking.popleft()
        try:
            marking.result(max(0.0, deadline - self._monotonic()))
        except FutureTimeoutError:
            self._report.undelivered[UNMARKED] += events
        except (BotoCoreError, ClientError):
            self._report.undelivered[UNMARKED] += events
            if not self._giving_up:
                raise
        else:
            self._report.sent += events
