"""Lambda's queue of asynchronous invocations: when an event is tried again, given up, or brought twice.

It performs nothing. A shell asks `due` with the time, invokes each event's function (`simulation.services.functions`),
and reports the result to `settled`; `wake` says when something is due.

Source: AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation", and
"Configuring error handling settings for Lambda asynchronous invocations".
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from simulation.event_source_mapping.invocation import Answered, FunctionFailed, InvocationResult

RETRIES: Final = 2
EVENT_AGE_SECONDS: Final = 6 * 3600.0
"""What a function has whose deployment says nothing of MaximumRetryAttempts and MaximumEventAgeInSeconds."""

WAITS_AFTER_ERRORS: Final = (60.0, 120.0)
"""Seconds after the first error and after the second."""

LEAST_WAIT: Final = 1.0
MOST_WAIT: Final = 300.0
"""Seconds after throttles and errors of the service: doubled each time."""


class Discarded(Enum):
    """Why an event was given up, in the words of a failure destination."""

    RETRIES = "RetriesExhausted"
    AGE = "EventAgeExceeded"


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """One asynchronous invocation on its way. Times are in epoch seconds."""

    function: str
    payload: bytes
    sent_at: float
    retries: int
    event_age: float
    errors: int = 0
    refusals: int = 0
    """Throttles and errors of the service in a row."""


class EventQueue:
    """The events of asynchronous invocations.

    Attributes:
        copies: How many times the event that is sent now is in the queue: it is eventually consistent, so that a
            function may be invoked with an event again though it returned no error.
        discarded: Told an event that is given up, and why.
    """

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.copies: Callable[[], int] = lambda: 1
        self.discarded: Callable[[QueuedEvent, Discarded], object] = lambda _event, _why: None
        self._waiting: list[tuple[float, int, QueuedEvent]] = []
        self._entered = 0

    def __len__(self) -> int:
        """How many events wait; those that are being tried are not among them."""
        return len(self._waiting)

    def send(
        self,
        function: str,
        payload: bytes,
        now: float,
        *,
        retries: int = RETRIES,
        event_age: float = EVENT_AGE_SECONDS,
    ) -> None:
        """Take an event; `retries` and `event_age` (seconds) are the function's settings."""
        event = QueuedEvent(function, payload, now, retries, event_age)
        for _ in range(self.copies()):
            self._enter(event, now)

    def due(self, now: float) -> list[QueuedEvent]:
        """Return the events to try now; each is to be `settled`."""
        events = []
        while self._waiting and self._waiting[0][0] <= now:
            _, _, event = heapq.heappop(self._waiting)
            if now - event.sent_at >= event.event_age:
                self.discarded(event, Discarded.AGE)
            else:
                events.append(event)
        return events

    def wake(self) -> float | None:
        """When `due` has something next; None while nothing waits."""
        return self._waiting[0][0] if self._waiting else None

    def settled(self, event: QueuedEvent, result: InvocationResult, now: float) -> None:
        """Take in what became of an event: it is done, tried again later, or given up."""
        if isinstance(result, Answered):
            return
        if isinstance(result, FunctionFailed):
            if event.errors >= event.retries:
                self.discarded(event, Discarded.RETRIES)
                return
            wait = WAITS_AFTER_ERRORS[min(event.errors, len(WAITS_AFTER_ERRORS) - 1)]
            self._enter(replace(event, errors=event.errors + 1, refusals=0), now + wait)
            return
        wait = min(MOST_WAIT, LEAST_WAIT * 2.0 ** min(event.refusals, 30))
        self._enter(replace(event, refusals=event.refusals + 1), now + wait)

    def _enter(self, event: QueuedEvent, due: float) -> None:
        self._entered += 1
        heapq.heappush(self._waiting, (due, self._entered, event))
