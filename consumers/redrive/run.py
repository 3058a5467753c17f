"""One request from end to end, for the function and the command line alike."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final

from consumers.redrive.census import Row
from consumers.redrive.fix_up import FixUp
from consumers.redrive.folding import Folding
from consumers.redrive.parts import Parts, now_ms, now_text
from consumers.redrive.report import FoldReport, SendReport
from consumers.redrive.request import Request
from consumers.redrive.sending import Sending
from consumers.redrive.survey import Survey

PATIENCE_SECONDS: Final = 90.0
"""How long answers, marks or one batch may take where nothing else bounds them: longer than an event lives."""


NOTHING_FITS: Final = "nothing in the bucket fits the selection"


@dataclass(frozen=True, slots=True)
class CountReport:
    """What counting came to."""

    rows: list[Row]
    not_readable: int
    """Lines and objects."""
    complete: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "rows": [row.as_dict() for row in self.rows],
            "not_readable": self.not_readable,
            "complete": self.complete,
        }


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a run tells and asks."""

    tell: Callable[[str], None]
    """Takes lines about what is not as it should be."""
    progress: Callable[[str], None] = lambda _text: None
    """Takes how far it is, in words, after each event or batch."""
    stop: Callable[[], bool] = lambda: False
    """Asked in between whether to end."""
    seconds_left: Callable[[], float] = lambda: PATIENCE_SECONDS
    """How long the calls that are under way may take."""


def count(parts: Parts, request: Request, hooks: Hooks) -> CountReport:
    """Return the census of what is meant.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
    """
    survey = _survey(parts, hooks)
    census = survey.census(request.selection, lambda number: hooks.progress(f"{number:,} looked at"))
    return CountReport(census.rows(), survey.not_readable, complete=not survey.stopped)


def send(parts: Parts, request: Request, fix_up: FixUp, report: SendReport, hooks: Hooks) -> None:
    """Send what is meant and fill the report.

    Raises:
        SendingError: nothing can be delivered.
        penstock.errors.ConfigurationError: a ``PENSTOCK_`` variable is wrong.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be read or written.
    """
    sending = Sending(
        fix_up=fix_up,
        dedup_seconds=parts.settings.ingest.dedup_seconds,
        record_bytes=parts.record_bytes,
        now_ms=now_ms,
        again_before=request.again_before,
        unchecked=request.unchecked,
    )
    opened = (
        nullcontext()
        if request.dry_run
        else parts.sender(report, rate=request.rate, fix_up=str(fix_up), seconds_left=hooks.seconds_left)
    )
    with opened as sender:
        sending.run(
            _survey(parts, hooks),
            request.selection,
            sender,
            report,
            lambda so_far: hooks.progress(f"{so_far.selected:,} looked at, {so_far.sent:,} sent"),
        )
    if report.complete and not report.selected:
        hooks.tell(NOTHING_FITS)


def fold(parts: Parts, request: Request, report: FoldReport, hooks: Hooks) -> None:
    """Fold what is meant and fill the report.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be read or written.
    """
    folding = Folding(parts.bucket, now=now_text, tell=hooks.tell, again_before=request.again_before)
    with nullcontext() if request.dry_run else parts.folder(hooks.seconds_left) as folder:
        folding.run(
            _survey(parts, hooks),
            request.selection,
            folder,
            report,
            lambda so_far: hooks.progress(f"{so_far.batches:,} looked at, {so_far.folded_batches:,} folded"),
        )
    if report.complete and not report.batches:
        hooks.tell(NOTHING_FITS)


def _survey(parts: Parts, hooks: Hooks) -> Survey:
    return Survey(parts.bucket, tell=hooks.tell, stop=hooks.stop)
