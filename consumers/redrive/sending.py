"""Failed events go back through the stream."""

from collections.abc import Callable

from consumers.redrive.fix_up import FixUp
from consumers.redrive.judgement import Held, judge
from consumers.redrive.report import SendReport
from consumers.redrive.selection import Selection
from consumers.redrive.sender import Sender
from consumers.redrive.survey import Selected, Survey


class Sending:
    """What is sent, and what is not."""

    def __init__(
        self,
        *,
        fix_up: FixUp,
        dedup_seconds: int,
        record_bytes: int,
        now_ms: Callable[[], int],
        again_before: str | None = None,
        unchecked: bool = False,
    ) -> None:
        """Change events by `fix_up` and judge them by the clock `now_ms`; see `judge` for the others.

        `again_before` sends those too whose newest mark is older than this time in ISO 8601.
        """
        self._fix_up = fix_up
        self._dedup_seconds = dedup_seconds
        self._record_bytes = record_bytes
        self._now_ms = now_ms
        self._again_before = again_before
        self._unchecked = unchecked

    def run(
        self,
        survey: Survey,
        selection: Selection,
        sender: Sender | None,
        report: SendReport,
        progress: Callable[[SendReport], None],
    ) -> None:
        """Send what is meant and not yet redriven; without a sender only count it.

        Args:
            survey: finds it.
            selection: what is meant.
            sender: sends and marks; none for a dry run.
            report: is filled.
            progress: is told of each event.

        Raises:
            SendingError: nothing can be delivered.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be read or written.
        """
        try:
            for selected in survey.failed_events(selection):
                self._take(selected, sender, report)
                progress(report)
            if sender is not None:
                sender.finish()
            report.complete = not survey.stopped
        except BaseException:  # Ctrl-C too: what was sent should be marked, however the run ends
            if sender is not None:
                sender.give_up()
            raise
        finally:
            report.not_readable = survey.not_readable

    def _take(self, selected: Selected, sender: Sender | None, report: SendReport) -> None:
        report.selected += 1
        if selected.mark is not None and selected.mark.is_since(self._again_before):
            report.already_redriven += 1
            return
        verdict = judge(
            selected.event,
            self._fix_up,
            now_ms=self._now_ms(),
            dedup_seconds=self._dedup_seconds,
            record_bytes=self._record_bytes,
            unchecked=self._unchecked,
        )
        if isinstance(verdict, Held):
            report.held_back[str(verdict.why)] += 1
            report.advice.setdefault(str(verdict.why), verdict.detail)
        elif sender is None:
            report.sent += 1
        else:
            sender.send(selected.key, selected.event, verdict)
