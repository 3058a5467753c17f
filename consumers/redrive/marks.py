"""Marks: what was redriven, said by objects beside those that hold it.

A mark of ``failed-events/….jsonl`` lies at ``redriven/failed-events/….jsonl/<digest>.json`` and names the events by
their places. Its own name follows from those alone, so that a repetition overwrites it, and two redrives at once never
write one object for different events. No mark ever has to be changed; all of an object's count together.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Self

PREFIX: Final = "redriven/"


class MarkError(ValueError):
    """An object that is no mark."""


class Mark(NamedTuple):
    """Says that events of one object, or all of a discarded batch, were redriven."""

    places: tuple[str, ...]
    """``<sequence number>.<sub-sequence number>`` of each event, in order; none in the mark of a discarded batch."""
    redriven_at: str
    """When, in ISO 8601; the newest time if there were several."""
    how: str
    """``sent`` to the stream or ``folded`` directly."""
    fix_up: str = ""
    """What was changed before."""

    def to_json(self) -> bytes:
        """Return the mark as JSON."""
        return json.dumps(self._asdict()).encode()

    def is_since(self, moment: str | None) -> bool:
        """Tell whether it was made at or after a time in ISO 8601 and UTC; it always was if that is None."""
        return moment is None or self.redriven_at >= moment  # which compares text: all were written by one clock's code

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Read what `to_json` wrote.

        Raises:
            MarkError: it is something else.
        """
        try:
            fields: dict[str, Any] = json.loads(body)
            places, texts = fields["places"], [fields[name] for name in ("redriven_at", "how", "fix_up")]
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise MarkError("no mark of a redrive") from error
        if not isinstance(places, list) or not all(isinstance(each, str) for each in [*places, *texts]):
            raise MarkError("no mark of a redrive")
        return cls(tuple(places), *texts)


def marks_of(key: str) -> str:
    """Return what the names of all marks of an object begin with."""
    return f"{PREFIX}{key}/"


def mark_key(key: str, places: Iterable[str]) -> str:
    """Return the name of the mark of events in the object `key`."""
    return f"{marks_of(key)}{hashlib.blake2b(chr(10).join(places).encode(), digest_size=8).hexdigest()}.json"
