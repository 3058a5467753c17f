"""What the commands print: for a person at a terminal, else JSON, one value a line. Pure."""

import json
from collections.abc import Iterator
from typing import Any

from consumers.command.output import table
from consumers.redrive.census import Row
from consumers.redrive.folding import MALFORMED
from consumers.redrive.report import FoldReport, SendReport
from consumers.redrive.selection import place
from consumers.redrive.survey import Selected, SelectedBatch
from penstock.cli.safe_text import safe_line, safe_text


def census_lines(rows: list[Row]) -> Iterator[str]:
    """Yield the census as a table."""
    if not rows:
        yield "no failed events"
        return
    head = ("day", "reason", "events", "redriven", "oldest", "newest")
    body = [
        (
            row.day,
            f"{row.reason}, discarded batches: {row.discarded_batches:,}" if row.discarded_batches else row.reason,
            f"{row.events:,}",
            f"{row.redriven:,}",
            _clock(row.oldest),
            _clock(row.newest),
        )
        for row in rows
    ]
    yield from table([head, *body], frozenset({2, 3}))
    if any(row.discarded_batches for row in rows):
        yield ""
        yield "Of discarded batches, the records are counted; each may hold many events. Fold them: see fold --help."


def event_head() -> tuple[str, ...]:
    """Return the head of a table of events."""
    return ("arrived", "reason", "redriven", "error", "key")


def event_row(selected: Selected) -> tuple[str, ...]:
    """Return one event as a row: what it takes to choose one for show."""
    key, event, mark = selected
    first = next((": ".join(filter(None, error)) for error in event.errors), "")
    return (event.arrived_at, event.reason, mark.redriven_at if mark else "", first, f"{key}#{place(event)}")


def batch_row(selected: SelectedBatch) -> tuple[str, ...]:
    """Return one discarded batch as a row, below `event_head`: what it takes to choose one for fold."""
    key, batch, mark = selected
    what = f"discarded batch, records: {batch.records:,}" + (
        f", not as documented: {len(batch.odd):,}" * bool(batch.odd)
    )
    return (batch.arrivals[0], batch.condition, mark.redriven_at if mark else "", what, key)


def event_fields(selected: Selected) -> dict[str, Any]:
    """Return all that is known of one event, for JSON; `text` is the payload as far as it is UTF-8."""
    key, event, mark = selected
    return {
        "key": f"{key}#{place(event)}",
        **json.loads(event.to_json()),
        "text": event.data.decode("utf-8", "backslashreplace"),
        "redriven": None if mark is None else {"at": mark.redriven_at, "how": mark.how, "fix_up": mark.fix_up},
    }


def event_lines(selected: Selected) -> Iterator[str]:
    """Yield all that is known of one event, for a person; nothing in it acts on a terminal."""
    key, event, mark = selected
    rows = [
        ("key", f"{key}#{place(event)}"),
        ("reason", event.reason),
        *(("error", ": ".join(filter(None, error))) for error in event.errors),
        ("stream", event.stream_arn),
        ("shard", event.shard_id),
        ("sequence", f"{event.sequence_number}, sub-sequence {event.sub_sequence_number}"),
        ("arrived", event.arrived_at),
        ("partition key", event.partition_key),
        ("redriven", f"{mark.redriven_at}, {mark.how} {mark.fix_up}".rstrip() if mark else "no"),
    ]
    for name, value in rows:
        yield f"{name:<15}{safe_text(value)}"
    yield f"{'data':<15}{len(event.data):,} bytes"
    yield safe_line(event.data)


def send_lines(report: SendReport) -> Iterator[str]:
    """Yield what a sending came to, for a person."""
    yield f"{'selected':<18}{report.selected:>9,}"
    yield f"{'would be sent' if report.dry_run else 'sent':<18}{report.sent:>9,}"
    if report.already_redriven:
        yield f"{'already redriven':<18}{report.already_redriven:>9,}   skipped; --again sends them too"
    for why, count in sorted(report.held_back.items()):
        yield f"{'held back':<18}{count:>9,}   {safe_text(f'{why}: {report.advice[why]}')}"
    for why, count in sorted(report.undelivered.items()):
        yield f"{'undelivered':<18}{count:>9,}   {why}; not marked, run it again"
    yield from _rest(report)


def fold_lines(report: FoldReport) -> Iterator[str]:
    """Yield what a folding came to, for a person."""
    yield f"{'selected':<18}{report.batches:>9,}   batches"
    name = "would be folded" if report.dry_run else "folded"
    yield f"{name:<18}{report.folded_batches:>9,}   batches of {report.records:,} records"
    if report.already_redriven:
        yield f"{'already redriven':<18}{report.already_redriven:>9,}   batches skipped; --again folds them too"
    if not report.dry_run:
        yield f"{'counted':<18}{report.counted:>9,}   events"
        yield f"{'duplicates':<18}{report.duplicates:>9,}   counted before"
        for why, count in sorted(report.failed.items()):
            yield f"{'failed':<18}{count:>9,}   {why}; failed events now, see list"
    for why, count in sorted(report.unfinished.items()):
        remedy = "their other records are folded" if why == MALFORMED else "run it again"
        yield f"{'unfinished':<18}{count:>9,}   batches, {why}; not marked, {remedy}"
    yield from _rest(report)


def _rest(report: SendReport | FoldReport) -> Iterator[str]:
    if report.not_readable:
        yield f"{'not readable':<18}{report.not_readable:>9,}"
    if not report.complete:
        yield "not complete: it ended before everything was looked at; running it again is safe"


def _clock(moment: str) -> str:
    """Shorten an ISO time to minutes and seconds of its day: the day has a column of its own."""
    return moment[11:19] or moment
