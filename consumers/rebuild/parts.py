"""What a rebuild is made of: ingest's, rollup's, the sweep's and views' own code, put to work on other tables."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from consumers.archive.bucket import ArchiveBucket
from consumers.calls import call_config
from consumers.command.threads import open_pool
from consumers.failed_events import FailedEventStore
from consumers.ingest.ingest import Ingest
from consumers.ingest.settings import Settings as IngestSettings
from consumers.pane_log.log import PaneLog
from consumers.rebuild.buckets import check_bucket
from consumers.rebuild.failures import Failures
from consumers.rebuild.folding import Folding, NotedWriter
from consumers.rebuild.journal import Journal, Run
from consumers.rebuild.report import Report
from consumers.rebuild.span import Span
from consumers.rebuild.summing import EventClock, Summing
from consumers.rebuild.tables import Names, TableSet
from consumers.rebuild.viewing import Viewing
from consumers.rollup.contention import Contention
from consumers.rollup.rollup import Rollup
from consumers.rollup.settings import RollupSettings
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep
from consumers.trends.hidden import HideList
from consumers.trends.table import TrendsTable
from consumers.views.kept import keep_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.session import Session

CALLS_AT_ONCE: Final = 16
PATIENCE_SECONDS: Final = 120.0
"""How long the calls for one lot of events or one hour may take."""
CALL_CONFIG: Final = call_config(calls_at_once=CALLS_AT_ONCE, read_seconds=30.0, attempts=8)
"""More attempts than a function makes: a new table takes a while to grow to what a rebuild writes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Which stack's archive goes into which tables."""

    ingest: IngestSettings
    """As the stack's ingest has them, but for the table."""
    rollup: RollupSettings
    """As the stack's rollup has them, but for the tables."""
    archive: str
    """The archive's bucket."""
    like: Names
    """The stack's own tables."""
    names: Names
    """The tables to fill."""
    schedule: str
    """The schedule as text, for the journal."""
    failed_events_bucket: str | None
    """Where failed events are written to, if anywhere."""
    key: str | None = None
    """The stack's own key (`DataKeyArn`), if it has one: rebuilt tables are encrypted by it too."""


class Parts:
    """Makes the parts for one rebuild."""

    def __init__(self, settings: Settings, session: "Session") -> None:
        """Use the session's credentials and region."""
        self.settings = settings
        self._s3 = session.client("s3", config=CALL_CONFIG)
        self._dynamodb = session.client("dynamodb", config=CALL_CONFIG)
        self.archive = ArchiveBucket(self._s3, settings.archive)
        self.tables = TableSet(self._dynamodb, settings.names, like=settings.like, key=settings.key)
        self.journal = Journal(self._dynamodb, settings.names.trends)

    def check_buckets(self) -> None:
        """Refuse buckets that are not there.

        Raises:
            BucketError: one of them.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be asked.
        """
        check_bucket(self._s3, self.settings.archive, "--archive")
        if self.settings.failed_events_bucket:
            check_bucket(self._s3, self.settings.failed_events_bucket, "--failed-events")

    def run_of(self, span: Span) -> Run:
        """Return what a rebuild of `span` makes the tables from."""
        settings = self.settings
        return Run(settings.archive, settings.schedule, settings.ingest.dedup_days, span.start.isoformat())

    def take_over_hide_list(self, tell: "Callable[[str], None]") -> None:
        """Hide in the rebuilt trends what is hidden in the stack's own, as it is now: no event tells it.

        Raises:
            TrendsError: a hide-list that can't be read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: DynamoDB fails for good.
        """
        own, rebuilt = (HideList(self._dynamodb, each.trends) for each in (self.settings.like, self.settings.names))
        try:
            hidden = own.read()
        except self._dynamodb.exceptions.ResourceNotFoundException:
            tell("the stack's own trends are gone: what was hidden in them is not known (python -m reporting.hidden)")
            return
        rebuilt.replace(hidden)

    @contextmanager
    def folding(
        self, report: Report, tell: "Callable[[str], None]", progress: "Callable[[str], None]"
    ) -> Iterator[Folding]:
        """Open ingest's code with threads of its own."""
        settings = self.settings.ingest
        bucket = self.settings.failed_events_bucket
        failures = Failures(report.failed, FailedEventStore(self._s3, bucket) if bucket else None)
        writer = NotedWriter(PaneLog(self._dynamodb, settings.log_table), settings.segment_retention_seconds)
        with open_pool("fold", CALLS_AT_ONCE) as pool:
            ingest = Ingest(writer, failures, pool, schedule=settings.schedule, dedup_seconds=settings.dedup_seconds)
            yield Folding(
                self.archive,
                ingest,
                writer,
                self.journal,
                report,
                tell=tell,
                progress=progress,
                sleep=time.sleep,
                seconds_left=lambda: PATIENCE_SECONDS,
            )

    @contextmanager
    def summing(
        self, report: Report, tell: "Callable[[str], None]", progress: "Callable[[str], None]"
    ) -> Iterator[Summing]:
        """Open the sweep's and rollup's code with threads of its own."""
        settings = self.settings.rollup
        clock = EventClock(time.time)
        with open_pool("sum", CALLS_AT_ONCE) as pool:
            rollup = Rollup(
                TrendsTable(self._dynamodb, settings.trends_table),
                PaneLog(self._dynamodb, settings.log_table),
                settings.schedule,
                settings.retention,
                pool=pool,
                clock=clock,
                contention=Contention(time.sleep),
            )
            probe = LogProbe(self._dynamodb, settings.log_table, time.sleep, consistent=True)
            yield Summing(
                Sweep(rollup, probe, settings.hours_of_segments, pool=pool, clock=clock),
                clock,
                report,
                tell=tell,
                progress=progress,
                sleep=time.sleep,
                seconds_left=lambda: PATIENCE_SECONDS,
            )

    @contextmanager
    def viewing(self, tell: "Callable[[str], None]", progress: "Callable[[str], None]") -> Iterator[Viewing]:
        """Open the views' code with threads of its own."""
        settings = self.settings.rollup
        with open_pool("view", CALLS_AT_ONCE) as pool:
            views = keep_all(
                self._dynamodb,
                settings.trends_table,
                settings.schedule,
                settings.retention,
                pool=pool,
                clock=time.time,
                sleep=time.sleep,
                warn=lambda message, error: tell(f"{message}: {error}"),
            )
            yield Viewing(views, progress=progress, sleep=time.sleep, seconds_left=lambda: PATIENCE_SECONDS)
