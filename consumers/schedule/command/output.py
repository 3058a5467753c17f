"""What the schedule's commands print: tables for a person at a terminal, else JSON, one value a line. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from consumers.command.output import json_line, table
from consumers.command.stack_change import Touched
from consumers.schedule.append import AHEAD_SECONDS, Change, moment
from consumers.schedule.schedule import DAY, HOUR, MINUTE, Entry, Schedule


def schedule_lines(schedule: Schedule, now: float, *, other: Entry | None = None, what: str = "") -> Iterator[str]:
    """Yield the entries as a table; beside `other` it says `what` that is."""
    rows = [("from", "seconds", "groups", "buckets", "")]
    for entry in schedule.entries:
        if entry == other:
            note = f"{what}, {_span(entry.start - now)} from now"
        elif entry.start > now:
            note = f"comes into force in {_span(entry.start - now)}"
        else:
            note = "in force" if entry is schedule.at(now) else "for older events"
        rows.append((moment(entry.start), str(entry.seconds), str(entry.groups), str(entry.buckets), note))
    yield from table(rows, frozenset({1, 2, 3}))


def change_lines(change: Change, now: float, *, what: str) -> Iterator[str]:
    """Yield a change for a person: the entries, what is different with it, and until when it must be deployed."""
    longer = max(change.before, change.after, key=lambda schedule: len(schedule.entries))
    yield from schedule_lines(longer, now, other=change.entry, what=what)
    yield ""
    old, new = change.before.entries[-1], change.after.entries[-1]
    if old.addresses_a_minute != new.addresses_a_minute:
        yield (
            f"addresses a minute: {old.addresses_a_minute:,} → {new.addresses_a_minute:,}. A batch writes a segment to"
            " each that it has events for, and the sweep reads half a unit for each."
        )
    if old.buckets != new.buckets:
        yield (
            f"hashtag buckets: {old.buckets:,} → {new.buckets:,}, from {moment(change.buckets_from)} on, the start of"
            " a UTC day. A batch writes each of a minute's buckets."
        )
    yield (
        f"Every function must have the change by {moment(change.due)}, {AHEAD_SECONDS // MINUTE} minutes before the"
        " entry's start."
    )


def deploy_lines(change: Change) -> Iterator[str]:
    """Yield how to deploy a change."""
    yield "Nothing is changed yet. The same command with --deploy changes the stack; or give your next deployment"
    yield "this parameter:"
    yield ""
    yield f"    Schedule={change.text}"


def samconfig_line(change: Change) -> str:
    """Return what to keep in mind about a samconfig.toml."""
    return f"If your samconfig.toml names Schedule, put it there too, or the next deploy takes it back: {change.text}"


def touched_lines(touched: Iterable[Touched]) -> Iterator[str]:
    """Yield what a change set does as a table."""
    if not (touched := list(touched)):
        yield "CloudFormation lists no resource"
        return
    yield from table([("action", "resource", "type", "replaced"), *touched], frozenset())


def change_json(stack: str, change: Change, *, what: str, deployed: bool) -> str:
    """Return a change as one line of JSON; the entry is under `what` was done to it."""
    return json_line(
        {
            "stack": stack,
            what: entry_fields(change.entry),
            "due": moment(change.due),
            "deployed": deployed,
            "schedule": change.text,
        }
    )


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Return an entry for JSON."""
    return {"from": moment(entry.start), "seconds": entry.seconds, "groups": entry.groups, "buckets": entry.buckets}


def _span(seconds: float) -> str:
    if seconds >= DAY:
        return f"{seconds // DAY:.0f} days {seconds % DAY // HOUR:.0f} hours"
    return f"{seconds // HOUR:.0f} hours {seconds % HOUR // MINUTE:.0f} minutes"
