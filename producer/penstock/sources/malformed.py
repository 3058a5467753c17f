"""What broken clients send: bytes that look like an event and are none, in a dozen ways."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from penstock.events import SocialEvent

Fields = dict[str, Any]


def _encoded(fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _without(name: str) -> Callable[[Fields], bytes]:
    return lambda fields: _encoded({key: value for key, value in fields.items() if key != name})


def _with(name: str, value: object) -> Callable[[Fields], bytes]:
    return lambda fields: _encoded(fields | {name: value})


MALFORMATIONS: Final[dict[str, Callable[[Fields], bytes]]] = {
    "cut short": lambda fields: _encoded(fields)[:-20],
    "not UTF-8": lambda fields: _encoded(fields | {"text": "caf\u00e9"}).decode().encode("latin-1", "replace"),
    "not JSON": lambda fields: f"kind={fields['kind']}&author={fields['author']}".encode(),
    "two at once": lambda fields: _encoded(fields) * 2,
    "an array": lambda fields: _encoded(list(fields.values())),
    "no kind": _without("kind"),
    "no author": _without("author"),
    "no time": _without("created_at"),
    "unknown kind": _with("kind", "poke"),
    "platform with spaces": _with("platform", "My Space"),
    "time without offset": lambda fields: _encoded(fields | {"created_at": fields["created_at"][:19]}),
    "time as a number": _with("created_at", 1_700_000_000),
    "hashtags as text": _with("hashtags", "rivers, streams"),
    "too many hashtags": _with("hashtags", [f"tag{number}" for number in range(65)]),
    "endless author": _with("author", "x" * 300),
}
"""Ways to spoil an event, by name: from its fields as JSON has them to bytes that break a rule of SocialEvent."""


def malformed(event: SocialEvent, random: Random) -> bytes:
    """Return an event spoilt in one of the ways, as bytes."""
    return random.choice(list(MALFORMATIONS.values()))(json.loads(event.to_json()))
