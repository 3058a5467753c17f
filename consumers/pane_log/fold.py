"""Folding: a batch's events become, for each address, the few facts its next segment needs. Pure."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple, Self

from consumers.counts import Counts
from consumers.pane_log.segment import FINGERPRINT_BYTES
from consumers.schedule import Address, Entry, Schedule
from penstock.events import SocialEvent

UNDETERMINED: Final = "und"
"""What an event without a language counts as (BCP 47, section 4.1)."""


class ValidEvent(NamedTuple):
    """An event that passed every rule of `penstock.events.SocialEvent`, in its normal form, and where it came from."""

    event_id: str
    kind: str
    platform: str
    author: str
    lang: str | None
    hashtags: Sequence[str]
    """Without repetitions."""
    created: float
    """Event time, epoch seconds."""
    arrived_ms: int
    """When Kinesis took the record, epoch milliseconds."""
    sequence: int
    """Sequence number of the Kinesis record that held the event."""

    @classmethod
    def of(cls, event: SocialEvent, arrived_ms: int, sequence: int) -> Self:
        """Take an event out of the model of the contract."""
        return cls(
            event_id=event.event_id,
            kind=event.kind,
            platform=event.platform,
            author=event.author,
            lang=event.lang,
            hashtags=event.hashtags,
            created=event.created_at.timestamp(),
            arrived_ms=arrived_ms,
            sequence=sequence,
        )


@dataclass(frozen=True, slots=True)
class Fold:
    """What one batch brings to one address."""

    address: Address
    events: dict[bytes, ValidEvent]
    """By fingerprint; of events with the same one, the first in the batch."""


def fold(events: Iterable[ValidEvent], schedule: Schedule) -> list[Fold]:
    """Group events by address (`Schedule.address`) and drop those whose fingerprint came before in the batch."""
    by_entry: dict[Entry, dict[tuple[int, int], dict[bytes, ValidEvent]]] = {}
    entry, start, end = schedule.in_force(0.0)
    places = by_entry[entry] = {}
    for event in events:
        created = event.created
        if not start <= created < end:
            entry, start, end = schedule.in_force(created)
            places = by_entry.setdefault(entry, {})
        place = entry.pane(created), entry.group(event.author)
        found = places.get(place)
        if found is None:
            found = places[place] = {}
        found.setdefault(fingerprint(event), event)
    return [
        Fold(Address(pane, entry.seconds, group, entry.groups), found)
        for entry, places in by_entry.items()
        for (pane, group), found in places.items()
    ]


def fingerprint(event: ValidEvent) -> bytes:
    """Return 8 bytes that stand for the event's identity: platform, author and event id.

    The two lengths in front make the text's parts unambiguous, whatever characters they hold.
    """
    platform, author = event.platform, event.author
    identity = f"{len(platform)} {len(author)} {platform}{author}{event.event_id}"
    return hashlib.blake2b(identity.encode(), digest_size=FINGERPRINT_BYTES).digest()


def count(events: Collection[ValidEvent]) -> Counts:
    """Count events by dimension: each adds one to each of its values."""
    langs: Counter[str | None] = Counter(map(attrgetter("lang"), events))
    langs[UNDETERMINED] += langs.pop(None, 0)
    return {
        "hashtag": dict(Counter[str](chain.from_iterable(map(attrgetter("hashtags"), events)))),
        "lang": {lang: count for lang, count in langs.items() if lang and count},
        "platform": dict(Counter[str](map(attrgetter("platform"), events))),
        "kind": dict(Counter[str](map(attrgetter("kind"), events))),
    }
