"""From what ``put`` is given to what goes on the stream."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from penstock.aggregation import UserRecord
from penstock.errors import InvalidEventError
from penstock.events import SocialEvent

SLICE_EVENTS: Final = 1000
"""How many events of many are taken at once, before others have their turn: about a millisecond's worth."""


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


def user_records(events: Iterable[SocialEvent | Mapping[str, Any] | UserRecord]) -> Iterator[list[UserRecord]]:
    """Return many events as user records, in slices of at most ``SLICE_EVENTS``. User records stay as they are.

    Raises:
        InvalidEventError: when all events before one that is none have been returned.
        Exception: what ``events`` raises, likewise.
    """
    source = iter(events)
    error: Exception | None = None
    while error is None:
        piece: list[Any] = []
        try:
            piece.extend(islice(source, SLICE_EVENTS))  # which keeps what came before an exception
        except Exception as raised:  # noqa: BLE001 - raised below
            error = raised
        if not piece and error is None:
            return
        if {*map(type, piece)} != {UserRecord}:
            records: list[UserRecord] = []
            try:
                records.extend(map(_user_record, piece))
            except InvalidEventError as raised:
                error = raised
            piece = records
        if piece:
            yield piece
    raise error


def _user_record(event: SocialEvent | Mapping[str, Any] | UserRecord) -> UserRecord:
    if isinstance(event, UserRecord):
        return event
    if isinstance(event, tuple | bytes | bytearray | memoryview):
        raise InvalidEventError(
            f"not an event: {event!r:.60}; pass penstock.aggregation.UserRecord(partition_key, None, data) for bytes"
        )
    data, partition_key = serialise(event, None)
    assert partition_key is not None  # noqa: S101 - an event has an author
    return UserRecord(partition_key, None, data)
