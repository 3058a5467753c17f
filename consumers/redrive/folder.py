"""Folding a discarded batch as ingest would have, with the arrival times that its records have."""

from collections.abc import Callable
from typing import Any

from consumers.ingest.ingest import Ingest, Result
from consumers.ingest.persistence import Trouble, persist
from consumers.ingest.tally import Tally
from consumers.redrive.fix_up import described
from consumers.redrive.report import FoldReport


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

    def fold(self, records: list[dict[str, Any]], report: FoldReport) -> Trouble | None:
        """Fold the records of one batch, add what they came to, and say why not if not all of it is written."""

        def process(checkpoint: int) -> Result:
            forgotten_before = self._now() - self._segment_retention_seconds
            left = [each for each in records if _sequence(each) >= checkpoint]
            return self._ingest.process({"Records": left}, self._seconds_left, forgotten_before=forgotten_before)

        def take(tally: Tally) -> None:
            report.counted += tally.folded
            report.duplicates += tally.duplicates
            report.failed.update({str(reason): count for reason, count in tally.failed.items()})

        try:
            return persist(process, take, sleep=self._sleep, seconds_left=self._seconds_left)
        except Exception as error:  # noqa: BLE001 - ingest's contract: what is unforeseen fails the batch, and no other
            return Trouble(type(error).__name__, described(error))


def _sequence(record: dict[str, Any]) -> int:
    return int(record["kinesis"]["sequenceNumber"])
