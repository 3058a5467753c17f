"""Folding a discarded batch as ingest would have, with the arrival times that its records have."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from consumers.ingest.ingest import Ingest
from consumers.redrive.fix_up import described
from consumers.redrive.report import FoldReport

ATTEMPTS: Final = 6
"""Tries for one batch, each from the first record that the one before could not write."""
FIRST_WAIT_SECONDS: Final = 0.5
"""Before the second try; it doubles."""


class Trouble(NamedTuple):
    """Why a batch is not written to its end."""

    why: str
    """An error's name or AWS's code."""
    detail: str


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
        wait = FIRST_WAIT_SECONDS
        why = "Unwritten"
        for attempt in range(ATTEMPTS):
            if attempt:
                if self._seconds_left() < 2 * wait:
                    return Trouble(why, f"{why}, and no time is left to try again")
                self._sleep(wait)
                wait *= 2
            forgotten_before = self._now() - self._segment_retention_seconds
            try:
                result = self._ingest.process(
                    {"Records": records}, self._seconds_left, forgotten_before=forgotten_before
                )
            except Exception as error:  # noqa: BLE001 - ingest's contract: what is unforeseen fails the batch, and no other
                return Trouble(type(error).__name__, described(error))
            folded, duplicates, failed = result.tally
            report.counted += folded
            report.duplicates += duplicates
            report.failed.update({str(reason): count for reason, count in failed.items()})
            if result.checkpoint is None:
                return None
            why = next(iter(result.errors), why)
            records = [each for each in records if _sequence(each) >= result.checkpoint]
        return Trouble(why, f"{why} after {ATTEMPTS} tries")


def _sequence(record: dict[str, Any]) -> int:
    return int(record["kinesis"]["sequenceNumber"])
