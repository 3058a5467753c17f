"""Redriving: from the bucket to the stream, and from discarded batches to the pane log."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from consumers.failed_events import FailedEvent
from consumers.redrive import discarded_batch
from consumers.redrive.bucket import Bucket, Found, NotReadable
from consumers.redrive.census import Census
from consumers.redrive.discarded_batch import DiscardedBatch, DiscardedBatchError
from consumers.redrive.fix_up import FixUp
from consumers.redrive.folder import Folder
from consumers.redrive.judgement import Held, judge
from consumers.redrive.marks import Mark
from consumers.redrive.repeats import Repeats
from consumers.redrive.report import FoldReport, SendReport
from consumers.redrive.selection import Selection, day_of_batch, place
from consumers.redrive.sender import Sender

FOLDED: Final = "folded"
"""How a mark says that a batch went to the pane log directly."""

Tell = Callable[[str], None]
"""Takes a line about something that is not as it should be."""


class Selected(NamedTuple):
    """A failed event that is meant, where it lies, and its mark if it was redriven."""

    key: str
    event: FailedEvent
    mark: Mark | None


class SelectedBatch(NamedTuple):
    """A discarded batch that is meant, where it lies, and its mark if it was redriven."""

    key: str
    batch: DiscardedBatch
    mark: Mark | None


@dataclass(slots=True)
class Troubles:
    """Counts what can't be read and tells it."""

    tell: Tell
    count: int = 0

    def note(self, trouble: NotReadable) -> None:
        """Take note of one."""
        self.count += 1
        self.tell(f"{trouble.where} {trouble.why}")


def failed_events(bucket: Bucket, selection: Selection, troubles: Troubles) -> Iterator[Selected]:
    """Yield the failed events that are meant, each once, by day, shard and position of arrival.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
    """
    repeats = Repeats()
    for found in bucket.objects(selection.failed_event_prefixes()):
        marked = {place: mark for mark in bucket.marks(found) for place in mark.places}
        begun = False
        for event in bucket.failed_events(found.key):
            if isinstance(event, NotReadable):
                troubles.note(event)
                continue
            if not begun:
                repeats.begin_object(event)
                begun = True
            if not repeats.is_repeat(event) and selection.wants(found.key, event):
                yield Selected(found.key, event, marked.get(place(event)))


def discarded_batches(bucket: Bucket, selection: Selection, troubles: Troubles) -> Iterator[SelectedBatch]:
    """Yield the discarded batches of the event stream that are meant, by mapping, shard and time.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
    """
    for found in bucket.objects(selection.discarded_prefixes()):
        if not selection.wants_batch(found.key):
            continue
        batch = _read_batch(bucket, found, troubles)
        if batch is not None:
            marks = bucket.marks(found)
            yield SelectedBatch(found.key, batch, marks[-1] if marks else None)


def _read_batch(bucket: Bucket, found: Found, troubles: Troubles) -> DiscardedBatch | None:
    document = bucket.document(found.key)
    if isinstance(document, NotReadable):
        troubles.note(document)
        return None
    try:
        return discarded_batch.read(document)
    except DiscardedBatchError as error:
        troubles.note(NotReadable(found.key, str(error)))
        return None


def take_census(bucket: Bucket, selection: Selection, troubles: Troubles, progress: Callable[[int], None]) -> Census:
    """Count what is in the bucket by day and reason; `progress` is told how many were looked at.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
    """
    census = Census()
    looked_at = 0
    for selected in failed_events(bucket, selection, troubles):
        census.count(selected.event, redriven=selected.mark is not None)
        looked_at += 1
        progress(looked_at)
    if not (selection.reasons or selection.authors):  # which discarded batches have none of
        for key, batch, mark in discarded_batches(bucket, selection, troubles):
            day = day_of_batch(key)
            census.count_batch(day, batch.condition, batch.records, batch.arrivals, redriven=mark is not None)
            looked_at += 1
            progress(looked_at)
    return census


class Send:
    """Sends failed events back through the stream."""

    def __init__(
        self,
        bucket: Bucket,
        *,
        fix_up: FixUp,
        dedup_seconds: int,
        now_ms: Callable[[], int],
        again: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Send what lies in `bucket`; `now_ms` is the clock, `again` sends what is marked too (see also `judge`)."""
        self._bucket = bucket
        self._fix_up = fix_up
        self._dedup_seconds = dedup_seconds
        self._now_ms = now_ms
        self._again = again
        self._unchecked = unchecked

    def run(
        self,
        selection: Selection,
        sender: Sender | None,
        report: SendReport,
        *,
        tell: Tell,
        progress: Callable[[SendReport], None],
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Send what is meant and not yet redriven; without a sender only count it.

        Args:
            selection: what is meant.
            sender: sends and marks; none for a dry run.
            report: is filled.
            tell: takes lines about what can't be read.
            progress: is told of each event.
            stop: asked before each event whether to end here; the report then is not `complete`.

        Raises:
            SendingError: nothing can be delivered.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be read or written.
        """
        troubles = Troubles(tell)
        try:
            for selected in failed_events(self._bucket, selection, troubles):
                if stop():
                    report.complete = False
                    break
                self._take(selected, sender, report)
                progress(report)
            if sender is not None:
                sender.finish()
        except BaseException:  # Ctrl-C too: what was sent should be marked, however the run ends
            report.complete = False
            # The first trouble is what the caller must hear of; what stays unmarked is sent again.
            with suppress(ClientError, BotoCoreError):
                if sender is not None:
                    sender.give_up()
            raise
        finally:
            report.not_readable = troubles.count

    def _take(self, selected: Selected, sender: Sender | None, report: SendReport) -> None:
        report.selected += 1
        if selected.mark is not None and not self._again:
            report.already_redriven += 1
            return
        verdict = judge(
            selected.event,
            self._fix_up,
            now_ms=self._now_ms(),
            dedup_seconds=self._dedup_seconds,
            unchecked=self._unchecked,
        )
        if isinstance(verdict, Held):
            report.held_back[str(verdict.why)] += 1
            report.advice.setdefault(str(verdict.why), verdict.detail)
        elif sender is None:
            report.sent += 1
        else:
            sender.send(selected.key, selected.event, verdict)


class Fold:
    """Folds discarded batches directly into the pane log."""

    def __init__(self, bucket: Bucket, *, now: Callable[[], str], again: bool = False) -> None:
        """Fold what lies in `bucket`; `now` is the time in ISO 8601, `again` folds what is marked too."""
        self._bucket = bucket
        self._now = now
        self._again = again

    def run(
        self,
        selection: Selection,
        folder: Folder | None,
        report: FoldReport,
        *,
        tell: Tell,
        progress: Callable[[FoldReport], None],
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Fold what is meant and not yet redriven; without a folder only count it. Arguments as of `Send.run`.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be read or written.
        """
        troubles = Troubles(tell)
        try:
            for selected in discarded_batches(self._bucket, selection, troubles):
                if stop():
                    report.complete = False
                    return
                report.batches += 1
                if selected.mark is not None and not self._again:
                    report.already_redriven += 1
                elif folder is None or folder.fold(selected.batch.batch, report):
                    report.folded_batches += 1
                    report.records += selected.batch.records
                    if folder is not None:
                        self._bucket.put_mark(selected.key, Mark((), self._now(), FOLDED))
                progress(report)
        finally:
            report.not_readable = troubles.count
