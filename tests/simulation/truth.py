"""What should be counted, by plain Counters and dictionaries over what was sent; nothing of the consumers' is used."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import NamedTuple

DIMENSIONS = ("hashtag", "lang", "platform", "kind")
FUTURE_SECONDS = 300

Position = tuple[str, int, int]
"""Shard, sequence number, sub-sequence number."""
Counters = dict[str, Counter[str]]
"""By dimension."""


class Sent(NamedTuple):
    """An event as its client made it."""

    event_id: str | None
    platform: str
    author: str
    created: int
    """Event time, epoch seconds."""
    kind: str
    lang: str | None
    hashtags: tuple[str, ...]

    def fields(self) -> dict[str, object]:
        """Return the event as JSON has it."""
        created_at = datetime.fromtimestamp(self.created, UTC).isoformat()
        fields = self._asdict() | {"created_at": created_at, "hashtags": list(self.hashtags)}
        del fields["created"]
        return {name: value for name, value in fields.items() if value is not None}


class Truth:
    """The events that count, and the places of those that can't."""

    def __init__(self, horizon_seconds: int) -> None:
        """Take what is older than the horizon on arrival for too late."""
        self._horizon = horizon_seconds
        self._counted: dict[object, Sent] = {}
        self.failed: dict[Position, str] = {}
        """By position, the reason."""

    def arrived(self, event: Sent, position: Position, at: float) -> None:
        """Take in that a copy of an event has arrived."""
        age = at - event.created
        if age < -FUTURE_SECONDS:
            self.failed[position] = "future"
        elif age > self._horizon:
            self.failed[position] = "too_late"
        elif event.event_id is None:  # without an id nothing tells two from one
            self._counted[position] = event
        else:
            self._counted[event.platform, event.author, event.event_id] = event

    def spoilt(self, position: Position, reason: str) -> None:
        """Take in that something else has arrived."""
        self.failed[position] = reason

    @property
    def events(self) -> list[Sent]:
        """The events that count, each once."""
        return list(self._counted.values())

    def by(self, seconds: int) -> dict[int, Counters]:
        """Count by the minutes, hours or days (of so many seconds) in which events happened."""
        found: dict[int, Counters] = defaultdict(_nothing)
        for event in self.events:
            _count(found[event.created // seconds * seconds], event)
        return dict(found)

    def between(self, start: int, end: int) -> Counters:
        """Count the events from `start` up to but not including `end`."""
        found = _nothing()
        for event in self.events:
            if start <= event.created < end:
                _count(found, event)
        return found


def _nothing() -> Counters:
    return {dimension: Counter() for dimension in DIMENSIONS}


def _count(into: Counters, event: Sent) -> None:
    into["hashtag"].update(event.hashtags)
    into["lang"][event.lang or "und"] += 1
    into["platform"][event.platform] += 1
    into["kind"][event.kind] += 1
