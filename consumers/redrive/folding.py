"""Discarded batches go directly to the pane log."""

from collections.abc import Callable
from typing import Final

from consumers.redrive.bucket import Bucket
from consumers.redrive.folder import Folder
from consumers.redrive.marks import Mark
from consumers.redrive.report import FoldReport
from consumers.redrive.selection import Selection
from consumers.redrive.survey import SelectedBatch, Survey, Tell

FOLDED: Final = "folded"
"""How a mark says that a batch went to the pane log directly."""
MALFORMED: Final = "Malformed"
"""A batch with records that are not of the documented shape; the others count."""


class Folding:
    """What is folded, and what is not."""

    def __init__(self, bucket: Bucket, *, now: Callable[[], str], tell: Tell, again_before: str | None = None) -> None:
        """Mark what was folded of `bucket`; `now` is the time in ISO 8601, `again_before` as in `Sending`."""
        self._bucket = bucket
        self._now = now
        self._tell = tell
        self._again_before = again_before

    def run(
        self,
        survey: Survey,
        selection: Selection,
        folder: Folder | None,
        report: FoldReport,
        progress: Callable[[FoldReport], None],
    ) -> None:
        """Fold what is meant and not yet redriven; without a folder only count it. Arguments as of `Sending.run`.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be read or written.
        """
        try:
            for selected in survey.discarded_batches(selection):
                report.batches += 1
                if selected.mark is not None and selected.mark.is_since(self._again_before):
                    report.already_redriven += 1
                else:
                    self._take(selected, folder, report)
                progress(report)
            report.complete = not survey.stopped
        finally:
            report.not_readable = survey.not_readable

    def _take(self, selected: SelectedBatch, folder: Folder | None, report: FoldReport) -> None:
        key, batch, _ = selected
        if batch.odd:
            which = ", ".join(map(str, batch.odd[:5])) + (" …" if batch.odd[5:] else "")
            self._tell(f"{key}: of {batch.records} records these are not as documented: {which}")
        trouble = folder.fold(batch.sound, report) if folder is not None else None
        if trouble is not None:
            self._tell(f"{key} is not folded to its end: {trouble.detail}")
        if trouble is not None or batch.odd:
            report.unfinished[trouble.why if trouble is not None else MALFORMED] += 1
            return
        report.folded_batches += 1
        report.records += batch.records
        if folder is not None:
            self._bucket.put_mark(key, Mark((), self._now(), FOLDED))
