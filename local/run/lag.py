"""How long an accepted event takes until the reporting API's answers contain it."""

from collections import Counter, deque
from dataclasses import dataclass
from threading import Lock
from typing import Final

RESOLUTION_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class LagSummary:
    """Percentiles in seconds; zeros before anything was answered."""

    p50: float
    p95: float
    max: float


class LagMeter:
    """Pairs two running totals: events accepted by the stream, and events that the answers account for.

    The n-th event accepted has been answered when the answers first account for n events. Events of two shards
    may overtake each other by a batch, which the totals can't see and percentiles over many events don't show.
    Memory does not grow with the number of events: what waits is kept by `RESOLUTION_SECONDS`, what was
    answered as a histogram of that resolution. Safe for threads: events are accepted in the producer's.
    """

    def __init__(self) -> None:
        """Start with nothing accepted."""
        self._waiting: deque[list[float]] = deque()  # [when accepted, how many], oldest first
        self._answered = 0
        self._lock = Lock()
        self._lags: Counter[int] = Counter()

    def accepted(self, at: float, events: int = 1) -> None:
        """Note events that the stream acknowledged at `at` (seconds of a monotonic clock)."""
        with self._lock:
            if self._waiting and at - self._waiting[-1][0] < RESOLUTION_SECONDS:
                self._waiting[-1][1] += events
            else:
                self._waiting.append([at, events])

    def answered(self, at: float, total: int) -> None:
        """Note that at `at` the answers account for `total` events since the start."""
        with self._lock:
            newly = total - self._answered
            while newly > 0 and self._waiting:
                when, events = self._waiting[0]
                paired = min(newly, int(events))
                self._lags[round((at - when) / RESOLUTION_SECONDS)] += paired
                self._answered += paired
                newly -= paired
                if paired == events:
                    self._waiting.popleft()
                else:
                    self._waiting[0][1] -= paired

    def summary(self) -> LagSummary:
        """Return the percentiles over all events answered so far."""
        return LagSummary(self._percentile(0.5), self._percentile(0.95), self._percentile(1.0))

    def _percentile(self, fraction: float) -> float:
        remaining = fraction * self._lags.total()
        for lag, events in sorted(self._lags.items()):
            remaining -= events
            if remaining <= 0:
                return round(lag * RESOLUTION_SECONDS, 3)
        return 0.0
