"""One request from end to end, for the function and the command line alike."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

from consumers.redrive.census import Row
from consumers.redrive.fix_up import FixUp
from consumers.redrive.parts import Parts, now_ms, now_text
from consumers.redrive.redrive import Fold, Send, Troubles, take_census
from consumers.redrive.report import FoldReport, SendReport
from consumers.redrive.request import Request

PATIENCE_SECONDS: Final = 60.0
"""How long writing one batch may take where nothing else bounds it."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a run tells and asks."""

    tell: Callable[[str], None]
    """Takes lines about what can't be read."""
    progress: Callable[[str], None] = lambda _text: None
    """Takes how far it is, in words, after each event or batch."""
    stop: Callable[[], bool] = lambda: False
    """Asked in between whether to end."""
    seconds_left: Callable[[], float] = lambda: PATIENCE_SECONDS
    """How long writing a batch may take."""


def count(parts: Parts, request: Request, hooks: Hooks) -> tuple[list[Row], int]:
    """Return the census of what is meant, and how many lines and objects could not be read.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
    """
    troubles = Troubles(hooks.tell)
    census = take_census(
        parts.bucket, request.selection, troubles, lambda number: hooks.progress(f"{number:,} looked at")
    )
    return census.rows(), troubles.count


def send(parts: Parts, request: Request, fix_up: FixUp, report: SendReport, hooks: Hooks) -> None:
    """Send what is meant and fill the report.

    Raises:
        SendingError: nothing can be delivered.
        penstock.errors.ConfigurationError: a ``PENSTOCK_`` variable is wrong.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be read or written.
    """
    sending = Send(
        parts.bucket,
        fix_up=fix_up,
        dedup_seconds=parts.settings.ingest.dedup_seconds,
        now_ms=now_ms,
        again=request.again,
        unchecked=request.unchecked,
    )
    opened = nullcontext() if request.dry_run else parts.sender(report, rate=request.rate, fix_up=str(fix_up))
    with opened as sender:
        sending.run(
            request.selection,
            sender,
            report,
            tell=hooks.tell,
            progress=lambda so_far: hooks.progress(f"{so_far.selected:,} looked at, {so_far.sent:,} sent"),
            stop=hooks.stop,
        )


def fold(parts: Parts, request: Request, report: FoldReport, hooks: Hooks) -> None:
    """Fold what is meant and fill the report.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be read or written.
    """
    folding = Fold(parts.bucket, now=now_text, again=request.again)
    with nullcontext() if request.dry_run else parts.folder(hooks.seconds_left) as folder:
        folding.run(
            request.selection,
            folder,
            report,
            tell=hooks.tell,
            progress=lambda so_far: hooks.progress(f"{so_far.batches:,} looked at, {so_far.folded_batches:,} folded"),
            stop=hooks.stop,
        )
