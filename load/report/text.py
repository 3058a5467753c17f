"""A report as text for a terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from load.measure.distributions import quantile, steps
from load.measure.judgement import counted
from load.report.fitting import parted
from load.report.histograms import decoded
from load.report.model import Distribution, Function, Report

BAR: Final = 40
ROWS: Final = 12
UNKNOWN: Final = "\N{EN DASH}"
_INDENT: Final = "  "


def lines(report: Report, width: int | None = None) -> Iterator[str]:
    """Yield the summary of a report, line by line.

    Args:
        report: to sum up.
        width: that tables are to have at most, in characters; none for any. Sentences are not wrapped.
    """
    work, events = report.workload, report.events
    yield f"{report.target}: {work.profile}, {work.seconds:,.0f} s measured after {work.warm_up_seconds:,.0f} s"
    if report.partial:
        yield f"PARTIAL: ended by {report.ended} before its time"
    yield ""
    seconds = work.seconds or 1.0
    yield _row("scheduled", events.scheduled, events.scheduled / seconds)
    yield _row("sent", events.sent, events.sent / seconds)
    accepted = events.accepted_while_measured
    yield _row("accepted", accepted, accepted / seconds) + _later(events.accepted - accepted)
    if events.counted is not None:
        yield _row("counted", events.counted) + ("  each once, without copies" if work.duplicates else "")
    if events.failed:
        yield _row("failed", events.failed)
    if events.resent:
        yield _row("resent", events.resent, events.resent / seconds) + "  records sent again in that time"
    yield from _latencies(report, width)
    if report.freshness is not None:
        yield from _histogram(report.freshness)
    yield from _shards(report)
    yield from _functions(report, width)
    for name, table in report.tables.items():
        if table.write_units or table.read_units:
            writes = f"{table.write_units:,.0f} write units"
            per = f" ({table.write_units / accepted:.4f} an event)" if accepted else ""
            yield f"  {name:<20} {writes}{per}, {table.read_units:,.0f} read units"
    for finding in report.findings:
        yield ""
        yield f"{finding.kind}: {finding.text}"


def _later(events: int) -> str:
    if events < 0:
        return "  some of them sent in the warm-up"
    return f"  and {events:,} later" if events else ""


def duration(seconds: float) -> str:
    """Return a time as a person would write it.

    >>> duration(0.0042), duration(0.42), duration(4.2), duration(420)
    ('4.2 ms', '420 ms', '4.20 s', '420 s')
    """
    if not seconds:
        return "0 s"
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:,.0f} s"


def _row(name: str, count: int, rate: float | None = None) -> str:
    return f"  {name:<20} {count:>12,}" + ("" if rate is None else f"   {rate:>10,.1f}/s")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """Yield an empty line and a table, indented as all of the summary is."""
    yield ""
    for line in parted(header, rows, None if width is None else width - len(_INDENT)):
        yield f"{_INDENT}{line}" if line else ""


def _latencies(report: Report, width: int | None) -> Iterator[str]:
    generator = report.generator
    named: list[tuple[str, Distribution | None]] = [
        ("freshness", report.freshness),
        ("  of it after ack", report.accepted_to_visible),
        ("put", report.put),
        ("schedule error", None if generator is None else generator.schedule_error),
    ]
    rows = [
        [name, *(duration(value) for value in (each.p50, each.p90, each.p99, each.p999, each.max)), f"{each.count:,}"]
        for name, each in named
        if each is not None
    ]
    if rows:
        yield from _table(("from intended time", "p50", "p90", "p99", "p99.9", "max", "count"), rows, width)


def _histogram(freshness: Distribution) -> Iterator[str]:
    """Draw a distribution in rows of equal width up to its 99.9th percentile."""
    whole = decoded(freshness.histogram)
    most = max(1, quantile(whole, 0.999))
    counts = [0] * ROWS
    for value, times in steps(whole):
        counts[min(value * ROWS // (most + 1), ROWS - 1)] += times
    yield ""
    yield "  freshness"
    for row, times in enumerate(counts):
        until = duration((row + 1) * most / ROWS * freshness.scale)
        bar = "█" * round(BAR * times / max(counts)) or ("▏" if times else "")
        yield f"  {until:>10}  {bar}".rstrip()


def _shards(report: Report) -> Iterator[str]:
    if not report.shards:
        return
    yield ""
    busiest = max(report.shards, key=lambda shard: max(shard.records_rate / 1_000, shard.bytes_rate / 2**20))
    used = max(busiest.records_rate / 1_000, busiest.bytes_rate / 2**20)
    yield (
        f"  {counted(len(report.shards), 'shard')} sent to; the busiest, {busiest.shard_id}, took "
        f"{busiest.records_rate:,.1f} records/s and {busiest.bytes_rate / 1024:,.0f} KiB/s: {used:.1%} of its limit"
    )


def _functions(report: Report, width: int | None) -> Iterator[str]:
    rows = [[name, *_figures(each)] for name, each in report.functions.items() if each.invocations]
    if rows:
        yield from _table(_COLUMNS, rows, width)


_COLUMNS: Final = ("function", "invoked", "errors", "p50", "p99", "batch p50", "age p50", "age p99", "memory")


def _figures(function: Function) -> tuple[str, ...]:
    took, batch, age, memory = function.duration, function.batch, function.iterator_age, function.memory_bytes
    return (
        f"{function.invocations:,}",
        UNKNOWN if function.errors is None else f"{function.errors:,}",
        UNKNOWN if took is None else duration(took.p50),
        UNKNOWN if took is None else duration(took.p99),
        UNKNOWN if batch is None else f"{batch.p50:,.0f}",
        UNKNOWN if age is None else duration(age.p50),
        UNKNOWN if age is None else duration(age.p99),
        UNKNOWN if memory is None else f"{memory / 2**20:,.0f} MB",
    )
