"""What redrive is made of: clients, the bucket, the producer, ingest's code with the stack's settings."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from consumers.calls import call_config
from consumers.command.threads import open_pool
from consumers.failed_events import FailedEventStore
from consumers.ingest.clients import CALLS_AT_ONCE
from consumers.ingest.ingest import Ingest
from consumers.ingest.remembered import Remembered
from consumers.metering import UnitMeter
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Writer
from consumers.redrive.bucket import Bucket
from consumers.redrive.folder import Folder
from consumers.redrive.report import SendReport
from consumers.redrive.sender import PUT_SECONDS, TIME_TO_LIVE_SECONDS, Sender
from consumers.redrive.settings import Settings
from penstock.environment import config_from_environment
from penstock.pace import Pace

if TYPE_CHECKING:
    from boto3.session import Session

CALL_CONFIG: Final = call_config(calls_at_once=CALLS_AT_ONCE, read_seconds=10.0)
"""An object read from S3 may have many megabytes."""


class Parts:
    """Makes the parts of redrive for one stack."""

    def __init__(self, settings: Settings, session: "Session") -> None:
        """Use the stack that `settings` describe, with the session's credentials and region."""
        self.settings = settings
        self.meter = UnitMeter()
        self._session = session
        self._s3 = session.client("s3", config=CALL_CONFIG)
        self.bucket = Bucket(self._s3, settings.ingest.failed_events_bucket)

    @property
    def record_bytes(self) -> int:
        """Most bytes of a record and its key that the producer sends.

        Raises:
            penstock.errors.ConfigurationError: a ``PENSTOCK_`` variable is wrong.
        """
        return config_from_environment(os.environ).max_record_bytes

    @contextmanager
    def sender(
        self, report: SendReport, *, rate: float | None, fix_up: str, seconds_left: Callable[[], float]
    ) -> Iterator[Sender]:
        """Open a producer and what marks; both are closed at the end, without waiting: the sender has waited.

        Raises:
            penstock.errors.ConfigurationError: a ``PENSTOCK_`` variable is wrong.
        """
        # A fifth of a cold start, and only sending takes it.
        from penstock.producer import Producer

        producer = Producer(
            self.settings.stream,
            session=self._session,
            time_to_live_seconds=TIME_TO_LIVE_SECONDS,
            put_timeout_seconds=PUT_SECONDS,
        )
        with open_pool("mark", CALLS_AT_ONCE) as pool:
            try:
                yield Sender(
                    producer,
                    self.bucket.put_mark,
                    pool,
                    report,
                    pace=Pace(rate, time.monotonic),
                    fix_up=fix_up,
                    now=now_text,
                    seconds_left=seconds_left,
                )
            finally:
                producer.close(0.0)

    @contextmanager
    def folder(self, seconds_left: Callable[[], float]) -> Iterator[Folder]:
        """Open ingest's code with threads of its own."""
        settings = self.settings.ingest
        dynamodb = self._session.client("dynamodb", config=CALL_CONFIG)
        self.meter.watch(dynamodb)
        log = PaneLog(dynamodb, settings.log_table)
        with open_pool("fold", CALLS_AT_ONCE) as pool:
            ingest = Ingest(
                Writer(log, settings.segment_retention_seconds),
                FailedEventStore(self._s3, settings.failed_events_bucket),
                pool,
                schedule=settings.schedule,
                dedup_seconds=settings.dedup_seconds,
                forgotten_before=Remembered.of(settings, dynamodb, time.time).forgotten_before,
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
    """Return the time in ISO 8601, so precise that a mark is later than the beginning of the run that makes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
