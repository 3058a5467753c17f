"""What one run of the sweep checks: recent minutes, and a slice of all hours that goes round."""

from typing import Final, NamedTuple

from consumers.schedule import HOUR, MINUTE

RECENT_MINUTES: Final = 30
"""Checked in every run: twice the usual time between two runs, so each minute is checked twice soon after its end."""

AHEAD_MINUTES: Final = 5
"""Ingest takes events up to five minutes ahead of their arrival."""

RUNS_A_ROUND: Final = 48
"""Runs in which all hours are checked once: 12 hours, with a run every 15 minutes. At the slowest rate that the
template takes, 30 minutes, it is the day that the range has beyond the last time an event may be folded, so what the
stream lost even then is found."""


class Slice(NamedTuple):
    """Hours to check in one run, newest first, and where the next run goes on."""

    hours: list[int]
    """Epoch seconds."""
    cursor: int


def recent_minutes(now: float) -> range:
    """Return the minutes (epoch seconds) that every run checks."""
    current = int(now // MINUTE) * MINUTE
    return range(current - RECENT_MINUTES * MINUTE, current + AHEAD_MINUTES * MINUTE + 1, MINUTE)


def next_slice(cursor: int | None, now: float, hours_a_round: int) -> Slice:
    """Return the hours to check from `cursor` on; without one, from the current hour on.

    All hours are the current one and the `hours_a_round` before.

    Goes from the newest hour to the oldest and begins again: what an outage left is found sooner than what is old.
    """
    newest = int(now // HOUR) * HOUR
    oldest = newest - hours_a_round * HOUR
    hours: list[int] = []
    at = newest if cursor is None else cursor
    for _ in range(-(-hours_a_round // RUNS_A_ROUND)):
        if not oldest <= at <= newest:
            at = newest
        hours.append(at)
        at -= HOUR
    return Slice(hours, at)
