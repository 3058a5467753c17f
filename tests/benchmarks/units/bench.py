"""Units an event: on time, with late events, by rate and window, next to a marker for each event."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from consumers.tables import CHANGED
from simulation.services.metering import Usage
from tests.benchmarks.options import Options
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Column, Report, Table
from tests.benchmarks.units.markers import MARKER_UNITS
from tests.benchmarks.units.past import LOG, TRENDS, Past
from tests.benchmarks.units.pipeline import RETENTION, SCHEDULE, Pipeline
from tests.benchmarks.units.workload import BANDS, Workload, mostly_minutes, over_the_week

START: Final = 1_763_733_600
"""2025-11-21T14:00:00Z."""
RATE: Final = 1_000
BATCH_SECONDS: Final = 5
LATE: Final = 0.05

RATES: Final = (10, 100, 1_000, 10_000, 100_000)
WINDOWS: Final = (1, 5, 20, 60)

MOST_LOG, MOST_BOTH, MOST_READ, MOST_LATE = 0.02, 0.05, 0.05, 0.12


class Case(NamedTuple):
    """A run to measure."""

    name: str
    seconds: int
    workload: Workload


class Cost(NamedTuple):
    """Units an event, by table."""

    log: Usage
    trends: Usage
    events: int

    @property
    def written(self) -> float:
        """Write units an event, of both tables."""
        return (self.log.write + self.trends.write) / self.events

    @property
    def read(self) -> float:
        """Read units an event, of both tables."""
        return (self.log.read + self.trends.read) / self.events

    def trends_written(self, kind: str) -> float:
        """Write units an event of the trends' items of a kind, by the beginning of their keys."""
        return self.trends.written.get(kind, 0.0) / self.events


def measure(options: Options) -> Report:
    """Measure what events cost while the pipeline has been running for weeks, and the curve on empty tables."""
    seconds = options.late_seconds
    cases = [
        Case("all on time", min(300, seconds), Workload(RATE)),
        Case("5 % late, mostly by minutes", seconds, Workload(RATE, LATE, mostly_minutes)),
        Case("5 % late, evenly over the week", seconds, Workload(RATE, LATE, over_the_week)),
    ]
    costs = [_steady(case) for case in cases]
    on_time, late, _ = costs
    rows: list[tuple[str | float, ...]] = [(case.name, *_row(cost)) for case, cost in zip(cases, costs, strict=True)]
    return Report(
        f"Units of DynamoDB an event: {RATE:,} events/s, batches of {BATCH_SECONDS} s, 1.5 of 20,000 hashtags an event",
        [
            Table("steady", f"Late events are late by {_bands()}", _COLUMNS, rows),
            Table("curve", "Write units an event on time, log and trends", _CURVE_COLUMNS, _curve()),
        ],
        [
            Bound("write units an event, log", on_time.log.write / on_time.events, most=MOST_LOG, form=".4f"),
            Bound("write units an event, log and trends", on_time.written, most=MOST_BOTH, form=".4f"),
            Bound("read units an event, log and trends", on_time.read, most=MOST_READ, form=".4f"),
            Bound("write units an event with 5 % late, log and trends", late.written, most=MOST_LATE, form=".4f"),
        ],
    )


_COLUMNS: Final = (
    Column("case", ""),
    Column("log", "log", ".4f"),
    Column("minutes", "minutes", ".4f"),
    Column("late_items", "late items", ".4f"),
    Column("hours_and_days", "hours, days", ".4f"),
    Column("notes", "notes", ".4f"),
    Column("lists", "lists", ".4f"),
    Column("other_views", "other views", ".4f"),
    Column("written", "write units in all", ".4f"),
    Column("log_read", "read units, log", ".4f"),
    Column("trends_read", "trends", ".4f"),
)
_CURVE_COLUMNS: Final = (
    Column("rate", "events/s", ",d"),
    *(Column(f"window_{window}", f"{window} s", ".3f") for window in WINDOWS),
    Column("markers", "a marker an event", ".1f"),
)


_OTHER_KINDS: Final = ("minute", "hour", "day", "late", "rollup", CHANGED)
"""Beginnings of the keys of items that are no views."""


def _row(cost: Cost) -> tuple[float, ...]:
    return (
        cost.log.write / cost.events,
        cost.trends_written("minute"),
        cost.trends_written("late"),
        cost.trends_written("hour") + cost.trends_written("day"),
        cost.trends_written(CHANGED),
        cost.trends_written("list"),
        cost.trends.write / cost.events - sum(map(cost.trends_written, ("list", *_OTHER_KINDS))),
        cost.written,
        cost.log.read / cost.events,
        cost.trends.read / cost.events,
    )


def _steady(case: Case) -> Cost:
    past = Past(START, case.workload, SCHEDULE, RETENTION)
    with Pipeline(past, START) as pipeline:
        past.keep_late(pipeline.log_table, pipeline.trends_table, START + case.seconds, BATCH_SECONDS)
        pipeline.begin_views()
        return _run(pipeline, case.workload, BATCH_SECONDS, case.seconds, f"Units: {case.name}")


def _curve() -> list[tuple[int | float, ...]]:
    rows: list[tuple[int | float, ...]] = []
    for rate in RATES:
        costs = []
        for window in WINDOWS:
            with Pipeline(_nothing, START) as pipeline:
                # A whole minute, but where that is millions of events: there each batch has nearly all hashtags.
                seconds = max(60 if rate < max(RATES) else 10, window)
                costs.append(_run(pipeline, Workload(rate), window, seconds, f"Units: {rate:,} a second").written)
        rows.append((rate, *costs, MARKER_UNITS))
    return rows


def _run(pipeline: Pipeline, workload: Workload, window: int, seconds: int, title: str) -> Cost:
    before = {table: usage.copy() for table, usage in pipeline.tables.usage.items()}
    events = 0
    with shown(title, seconds // window) as progress:
        for number in range(seconds // window):
            start = START + number * window
            batch = workload.batch(start, window)
            events += len(batch)
            pipeline.process(batch, start + window)
            progress(number + 1)
    log, trends = (pipeline.tables.usage[table].since(before[table]) for table in (LOG, TRENDS))
    return Cost(log, trends, events)


def _nothing(_table: str, _partition: str) -> Iterable[Mapping[str, Any]]:
    return ()


def _bands() -> str:
    return ", ".join(f"{band.least:,.0f} to {band.most:,.0f} s ({band.share:.0%})" for band in BANDS)
