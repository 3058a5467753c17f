"""Noting what was written, for whoever makes something of the trends (`consumers.trends.notes`)."""

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from consumers.rollup import deadline
from consumers.tables import Level
from consumers.trends.notes import NOT_TOLD, Changed

if TYPE_CHECKING:
    from consumers.rollup.report import Report
    from consumers.schedule import Schedule
    from consumers.trends.item import BucketItem
    from consumers.trends.retention import Retention
    from consumers.trends.table import Progress, TrendsTable


class Noting:
    """Writes change notes. Thread-safe; remembers nothing."""

    def __init__(self, table: "TrendsTable", schedule: "Schedule", retention: "Retention", pool: Executor) -> None:
        """Write to `table`, several hours at a time in `pool`."""
        self._table = table
        self._schedule = schedule
        self._retention = retention
        self._pool = pool

    def changed(self, held: "Iterable[BucketItem | Progress]", incorrect: Collection[int]) -> dict[int, int | None]:
        """Return what to note of the minutes in `held`; none but those with all their buckets are taken for told.

        Nor are those in `incorrect`, of which an hour or a day is not the sum it should be.
        """
        revisions: dict[int, list[int]] = {}
        for item in held:
            revisions.setdefault(item.start, []).append(item.revision)
        return {
            minute: sum(each)
            if len(each) == 1 + self._schedule.buckets_at(minute) and minute not in incorrect
            else None
            for minute, each in revisions.items()
        }

    def note(self, changed: Changed, report: "Report", time_left: Callable[[], float]) -> None:
        """Tell who makes views of the trends that these minutes may have changed; what fails is in `report`.

        Also where all was a repeat: an earlier attempt may have ended between its write and this.
        """
        hours = _by_hour(changed)
        tasks = {hour: self._pool.submit(self._write, hour, some) for hour, some in hours.items()}
        for hour, task in tasks.items():
            if (error := deadline.error_of(task, f"change note of hour {hour}", time_left)) is not None:
                report.file(hours[hour], error)

    def doubt(self, minutes: Iterable[int]) -> None:
        """Keep that `minutes` are to be noted by the sweep, should nobody else do it first.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: that could not be kept for sure.
        """
        for hour, some in _by_hour(dict.fromkeys(minutes, NOT_TOLD)).items():
            self._write(hour, some)

    def _write(self, hour: int, changed: Changed) -> None:
        expires_at = self._retention.expires_at(Level.MINUTE, hour + Level.HOUR.seconds)
        self._table.note_changes(hour, changed, expires_at)


def _by_hour(changed: Changed) -> dict[int, dict[int, int | None]]:
    hours: dict[int, dict[int, int | None]] = {}
    for minute, revisions in changed.items():
        hours.setdefault(Level.HOUR.floor(minute), {})[minute] = revisions
    return hours
