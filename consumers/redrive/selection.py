"""Which failed events and discarded batches are meant. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from pydantic_core import from_json

from consumers.discarded_batch import PREFIX as DISCARDED
from consumers.failed_events import PREFIX, FailedEvent, Reason


class SelectionError(ValueError):
    """A selection that can't be understood; the message names the value."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What fits all that is given; of several values of one kind, one is enough. Nothing given means everything."""

    reasons: frozenset[Reason] = frozenset()
    days: frozenset[str] = frozenset()
    """UTC days, like ``2026-11-21``: of a failed event's arrival, or on which Lambda gave a batch up."""
    keys: frozenset[str] = frozenset()
    """Objects' names, or single events in them: ``failed-events/….jsonl#<sequence number>.<sub-sequence number>``."""
    authors: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        *,
        reasons: tuple[str, ...] = (),
        days: tuple[str, ...] = (),
        keys: tuple[str, ...] = (),
        authors: tuple[str, ...] = (),
    ) -> Self:
        """Check what a person wrote.

        Raises:
            SelectionError: a reason, day or key that can't be one.
        """
        for reason in reasons:
            if reason not in list(Reason):
                raise SelectionError(f"there is no reason {reason!r:.60}; the reasons are {', '.join(Reason)}")
        for key in keys:
            if not key.startswith((PREFIX, DISCARDED)):
                raise SelectionError(f"a key begins with {PREFIX} or {DISCARDED}, and {key!r:.120} does not")
        return cls(frozenset(map(Reason, reasons)), frozenset(map(_day, days)), frozenset(keys), frozenset(authors))

    def __bool__(self) -> bool:
        """Tell whether anything is given."""
        return bool(self.reasons or self.days or self.keys or self.authors)

    def failed_event_prefixes(self) -> list[str]:
        """Return the beginnings of the names of all objects that may hold wanted failed events, none in another."""
        if self.keys:
            objects = {key.partition("#")[0] for key in self.keys if key.startswith(PREFIX)}
            return _apart(name for name in objects if not self.days or name.split("/")[1] in self.days)
        return sorted(f"{PREFIX}{day}/" for day in self.days) or [PREFIX]

    def discarded_prefixes(self) -> list[str]:
        """Return the beginnings of the names of all objects that may be wanted discarded batches."""
        if self.keys:
            return _apart(key for key in self.keys if key.startswith(DISCARDED))
        return [DISCARDED]

    def wants(self, key: str, event: FailedEvent) -> bool:
        """Tell whether a failed event is meant, which lies in the object `key`."""
        return (
            (not self.reasons or event.reason in self.reasons)
            and (not self.days or event.day in self.days)
            and (not self.keys or key in self.keys or f"{key}#{place(event)}" in self.keys)
            and (not self.authors or author(event.data) in self.authors)
        )

    def wants_batch(self, key: str) -> bool:
        """Tell whether a discarded batch is meant: those have neither reason nor author."""
        return (not self.days or day_of_batch(key) in self.days) and (not self.keys or key in self.keys)


def place(event: FailedEvent) -> str:
    """Return where in its shard a failed event comes from, like ``4959….3``: its name within its object."""
    return f"{event.sequence_number}.{event.sub_sequence_number}"


def day_of_batch(key: str) -> str:
    """Return the UTC day of an object named ``aws/lambda/<mapping>/<shard>/YYYY/MM/DD/…``, or nothing."""
    parts = key.split("/")
    return "-".join(parts[4:7]) if len(parts) > 7 else ""


def author(data: bytes) -> str | None:
    """Return the author that a payload names, if it can be read so far."""
    fields = json_object(data)
    named = fields.get("author") if fields is not None else None
    return named if isinstance(named, str) else None


def json_object(data: bytes) -> dict[str, object] | None:
    """Return a payload's fields, or nothing if it is no JSON object to ingest, whose parser this is."""
    try:
        value = from_json(data)
    except ValueError:  # not UTF-8, not JSON, a number of 5,000 digits, or nested without end
        return None
    return value if isinstance(value, dict) else None


def _apart(names: Iterable[str]) -> list[str]:
    """Return the names in order without those that begin with another: listing that one lists them too."""
    apart: list[str] = []
    for name in sorted(names):
        if not (apart and name.startswith(apart[-1])):
            apart.append(name)
    return apart


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise SelectionError(f"a day is a date like 2026-11-21, not {text!r:.40}") from error
