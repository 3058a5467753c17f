"""How many failed events there are, by day and reason. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from consumers.failed_events import FailedEvent


@dataclass(slots=True)
class Row:
    """The failed events of one day and reason, or the discarded batches of one day and condition."""

    day: str
    reason: str
    events: int = 0
    """Failed events; records, in a row of discarded batches, each of which may hold many events."""
    redriven: int = 0
    """How many of them are marked."""
    oldest: str = ""
    """Arrival of the oldest, in ISO 8601."""
    newest: str = ""
    discarded_batches: int = 0
    """Discarded batches; 0 in a row of failed events."""

    def as_dict(self) -> dict[str, Any]:
        """Return the row for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


class Census:
    """Counts failed events and discarded batches; as large as the number of days and reasons."""

    def __init__(self) -> None:
        self._rows: dict[tuple[bool, str, str], Row] = {}

    def count(self, event: FailedEvent, *, redriven: bool) -> None:
        """Count a failed event."""
        self._add(event.day, event.reason, 1, redriven, (event.arrived_at, event.arrived_at), batch=False)

    def count_batch(self, day: str, condition: str, records: int, arrivals: tuple[str, str], *, redriven: bool) -> None:
        """Count a discarded batch; `arrivals` are those of its first and last record."""
        self._add(day, condition, records, redriven, arrivals, batch=True)

    def rows(self) -> list[Row]:
        """Return what there is by day and reason, discarded batches behind failed events."""
        return [self._rows[key] for key in sorted(self._rows)]

    def _add(self, day: str, reason: str, events: int, redriven: bool, arrivals: Iterable[str], *, batch: bool) -> None:
        row = self._rows.setdefault((batch, day, reason), Row(day, reason))
        row.events += events
        row.redriven += events if redriven else 0
        row.discarded_batches += batch
        oldest, newest = arrivals
        row.oldest = min(row.oldest or oldest, oldest)
        row.newest = max(row.newest, newest)
