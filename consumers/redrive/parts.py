"""What redrive is made of: clients, the bucket, the producer, ingest's code with the stack's settings."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from consumers.calls import call_config
from consumers.failed_events import FailedEventStore
from consumers.ingest.clients import CALLS_AT_ONCE
from consumers.ingest.ingest import Ingest
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Writer
from consumers.redrive.bucket import Bucket
from consumers.redrive.folder import Folder
from consumers.redrive.pace import Pace
from consumers.redrive.report import SendReport
from consumers.redrive.sender import TIME_TO_LIVE_SECONDS, Sender
from consumers.redrive.settings import Settings
from penstock.producer import Producer

if TYPE_CHECKING:
    from boto3.session import Session

CALL_CONFIG: Final = call_config(calls_at_once=CALLS_AT_ONCE, read_seconds=10.0)
"""An object read from S3 may have many megabytes."""


class Parts:
    """Makes the parts of redrive for one stack."""

    def __init__(self, settings: Settings, session: "Session") -> None:
        """Use the stack that `settings` describe, with the session's credentials and region."""
        self.settings = settings
        self._session = session
        self._s3 = session.client("s3", config=CALL_CONFIG)
        self.bucket = Bucket(self._s3, settings.ingest.failed_events_bucket)

    @contextmanager
    def sender(self, report: SendReport, *, rate: float | None, fix_up: str) -> Iterator[Sender]:
        """Open a producer and what marks; both are closed at the end.

        Raises:
            penstock.errors.ConfigurationError: a ``PENSTOCK_`` variable is wrong.
        """
        with (
            ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="mark") as pool,
            Producer(
                self.settings.stream, session=self._session, time_to_live_seconds=TIME_TO_LIVE_SECONDS
            ) as producer,
        ):
            yield Sender(
                producer,
                self.bucket.put_mark,
                pool,
                report,
                pace=Pace(rate, time.monotonic, time.sleep),
                fix_up=fix_up,
                now=now_text,
            )

    @contextmanager
    def folder(self, seconds_left: Callable[[], float]) -> Iterator[Folder]:
        """Open ingest's code with threads of its own."""
        settings = self.settings.ingest
        log = PaneLog(self._session.client("dynamodb", config=CALL_CONFIG), settings.log_table)
        with ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="fold") as pool:
            ingest = Ingest(
                Writer(log, settings.segment_retention_seconds),
                FailedEventStore(self._s3, settings.failed_events_bucket),
                pool,
                schedule=settings.schedule,
                dedup_seconds=settings.dedup_seconds,
            )
            yield Folder(
                ingest,
                segment_retention_seconds=settings.segment_retention_seconds,
                now=time.time,
                sleep=time.sleep,
                seconds_left=seconds_left,
            )


def now_ms() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def now_text() -> str:
    """Return the time in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
