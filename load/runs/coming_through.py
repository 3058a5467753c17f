"""Whether events come through: from the SDK's `put` to an answer of the reporting API, each counted once."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol
from uuid import uuid4

from load.errors import LoadError
from load.runs.reporting_api import ReportingApiError
from penstock import SocialEvent

LOOK_SECONDS: Final = 0.5
"""Between an answer and the next question."""


class Puts(Protocol):
    """A producer, as far as it is needed."""

    def put(self, event: SocialEvent) -> object:
        """Take an event."""

    def flush(self, timeout: float | None = None) -> None:
        """Wait until all that was put has an outcome."""


class Totals(Protocol):
    """A reporting API, as far as it is needed."""

    def totals(self, dimension: str, values: list[str], *, start: str) -> dict[str, int]:
        """Return the counts of values since an instant."""


class NotThroughError(LoadError):
    """Events did not come through in time, or not as they should."""


class Through(NamedTuple):
    """Events that came through."""

    events: int
    hashtag: str
    seconds: float
    """From before the first `put` to the answer that had all of them."""


def come_through(
    producer: Puts,
    api: Totals,
    *,
    events: int,
    within: float,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
    now: datetime | None = None,
) -> Through:
    """Send events, each twice, with a hashtag of their own, and ask until all are counted.

    Raises:
        NotThroughError: the time was over before, or more were counted than there are.
        penstock.errors.PenstockError: an event could not be put, or none can tell whether in time.
    """
    now = now or datetime.now(UTC)
    hashtag = f"probe-{uuid4().hex[:12]}"
    begun = clock()
    for number in [*range(events), *range(events)]:
        producer.put(
            SocialEvent(
                event_id=f"{hashtag}-{number}",
                kind="post",
                platform="probe",
                author=f"probe-{number}",
                created_at=now,
                hashtags=[hashtag],
            )
        )
    producer.flush(within)
    counted, why = 0, ""
    while clock() - begun <= within:
        try:
            counted, why = api.totals("hashtag", [hashtag], start=now.isoformat(timespec="seconds")).get(hashtag, 0), ""
        except ReportingApiError as error:
            why = f"; {error}"
        if counted > events:
            raise NotThroughError(f"{events} events, each sent twice, count as {counted}: see docs/exactly-once.md")
        if counted == events:
            return Through(events, hashtag, clock() - begun)
        wait(LOOK_SECONDS)
    raise NotThroughError(
        f"{counted} of {events} events came through in {within:g} s{why}; docs/runbook.md says where to look"
    )
