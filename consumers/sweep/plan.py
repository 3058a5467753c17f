"""What one run of the sweep checks: recent minutes, and a slice of all hours that goes round."""

from typing import Final, NamedTuple

from consumers.schedule import DAY, HOUR, MINUTE

RECENT_MINUTES: Final = 30
"""Checked in every run: twice the usual time between two runs, so each minute is checked twice soon after its end."""

AHEAD_MINUTES: Final = 5
"""Ingest takes events up to five minutes ahead of their arrival."""

LATER_DAYS: Final = 1
"""Beyond the dedup horizon: an event at its end may have waited in its stream before ingest took it."""

RUNS_A_ROUND: Final = 64
"""Runs in which all hours are checked once: 16 hours, with a run every 15 minutes."""


class Slice(NamedTuple):
    """Hours to check in one run, newest first, and where the next run goes on."""

    hours: list[int]
    """Epoch seconds."""
    cursor: int


def recent_minutes(now: float) -> range:
    """Return the minutes (epoch seconds) that every run checks."""
    current = int(now // MINUTE) * MINUTE
    return range(current - RECENT_MINUTES * MINUTE, current + AHEAD_MINUTES * MINUTE + 1, MINUTE)


def next_slice(cursor: int | None, now: float, dedup_days: int) -> Slice:
    """Return the hours to check from `cursor` on; without one, from the current hour on.

    Goes from the newest hour to the oldest and begins again: what an outage left is found sooner than what is old.
    """
    newest = int(now // HOUR) * HOUR
    hours_a_round = (dedup_days + LATER_DAYS) * DAY // HOUR
    oldest = newest - hours_a_round * HOUR
    hours: list[int] = []
    at = newest if cursor is None else cursor
    for _ in range(-(-hours_a_round // RUNS_A_ROUND)):
        if not oldest <= at <= newest:
            at = newest
        hours.append(at)
        at -= HOUR
    return Slice(hours, at)
