"""Folding a discarded batch as ingest would have, with the arrival times that its records have."""

from collections.abc import Callable
from typing import Any, Final

from consumers.ingest.ingest import Ingest
from consumers.redrive.report import FoldReport

ATTEMPTS: Final = 6
"""Tries for one batch, each from the first record that the one before could not write."""
FIRST_WAIT_SECONDS: Final = 0.5
"""Before the second try; it doubles."""
MALFORMED: Final = "Malformed"
"""A batch whose records are not of the documented shape."""


class Folder:
    """Gives batches to ingest's own code until all of their events are written.

    The pane log's fingerprints make this exactly once, whatever ingest had written before it gave up: as long as the
    log still has them. An event older than its segments live becomes a failed event, ``too_late``, instead.
    """

    def __init__(
        self,
        ingest: Ingest,
        *,
        segment_retention_seconds: int,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        seconds_left: Callable[[], float],
    ) -> None:
        """Fold with `ingest`; times are in seconds, `now` since the epoch."""
        self._ingest = ingest
        self._segment_retention_seconds = segment_retention_seconds
        self._now = now
        self._sleep = sleep
        self._seconds_left = seconds_left

    def fold(self, batch: dict[str, Any], report: FoldReport) -> bool:
        """Fold one batch, add what it came to, and tell whether all of it is written."""
        wait = FIRST_WAIT_SECONDS
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(wait)
                wait *= 2
            forgotten_before = self._now() - self._segment_retention_seconds
            try:
                result = self._ingest.process(batch, self._seconds_left, forgotten_before=forgotten_before)
            except (AttributeError, KeyError, TypeError, ValueError):
                report.unfinished[MALFORMED] += 1
                return False
            folded, duplicates, failed = result.tally
            report.counted += folded
            report.duplicates += duplicates
            report.failed.update({str(reason): count for reason, count in failed.items()})
            if result.checkpoint is None:
                return True
            batch = {"Records": [each for each in batch["Records"] if _sequence(each) >= result.checkpoint]}
        report.unfinished[next(iter(result.errors), "Unwritten")] += 1
        return False


def _sequence(record: dict[str, Any]) -> int:
    return int(record["kinesis"]["sequenceNumber"])
