"""Appending an entry: what may be appended, and withdrawing the last one before it comes into force. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from consumers.schedule.schedule import DAY, MINUTE, Entry, Schedule, ScheduleError

AHEAD_SECONDS: Final = 15 * MINUTE
"""Every function must have an entry this long before it comes into force. Events may carry times of up to five minutes
after their arrival (`consumers.ingest.validate.FUTURE_SECONDS`), so an address of the entry can be needed that much
before; the rest is for what nobody thinks of."""

MAX_BYTES: Final = 3_072
"""Of the schedule as text. All environment variables of a function together have 4 KB (AWS Lambda Developer Guide,
"Lambda quotas"), and the others need some hundred bytes."""

MAX_ADDRESSES_A_MINUTE: Final = 4_096
"""Panes a minute times key groups that may be appended. Each item of a minute has a number for each of its addresses,
of up to four bytes, and beyond 18 KB of them less room is left for its counts
(`consumers.trends.item.MAX_FIRST_BYTES`).
`consumers.schedule.schedule.MAX_ADDRESSES` is what may be deployed at all."""


class AppendError(ScheduleError):
    """An entry that must not be appended, or not be withdrawn; the message says why, and what would do."""


class Wanted(NamedTuple):
    """An entry as somebody asks for it; what is None is as in the entry before."""

    start: int
    """Epoch seconds."""
    seconds: int | None = None
    groups: int | None = None
    buckets: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A schedule before and after."""

    before: Schedule
    after: Schedule
    text: str
    """`after` as the stack's parameter."""

    @property
    def entry(self) -> Entry:
        """The entry that is appended or withdrawn."""
        longer = max(self.before, self.after, key=lambda schedule: len(schedule.entries))
        return longer.entries[-1]

    @property
    def due(self) -> int:
        """When every function must have `after`, in epoch seconds."""
        return self.entry.start - AHEAD_SECONDS

    @property
    def buckets_from(self) -> int:
        """From when on the entry's number of buckets holds, in epoch seconds: the next start of a UTC day."""
        return -(-self.entry.start // DAY) * DAY


def append(text: str, wanted: Wanted, *, now: float, deployment_seconds: float) -> Change:
    """Return the schedule in `text` with one entry more; no entry that is there changes.

    Args:
        text: the schedule that the stack has.
        wanted: the entry.
        now: epoch seconds.
        deployment_seconds: how long it may take until every function has the schedule.

    Raises:
        AppendError: the entry starts too soon or before another, is too large, or changes nothing.
        ScheduleError: it breaks a rule that every entry must keep, or `text` does.
    """
    before = Schedule.parse(text)
    last = before.entries[-1]
    entry = Entry(
        wanted.start,
        last.seconds if wanted.seconds is None else wanted.seconds,
        last.groups if wanted.groups is None else wanted.groups,
        last.buckets if wanted.buckets is None else wanted.buckets,
    )
    if entry.start <= last.start:
        raise AppendError(f"the entry must start after the last one, which starts at {moment(last.start)}")
    earliest = now + AHEAD_SECONDS + deployment_seconds
    if entry.start < earliest:
        raise AppendError(
            f"{moment(entry.start)} is too soon: every function must have the entry {AHEAD_SECONDS // MINUTE} minutes"
            f" before, and deploying is given {deployment_seconds / MINUTE:g} minutes, so the earliest is"
            f" {moment(-(-earliest // MINUTE) * MINUTE)}"
        )
    if (entry.seconds, entry.groups, entry.buckets) == (last.seconds, last.groups, last.buckets):
        raise AppendError("the entry changes nothing: it has the numbers of the one before")
    if entry.addresses_a_minute > MAX_ADDRESSES_A_MINUTE:
        raise AppendError(
            f"{MINUTE // entry.seconds} panes a minute of {entry.groups} key groups are {entry.addresses_a_minute:,}"
            f" addresses, more than the {MAX_ADDRESSES_A_MINUTE:,} that an item of the trends has room for"
        )
    return _change(before, Schedule([*before.entries, entry]))


def withdraw(text: str, *, now: float, deployment_seconds: float) -> Change:
    """Return the schedule in `text` without its last entry, which no event has met yet.

    Raises:
        AppendError: it is in force, or too near to it; or there is no other.
        ScheduleError: `text` breaks a rule.
    """
    before = Schedule.parse(text)
    *others, last = before.entries
    if not others:
        raise AppendError("the schedule has one entry, which must stay")
    if last.start < now + AHEAD_SECONDS + deployment_seconds:
        raise AppendError(
            f"the last entry stays: it starts at {moment(last.start)}, and until {AHEAD_SECONDS // MINUTE} minutes"
            " before then not every function would have lost it; append another one instead"
        )
    return _change(before, Schedule(others))


def moment(when: float) -> str:
    """Return a time like ``2026-12-01T00:00Z``."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _change(before: Schedule, after: Schedule) -> Change:
    text = after.to_json()
    if len(text.encode()) > MAX_BYTES:
        raise AppendError(
            f"the schedule would have {len(text.encode()):,} bytes, more than the {MAX_BYTES:,} that fit a function's"
            " environment"
        )
    return Change(before, after, text)
