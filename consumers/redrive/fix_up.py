"""Fix-ups: what is changed in an event before it is sent again. Pure, and the same at each repetition.

That matters: an event's address in the pane log follows from its time, and its identity from its id. A fix-up that gave
the same event another time or id the second time (the clock's, a random one) would count it twice.
"""

import copy
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from consumers.failed_events import FailedEvent
from consumers.ingest.validate import derived_event_id
from consumers.redrive.selection import json_object
from penstock.events import SocialEvent

Payload = dict[str, Any] | bytes
"""An event's fields; or, of what is no JSON object, its bytes."""

Function = Callable[[Payload], Payload | list[Payload] | None]
"""A fix-up in Python: returns what to send, several for what holds several events, or None to leave it alone."""

ARRIVAL: Final = "arrival"
"""As ``created_at``: the time when Kinesis took the record that failed."""
POSITION: Final = "position"
"""As ``event_id``: the id that ingest derives from a record's place in the stream, for events that have none."""

_FIELDS: Final = tuple(SocialEvent.model_fields)
_IDENTITY: Final = ("platform", "author", "event_id")
_JSON_STARTS: Final = ('"', "[", "{")
_JSON_WORDS: Final = frozenset({"null", "true", "false"})


class FixUpError(ValueError):
    """A fix-up that can't be understood, or can't be applied to this event; the message says why."""


@dataclass(frozen=True, slots=True)
class FixUp:
    """Fields to set, after what a function makes of the event. One without either changes nothing."""

    values: tuple[tuple[str, str], ...] = ()
    """Fields and their new values as they were written: JSON if they look like it (``null``, ``["a"]``), else text."""
    function: Function | None = None
    function_name: str = ""

    @classmethod
    def parse(cls, assignments: Iterable[str], function: Function | None = None, function_name: str = "") -> Self:
        """Read assignments like ``created_at=arrival``, ``lang=und``, ``hashtags=[]``, ``text=null``.

        Raises:
            FixUpError: an assignment that can't be understood, or that would make many events one.
        """
        values: dict[str, str] = {}
        for assignment in assignments:
            name, equals, value = assignment.partition("=")
            if not equals or name not in _FIELDS:
                raise FixUpError(f"{assignment!r:.80} is not FIELD=VALUE with one of the fields {', '.join(_FIELDS)}")
            if name == "event_id" and value != POSITION:
                raise FixUpError(
                    f"event_id can only be set to {POSITION!r}: with one id, many events would count as one"
                )
            _read(name, value)
            values[name] = value
        return cls(tuple(values.items()), function, function_name)

    def __bool__(self) -> bool:
        """Tell whether anything is changed."""
        return bool(self.values) or self.function is not None

    def __str__(self) -> str:
        """Return it as one would write it."""
        return " ".join([*([self.function_name] if self.function else []), *("=".join(each) for each in self.values)])

    def apply(self, event: FailedEvent) -> list[bytes]:
        """Return what to send for a failed event; nothing if the function leaves it alone.

        The raw bytes stay as they are, with one exception: an event without an id gets the one that ingest would have
        derived. Ingest derives another for each place in the stream, so each repetition would count.

        Raises:
            FixUpError: the event can't be changed so.
        """
        fields = json_object(event.data)
        made = self._made(event, fields)
        payloads = [self._finish(event, number, payload, fields) for number, payload in enumerate(made)]
        if len(payloads) > 1:
            self._check_apart(payloads)
        return payloads

    def _check_apart(self, payloads: list[bytes]) -> None:
        identities = [identity for identity in map(_identity, payloads) if identity is not None]
        if len(set(identities)) < len(identities):
            raise FixUpError(
                f"{self.function_name} made several events of it with the same platform, author and event_id, which "
                "count as one: give each an id of its own, or leave event_id out"
            )

    def _made(self, event: FailedEvent, fields: dict[str, Any] | None) -> list[Payload]:
        payload: Payload = event.data if fields is None else fields
        if self.function is None:
            return [payload]
        try:
            answer = self.function(copy.deepcopy(payload))
            # Plain lists and dicts, since a subclass is the user's code too.
            answers = list(answer) if isinstance(answer, list) else [] if answer is None else [answer]
            return [dict(each) if isinstance(each, dict) else each for each in answers]
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # the user's code may raise anything, and one event must not end a long run
            raise FixUpError(f"{self.function_name} raised {described(error)}") from error

    def _finish(self, event: FailedEvent, number: int, payload: Payload, original: dict[str, Any] | None) -> bytes:
        fields = json_object(payload) if isinstance(payload, bytes) else payload
        if fields is None and isinstance(payload, bytes):
            if self.values:
                raise FixUpError("it is no JSON object, so that no field of it can be set")
            return payload
        if not isinstance(fields, dict):
            raise FixUpError(
                f"{self.function_name} returned {type(payload).__name__}, not a dict, bytes, a list or None"
            )
        changes: dict[str, Any] = {name: self._value(event, name, value) for name, value in self.values}
        if "event_id" not in fields:
            changes.setdefault("event_id", _position_id(event))
        if "event_id" in changes and number:
            changes["event_id"] += f"/{number}"  # the parts of one payload must not become one event
        if fields is original and not changes:
            return event.data
        try:
            # In UTF-8 as it is: escapes can make three bytes of one, and the event too large for its record.
            return json.dumps(fields | changes, separators=(",", ":"), ensure_ascii=False).encode()
        except Exception as error:  # values of the user's own classes may raise anything
            raise FixUpError(f"what the fix-up made of it can't be written as JSON: {described(error)}") from error

    def _value(self, event: FailedEvent, name: str, value: str) -> object:
        if (name, value) == ("created_at", ARRIVAL):
            return event.arrived_at
        if (name, value) == ("event_id", POSITION):
            return _position_id(event)
        return _read(name, value)


def described(error: BaseException) -> str:
    """Return an exception's name and message, whatever its class does when it is asked for one."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - the class is the user's code
        message = ""
    return ": ".join(filter(None, (type(error).__name__, message)))


def _identity(payload: bytes) -> tuple[str, ...] | None:
    """Return what tells an event from others, if it has all of it."""
    fields = json_object(payload) or {}
    identity = tuple(fields.get(name) for name in _IDENTITY)
    return identity if all(isinstance(each, str) for each in identity) else None  # type: ignore[return-value] # just asked


def _position_id(event: FailedEvent) -> str:
    return derived_event_id(event.shard_id, event.sequence_number, event.sub_sequence_number)


def _read(name: str, value: str) -> object:
    if not (value in _JSON_WORDS or value.startswith(_JSON_STARTS)):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise FixUpError(f"{name}={value:.60} begins like JSON and is none: {error}") from error
