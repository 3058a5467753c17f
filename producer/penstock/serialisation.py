"""From what ``put`` is given to what goes on the stream."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from penstock.errors import InvalidEventError
from penstock.events import SocialEvent


def serialise(event: SocialEvent | Mapping[str, Any] | bytes, partition_key: str | None) -> tuple[bytes, str | None]:
    """Return an event's bytes for the stream, and its partition key: its author's unless one is given.

    Args:
        event: an event, a mapping that is one by its rules, or bytes, which stay as they are.
        partition_key: the key to use, if it is not to be the author's. Not checked here.

    Raises:
        InvalidEventError: if it is no event; the message names the rules that it breaks.
    """
    if isinstance(event, bytes | bytearray | memoryview):
        return bytes(event), partition_key
    if not isinstance(event, SocialEvent):
        try:
            event = SocialEvent.model_validate(event)
        except ValidationError as error:
            broken = "; ".join(
                ": ".join(filter(None, (".".join(map(str, rule["loc"])), rule["msg"])))
                for rule in error.errors(include_input=False)[:3]
            )
            raise InvalidEventError(f"not an event: {broken:.300}") from error
    try:
        data = event.to_json()
    except PydanticSerializationError as error:  # only one that was made past its rules, by model_construct
        raise InvalidEventError(f"not an event: {error!s:.300}") from error
    return data, event.author if partition_key is None else partition_key
