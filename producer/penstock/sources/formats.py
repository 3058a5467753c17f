"""The two kinds of line that a file can hold: SocialEvents, and recorded Jetstream frames."""

import hashlib
from datetime import datetime, timedelta
from typing import Final, Protocol

from pydantic import ValidationError
from pydantic_core import from_json

from penstock.events import SocialEvent
from penstock.sources.jetstream import read_frame
from penstock.sources.source import SourceItem, raw_event

_NO_SHIFT: Final = timedelta(0)


class LineFormat(Protocol):
    """How a line is read."""

    @property
    def name(self) -> str:
        """What such lines are called in a message."""
        ...

    @property
    def recorded(self) -> bool:
        """Whether such lines tell of one moment in the past, which "auto" brings to the present."""
        ...

    def item(self, line: bytes, number: int, shift: timedelta) -> SourceItem | None:
        """Return what the line holds, its event time shifted, or none if it is not about an event.

        Args:
            line: a line without its end, not blank.
            number: its place in the input, from 1.
            shift: added to the event's time.
        """
        ...

    def time(self, line: bytes) -> datetime | None:
        """Return when the line happened, or none if it cannot be read."""
        ...


class SocialEventLines:
    """One SocialEvent a line, as JSON. A line that is none becomes a raw event of its bytes."""

    name = "SocialEvents"
    recorded = False

    def item(self, line: bytes, number: int, shift: timedelta = _NO_SHIFT) -> SourceItem:
        """Return the event.

        One without an id gets one from its place and its bytes, so that playing a file again, for a second pass
        or after a crash, brings the same events and not new ones.
        """
        try:
            event = SocialEvent.model_validate_json(line)
            changed: dict[str, object] = {}
            if shift:
                changed["created_at"] = event.created_at + shift
            if "event_id" not in event.model_fields_set:
                changed["event_id"] = hashlib.sha256(b"%d " % number + line).hexdigest()[:32]
        except (ValidationError, OverflowError):
            return raw_event(line)
        return event.model_copy(update=changed) if changed else event

    def time(self, line: bytes) -> datetime | None:
        """Return the event's time."""
        try:
            return SocialEvent.model_validate_json(line).created_at
        except ValidationError:
            return None


class JetstreamLines:
    """One frame of Bluesky's Jetstream a line, exactly as its websocket sent it."""

    name = "Jetstream frames"
    recorded = True

    def item(self, line: bytes, number: int, shift: timedelta = _NO_SHIFT) -> SourceItem | None:  # noqa: ARG002 - a frame names its event
        """Return the event that the frame is."""
        return read_frame(line, shift).item

    def time(self, line: bytes) -> datetime | None:
        """Return when the frame was sent."""
        return read_frame(line).time


SOCIAL_EVENTS: Final = SocialEventLines()
JETSTREAM_FRAMES: Final = JetstreamLines()


def format_of(line: bytes) -> LineFormat | None:
    """Tell an input's format by its first readable line; none for a line that is no JSON object.

    Only a frame has a ``time_us``: that it is absent or present is all that is looked at, so that one broken
    value does not change how the rest of the input is read.
    """
    try:
        value = from_json(line)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return JETSTREAM_FRAMES if "time_us" in value else SOCIAL_EVENTS
