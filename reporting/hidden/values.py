"""Values as the hide-list has them: those that an event can have, in the form under which they are counted."""

from typing import Any, Final

from pydantic import ValidationError

from penstock.events import SocialEvent

_EVENT: Final = {"kind": "post", "platform": "a", "author": "a", "created_at": "2026-11-21T09:30:00Z"}


class ValueNeverCountedError(ValueError):
    """No event can have this value, so that hiding it would hide nothing."""


def counted_as(dimension: str, value: str) -> str:
    """Return the form under which a value is counted, as ingest would find it in an event.

    Raises:
        ValueNeverCountedError: ingest would refuse it.

    >>> counted_as("hashtag", "#Café"), counted_as("lang", "pt-BR")
    ('café', 'pt')
    """
    fields: dict[str, Any] = {"hashtags": [value]} if dimension == "hashtag" else {dimension: value}
    try:
        event = SocialEvent.model_validate({**_EVENT, **fields})
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise ValueNeverCountedError(f"no event has the {dimension} {value!r:.60}: {reason}") from error
    return str(event.hashtags[0] if dimension == "hashtag" else getattr(event, dimension))
