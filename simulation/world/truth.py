"""What should be counted, by plain Counters and dictionaries over what arrived; nothing of the consumers' is used."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple
from zlib import crc32

from penstock.aggregation import is_aggregate, read_aggregate
from penstock.errors import DamagedAggregateError

DIMENSIONS: Final = ("hashtag", "lang", "platform", "kind")
FUTURE_SECONDS: Final = 300

WRITTEN: Final = (
    (UTC, "%Y-%m-%dT%H:%M:%S.%fZ"),
    (UTC, "%Y-%m-%dT%H:%M:%SZ"),
    (UTC, "%Y-%m-%dT%H:%M:%S+00:00"),
    (timezone(timedelta(hours=5, minutes=30)), "%Y-%m-%dT%H:%M:%S+05:30"),
)
"""Offsets, and how times are written with them."""

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
        fields: dict[str, object] = {
            "event_id": self.event_id,
            "platform": self.platform,
            "author": self.author,
            "kind": self.kind,
            "lang": self.lang,
            "hashtags": list(self.hashtags),
            "created_at": self._written(),
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _written(self) -> str:
        """Return the event time in one of the ways in which clients write it, the SDK's among them."""
        offset, form = WRITTEN[crc32(f"{self.author} {self.created}".encode()) % len(WRITTEN)]
        return f"{datetime.fromtimestamp(self.created, offset):{form}}"


class Failure(NamedTuple):
    """What is to be found among the failed events."""

    reason: str
    data: bytes


class Truth:
    """What arrived in the stream, and what is to become of it.

    Attributes:
        failed: By position, an event that can't be counted, and why.
        unsent: Payloads that arrived and that nobody sent.
        told: Called with the shard, the sequence number and the payloads of each record that has arrived.
        arrivals: By payload, its places in the order of arrival: the record's number, and its own within an aggregate.
    """

    def __init__(self, horizon_seconds: int) -> None:
        """Take what is older than the horizon on arrival for too late."""
        self.failed: dict[Position, Failure] = {}
        self.arrivals: dict[bytes, list[tuple[int, int]]] = {}
        self.unsent: list[bytes] = []
        self.told: Callable[[str, int, list[bytes]], object] = lambda *_: None
        self._horizon = horizon_seconds
        self._meant: dict[bytes, Sent | str] = {}
        self._held: dict[bytes, list[bytes]] = {}
        self._counted: dict[object, Sent] = {}
        self._records = 0
        self._sums: dict[int, dict[int, Counters]] = {}

    def means(self, data: bytes, content: Sent | str) -> None:
        """Take in what a payload, or a record, is: an event, or why it is none."""
        self._meant[data] = content

    def holds(self, data: bytes, payloads: list[bytes]) -> None:
        """Take in what payloads a record has that no producer of ours puts."""
        self._held[data] = payloads

    def put(self, entries: Sequence[Mapping[str, Any]], answer: Mapping[str, Any], now: float) -> None:
        """Take in what a PutRecords has brought, at `now`, epoch seconds."""
        for entry, result in zip(entries, answer["Records"], strict=True):
            if "SequenceNumber" in result:
                self.arrived(entry["Data"], result["ShardId"], int(result["SequenceNumber"]), round(now * 1000) / 1000)

    def arrived(self, data: bytes, shard: str, sequence: int, at: float) -> None:
        """Take in that a record has arrived."""
        payloads = self._held.get(data, [data])
        if data not in self._meant and data not in self._held and is_aggregate(data):
            try:
                payloads = read_aggregate(data).payloads
            except DamagedAggregateError:
                self._meant[data] = "damaged_aggregate"
        for number, payload in enumerate(payloads):
            self.arrivals.setdefault(payload, []).append((self._records, number))
            if payload in self._meant:
                self._judge(payload, (shard, sequence, number), at)
            else:
                self.unsent.append(payload)
        self._records += 1
        self.told(shard, sequence, payloads)

    def _judge(self, payload: bytes, position: Position, at: float) -> None:
        content = self._meant[payload]
        if isinstance(content, str):
            self.failed[position] = Failure(content, payload)
            return
        age = at - content.created
        if age < -FUTURE_SECONDS:
            self.failed[position] = Failure("future", payload)
        elif age > self._horizon:
            self.failed[position] = Failure("too_late", payload)
        elif content.event_id is None:  # without an id nothing tells two from one
            self._count(position, content)
        else:
            self._count((content.platform, content.author, content.event_id), content)

    def _count(self, identity: object, event: Sent) -> None:
        if identity not in self._counted:
            self._sums.clear()
            self._counted[identity] = event

    @property
    def events(self) -> list[Sent]:
        """The events that count, each once."""
        return list(self._counted.values())

    def by(self, seconds: int) -> dict[int, Counters]:
        """Count by the minutes, hours or days (of so many seconds) in which events happened."""
        if seconds not in self._sums:
            found: dict[int, Counters] = defaultdict(_nothing)
            for event in self._counted.values():
                _add(found[event.created // seconds * seconds], event)
            self._sums[seconds] = dict(found)
        return self._sums[seconds]

    def between(self, start: int, end: int) -> Counters:
        """Count the events from `start` up to but not including `end`."""
        found = _nothing()
        for event in self._counted.values():
            if start <= event.created < end:
                _add(found, event)
        return found


def _nothing() -> Counters:
    return {dimension: Counter() for dimension in DIMENSIONS}


def _add(into: Counters, event: Sent) -> None:
    hashtags = into["hashtag"]
    for hashtag in event.hashtags:
        hashtags[hashtag] += 1
    into["lang"][event.lang or "und"] += 1
    into["platform"][event.platform] += 1
    into["kind"][event.kind] += 1
