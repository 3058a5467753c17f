"""From a line of input to what ``Producer.put`` takes."""

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
"""Longest line. The largest record has 10 MiB; JSON can say the same at greater length."""


class BadLineError(ValueError):
    """A line cannot be put; the message says which rule it breaks."""


class Put(NamedTuple):
    """The arguments of ``Producer.put``."""

    event: dict[str, Any] | bytes
    partition_key: str | None


LineReader = Callable[[bytes, int], Put]
"""Reads a line, given its number from 1. Raises `BadLineError`."""


def read_event(line: bytes, number: int) -> Put:
    """Read a line as a SocialEvent, whose rules ``put`` checks.

    An event without an id gets one from its place and its bytes, so that sending a file again, after a crash, say,
    brings the same events and not new ones.
    """
    event = _object(line)
    if "event_id" not in event:
        event["event_id"] = hashlib.sha256(b"%d " % number + line).hexdigest()[:32]
    return Put(event, None)


def raw_reader(partition_key: str | None, partition_key_field: str | None) -> LineReader:
    """Return what sends lines as they are.

    Args:
        partition_key: the key of every line.
        partition_key_field: the name of a field, at the top of each line's JSON object, that holds the line's key, a
            string or a whole number. With neither, each line has a random key.
    """

    def read(line: bytes, number: int) -> Put:  # noqa: ARG001 - a LineReader's arguments
        if partition_key_field is not None:
            return Put(line, _key(_object(line), partition_key_field))
        return Put(line, uuid.uuid4().hex if partition_key is None else partition_key)

    return read


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = from_json(line)
    except ValueError as error:
        raise BadLineError(f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadLineError(f"no JSON object, but {json.dumps(value):.60}")
    return value


def _key(value: dict[str, Any], field: str) -> str:
    if field not in value:
        raise BadLineError(f"no field {field!r} for the partition key; it has {', '.join(value) or 'none':.100}")
    key = value[field]
    if isinstance(key, str):
        return key
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    raise BadLineError(f"field {field!r} is no partition key: a string or a whole number is, not {json.dumps(key):.60}")
