"""What Bluesky's Jetstream sends, as events: one JSON frame for each change anywhere in the network.

The frames are described at https://github.com/bluesky-social/jetstream, the records in them by the lexicons
``app.bsky.feed.like``, ``app.bsky.feed.repost`` and ``app.bsky.feed.post``.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pydantic_core import from_json

from penstock.events import SocialEvent
from penstock.sources.source import SourceItem, raw_event
from penstock.sources.tid import tid_time

COLLECTIONS: Final = ("app.bsky.feed.like", "app.bsky.feed.post", "app.bsky.feed.repost")
"""The collections whose created records are events."""

PLATFORM: Final = "bluesky"

MAX_CLOCK_LEAD: Final = timedelta(minutes=5)
"""How far a record's own time may be ahead of its frame's before it is not believed."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END_OF_TIME_US: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_TAG_FEATURE: Final = "app.bsky.richtext.facet#tag"
_TIME: Final = TypeAdapter(AwareDatetime)


class Frame(NamedTuple):
    """A frame that was read.

    Attributes:
        time_us: when Jetstream saw the change, in microseconds since 1970; none if the frame does not say.
        item: the event that the frame is, or the raw event it must become; none if it is not about an event.
    """

    time_us: int | None
    item: SourceItem | None

    @property
    def time(self) -> datetime | None:
        """``time_us`` as a time."""
        return None if self.time_us is None else _time(self.time_us)


def read_frame(data: bytes, shift: timedelta = timedelta(0)) -> Frame:
    """Turn a frame into what a source brings.

    Created likes, reposts, posts that reply and other posts are events; whatever else can be read is not about
    one, and is skipped. A frame that cannot be read, or lacks what makes an event of it, becomes a raw event of
    its bytes. A record whose values break a rule of SocialEvent becomes a raw event of those values as JSON, so
    that ingest sets it aside with its reason.

    Args:
        data: one frame, as the websocket sends it.
        shift: added to the event's time.
    """
    try:
        frame = from_json(data)
    except ValueError:
        return Frame(None, raw_event(data))
    time_us = _time_us(frame)
    match frame:
        case {
            "kind": "commit",
            "did": str(did),
            "commit": {
                "operation": "create",
                "collection": str(collection),
                "rkey": str(key),
                "record": dict(values),
            },
        } if collection in COLLECTIONS and time_us is not None:
            return Frame(time_us, _event(_Record(did, collection, key, values), _time(time_us), shift))
        case {"kind": "commit", "commit": {"operation": str(operation), "collection": str(collection)}} if (
            operation != "create" or collection not in COLLECTIONS
        ):
            return Frame(time_us, None)
        case {"kind": str(kind)} if kind != "commit":
            return Frame(time_us, None)
    return Frame(time_us, raw_event(data))


class _Record(NamedTuple):
    did: str
    collection: str
    key: str
    values: dict[str, Any]

    @property
    def kind(self) -> str:
        name = self.collection.rpartition(".")[2]
        return "reply" if name == "post" and self.values.get("reply") is not None else name


def _event(record: _Record, seen_at: datetime, shift: timedelta) -> SourceItem:
    created_at = _created_at(record, seen_at)
    with suppress(OverflowError):  # in the years 1 and 9999, which ingest turns away, shifted or not
        created_at += shift
    langs = record.values.get("langs")
    values = {
        "event_id": f"at://{record.did}/{record.collection}/{record.key}",
        "kind": record.kind,
        "platform": PLATFORM,
        "author": record.did,
        "created_at": created_at,
        "lang": langs[0] if isinstance(langs, list) and langs else langs or None,
        "hashtags": list(_hashtags(record.values)),
        "text": record.values.get("text"),
    }
    try:
        return SocialEvent.model_validate(values)
    except ValidationError:
        values["created_at"] = created_at.isoformat()
        return raw_event(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())


def _created_at(record: _Record, seen_at: datetime) -> datetime:
    """Return when a record was made: by its own word, else by its key, else when its frame was sent.

    Its own word is what some client's clock said, so not everything is believed; a key that is a TID was made
    when the server took the record.
    """
    claimed = _claimed(record.values.get("createdAt"))
    if claimed is not None and claimed - seen_at <= MAX_CLOCK_LEAD:
        return claimed
    return tid_time(record.key) or seen_at


def _claimed(created: object) -> datetime | None:
    # As SocialEvent reads a time: a text that begins with a year, never a bare number.
    if not isinstance(created, str) or created[4:5] != "-":
        return None
    try:
        return _TIME.validate_python(created)
    except ValidationError:
        return None


def _hashtags(record: dict[str, Any]) -> Iterator[Any]:
    """Yield the tags inside the text, then those beside it, as they are: SocialEvent judges them."""
    for facet in _list(record.get("facets")):
        for feature in _list(facet.get("features")) if isinstance(facet, dict) else ():
            if isinstance(feature, dict) and feature.get("$type") == _TAG_FEATURE:
                yield feature.get("tag")
    yield from _list(record.get("tags"))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _time(time_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=time_us)


def _time_us(frame: object) -> int | None:
    value = frame.get("time_us") if isinstance(frame, dict) else None
    return value if type(value) is int and 0 <= value <= _END_OF_TIME_US else None
