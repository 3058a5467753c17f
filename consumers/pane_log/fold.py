"""Folding: a batch's events become, for each address, the few facts its next segment needs. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

from consumers.counts import Counts
from consumers.pane_log.segment import FINGERPRINT_BYTES
from consumers.schedule import Address, Schedule
from penstock.events import SocialEvent

UNDETERMINED: Final = "und"
"""What an event without a language counts as (BCP 47, section 4.1)."""


class ValidEvent(NamedTuple):
    """An event that passed every rule, and what counting needs to know of its arrival."""

    event: SocialEvent
    created: float
    """Event time, epoch seconds."""
    arrived_ms: int
    """When Kinesis took the record, epoch milliseconds."""
    sequence: int
    """Sequence number of the Kinesis record that held the event."""


@dataclass(frozen=True, slots=True)
class Fold:
    """What one batch brings to one address."""

    address: Address
    events: dict[bytes, ValidEvent]
    """By fingerprint; of events with the same one, the first in the batch."""


def fold(events: Iterable[ValidEvent], schedule: Schedule) -> list[Fold]:
    """Group events by address and drop those whose fingerprint came before in the batch."""
    folds: dict[Address, Fold] = {}
    for valid in events:
        event = valid.event
        address = schedule.address(valid.created, event.author)
        found = folds.get(address)
        if found is None:
            found = folds[address] = Fold(address, {})
        found.events.setdefault(fingerprint(event), valid)
    return list(folds.values())


def fingerprint(event: SocialEvent) -> bytes:
    """Return 8 bytes that stand for the event's identity: platform, author and event id.

    The two lengths in front make the text's parts unambiguous, whatever characters they hold.
    """
    platform, author = event.platform, event.author
    identity = f"{len(platform)} {len(author)} {platform}{author}{event.event_id}"
    return hashlib.blake2b(identity.encode(), digest_size=FINGERPRINT_BYTES).digest()


def count(events: Iterable[ValidEvent]) -> Counts:
    """Count events by dimension: each adds one to each of its values."""
    plain = [valid.event for valid in events]
    langs: Counter[str | None] = Counter(map(attrgetter("lang"), plain))
    langs[UNDETERMINED] += langs.pop(None, 0)
    return {
        "hashtag": dict(Counter[str](chain.from_iterable(map(attrgetter("hashtags"), plain)))),
        "lang": {lang: count for lang, count in langs.items() if lang and count},
        "platform": dict(Counter[str](map(attrgetter("platform"), plain))),
        "kind": dict(Counter[str](map(attrgetter("kind"), plain))),
    }
