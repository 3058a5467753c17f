"""Ingest's writer, rollup, the sweep and views over metered tables, with a clock of their own and no Lambda."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Self

from consumers.pane_log import segment as segments
from consumers.pane_log.fold import ValidEvent, fold
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Writer
from consumers.rollup.allowance import SHARE, TO_BEGIN_WITH, Allowance
from consumers.rollup.contention import Contention
from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.rollup.report import Report
from consumers.rollup.rollup import Rollup
from consumers.schedule import DAY, HOUR, Schedule
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep
from consumers.tables import CHANGED, Level
from consumers.trends.notes import hour_of
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from consumers.views.kept import keep_all
from simulation.services.expressions import Item
from simulation.services.metering import MeteredDynamoDB
from tests.benchmarks.units.past import LOG, TRENDS, PastTable

SCHEDULE: Final = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]')
"""The template's."""
RETENTION: Final = Retention.beyond(7)
SEGMENT_SECONDS: Final = 16 * DAY
SWEEP_SECONDS: Final = 900
SWEPT_HOURS: Final = 216

INGEST_SECONDS: Final = 0.3
ROLLUP_SECONDS: Final = 1.0
VIEWS_SECONDS: Final = 5
"""Between two runs of views: the template's window."""
"""From the end of a batch until the function runs: what the services in between take."""


class Pipeline:
    """Brings batches from ingest to the trends; each batch of events makes one of segments, as with one shard."""

    def __init__(self, past: Callable[[str, str], Iterable[Mapping[str, Any]]], now: int) -> None:
        """Begin at `now` (epoch seconds, a whole hour) with what `past` holds: all hours but the last are closed."""
        self._now = float(now)
        self.log_table = PastTable(LOG, past, streams=True)
        self.trends_table = PastTable(TRENDS, past, streams=True)
        self.tables = tables = MeteredDynamoDB({LOG: self.log_table, TRENDS: self.trends_table})
        log = PaneLog(tables.client(), LOG)
        self._pool = ThreadPoolExecutor(1)
        self._writer = Writer(log, SEGMENT_SECONDS)
        # What an environment may spend to begin with is spent: in the long run it does not count.
        allowance = Allowance()
        allowance.spend(SHARE * TO_BEGIN_WITH)
        table = TrendsTable(tables.client(), TRENDS)
        self.rollup = Rollup(
            table,
            log,
            SCHEDULE,
            RETENTION,
            pool=self._pool,
            clock=lambda: self._now,
            contention=Contention(lambda _: None),
            allowance=allowance,
            spent=lambda: tables.usage[TRENDS].cost,
        )
        self.sweep = Sweep(
            self.rollup,
            LogProbe(tables.client(), LOG, lambda _: None),
            SWEPT_HOURS,
            pool=self._pool,
            clock=lambda: self._now,
        )
        self._views = keep_all(
            tables.client(),
            TRENDS,
            SCHEDULE,
            RETENTION,
            pool=self._pool,
            clock=lambda: self._now,
            sleep=lambda _: None,
            warn=_fail,
        )
        self._hours_noted: set[int] = set()
        self._next_views = 0.0
        self._next_sweep = now + SWEEP_SECONDS / 2
        hour, day = Level.HOUR.floor(now) - HOUR, Level.DAY.floor(now)
        table.create_state(LevelsState(hour, hour, day, day, late_done=now, late_begun=now))
        self.applied = self.gathered = 0

    def process(self, events: list[ValidEvent], end: float) -> None:
        """Fold the events of a batch that ended at `end` (epoch seconds), then apply what that put into the log."""
        self._now = end + INGEST_SECONDS
        for each in fold(events, SCHEDULE):
            outcome = self._writer.write(each, _plenty)
            if outcome.error:
                raise outcome.error
        self._now = end + ROLLUP_SECONDS
        report = self.rollup.apply(map(segments.decode, self._stream()), _plenty)
        self.rollup.close_due(report, _plenty, most=1, take_over_after=TAKE_OVER_SECONDS)
        self.rollup.corrections.apply_due(report, _plenty)
        self._note(report)
        if self._now >= self._next_sweep:
            self._next_sweep += SWEEP_SECONDS
            swept = self.sweep.run(_plenty)
            self._note(swept.rollup)
            if swept.repaired:
                raise AssertionError(f"the sweep repaired {swept.repaired} segments that rollup should have applied")
        self._refresh()

    def begin_views(self) -> None:
        """Have views read all that they remember, as they do when their function starts."""
        self._refresh()

    def _refresh(self) -> None:
        """Run views, if their window is over, with what the trends' stream has brought since the last time."""
        changes = self.trends_table.changes
        self._hours_noted |= {hour_of(change.keys) for change in changes if change.keys["bucket"]["S"] == CHANGED}
        changes.clear()
        if self._now < self._next_views:
            return
        self._next_views = self._now + VIEWS_SECONDS
        failures = self._views.refresh(self._hours_noted, _plenty).failures
        self._hours_noted = set()
        if failures:
            raise AssertionError(f"views failed: {failures}")

    def _stream(self) -> "list[Item]":
        """Return what has been put into the log since the last time."""
        changes = self.log_table.changes
        items = [change.new_image for change in changes if change.new_image is not None]
        changes.clear()
        return items

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the pool."""
        self._pool.shutdown()

    def _note(self, report: Report) -> None:
        self.applied += report.applied
        self.gathered += report.gathered
        if reasons := report.reasons():
            raise AssertionError("\n".join(reasons))


def _plenty() -> float:
    return 300.0


def _fail(message: str, error: Exception) -> None:
    raise AssertionError(message) from error
