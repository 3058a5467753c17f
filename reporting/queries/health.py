"""How fresh the trends are."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from reporting.answers import Health, LevelsClosed
from reporting.live_lists import LiveLists
from reporting.plan import Closed
from reporting.reader import Freshness, TrendsReader
from reporting.windows import Window, format_as_of, format_seconds

STALE_AFTER_SECONDS: Final = 120
"""Age of the newest arrival from which health says stale: well beyond the seconds that batches take."""


class HealthQuery:
    """Answers ``/v1/health``."""

    def __init__(self, reader: TrendsReader, lists: LiveLists, clock: Callable[[], datetime]) -> None:
        """Answer from what `reader` and `lists` say; `clock` says now, with an offset."""
        self._reader = reader
        self._lists = lists
        self._clock = clock

    def __call__(self) -> Health:
        """Return how fresh the trends are."""
        freshness = self._reader.freshness()
        age = _age(freshness, self._clock())
        newest = self._lists.newest(Window.FIVE_MINUTES)
        hour, day = freshness.closed or Closed()
        return Health(
            status="empty" if age is None else "stale" if age > STALE_AFTER_SECONDS else "ok",
            as_of=format_as_of(freshness.as_of),
            age_seconds=age,
            stale_after_seconds=STALE_AFTER_SECONDS,
            lag_seconds=_lag(freshness),
            last_rollup=format_as_of(freshness.applied_at),
            views=None if newest is None else format_as_of(newest.as_of),
            levels=LevelsClosed(hour=format_seconds(hour) if hour else None, day=format_seconds(day) if day else None),
        )


def _age(freshness: Freshness, now: datetime) -> float | None:
    if freshness.as_of is None:
        return None
    # Never negative: an arrival stamped by a clock that runs ahead of this one is as fresh as can be.
    return max(round(now.astimezone(UTC).timestamp() - freshness.as_of / 1_000, 3), 0.0)


def _lag(freshness: Freshness) -> float | None:
    if freshness.as_of is None or freshness.applied_at is None:
        return None
    return max((freshness.applied_at - freshness.as_of) / 1_000, 0.0)  # clocks differ, as above
