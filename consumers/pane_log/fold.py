"""Folding: a batch's events become, for each address, the few facts its next segment needs. Pure."""

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
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
    panes: dict[int, tuple[Entry, dict[int, dict[bytes, ValidEvent]]]] = {}
    start = end = math.nan
    for event in events:
        created, author = event.created, event.author
        # Most events are in the pane of the one before. Entries of the schedule cut no pane.
        if not start <= created < end:
            entry = schedule.at(created)
            start = entry.pane(created)
            end = start + entry.seconds
            group_of, groups = entry.group, panes.setdefault(start, (entry, {}))[1]
        group = group_of(author)
        found = groups.get(group)
        if found is None:
            found = groups[group] = {}
        found.setdefault(_fingerprint(event.platform, author, event.event_id), event)
    return [
        Fold(Address(pane, entry.seconds, group, entry.groups), found)
        for pane, (entry, groups) in panes.items()
        for group, found in groups.items()
    ]


def fingerprint(event: ValidEvent) -> bytes:
    """Return 8 bytes that stand for the event's identity: platform, author and event id.

    They are the BLAKE2b hash of one text, as ``7 3 blueskyada0193a5c0``. The two lengths in front make its parts
    unambiguous, whatever characters they hold.
    """
    return _fingerprint(event.platform, event.author, event.event_id)


def _fingerprint(platform: str, author: str, event_id: str) -> bytes:
    identity = _begun(platform, len(author)).copy()
    identity.update(f"{author}{event_id}".encode())
    return identity.digest()


@lru_cache(1_024)
def _begun(platform: str, author_characters: int) -> hashlib.blake2b:
    # Beginning the hash anew for each event would be a third of its cost.
    return hashlib.blake2b(f"{len(platform)} {author_characters} {platform}".encode(), digest_size=FINGERPRINT_BYTES)


def count(events: Collection[ValidEvent]) -> Counts:
    """Count events by dimension: each adds one to each of its values."""
    langs = Counter([event.lang for event in events])
    langs[UNDETERMINED] += langs.pop(None, 0)
    return {
        "hashtag": dict(Counter(chain.from_iterable([event.hashtags for event in events]))),
        "lang": {lang: count for lang, count in langs.items() if lang and count},
        "platform": dict(Counter([event.platform for event in events])),
        "kind": dict(Counter([event.kind for event in events])),
    }
