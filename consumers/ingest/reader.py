"""Reading payloads by the rules of `penstock.events.SocialEvent`, without making a model of each.

An event's fields are judged each by itself, so values that were good once are good again: platforms, languages and
hashtags are remembered, and times come in few forms. What is not read here in one call of pydantic's core is judged
by `SocialEvent` itself, whose verdict and errors are the only ones there are.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final

from annotated_types import MaxLen
from pydantic import TypeAdapter
from pydantic_core import SchemaValidator, core_schema

from consumers.pane_log.fold import ValidEvent
from penstock.events import SocialEvent

MAX_REMEMBERED: Final = 50_000
"""Hashtags, and so platforms and languages: at most some megabytes."""

_TIME: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})$"
)
"""Times that `datetime.fromisoformat` reads just as pydantic does; it also takes others that pydantic refuses."""


def _rule(name: str) -> TypeAdapter[Any]:
    """Return the rule of one field of `SocialEvent`."""
    field = SocialEvent.model_fields[name]
    rule: Any = field.annotation
    for constraint in field.metadata:
        rule = Annotated[rule, constraint]
    return TypeAdapter(rule)


def _payload_schema() -> core_schema.CoreSchema:
    """Return what every good payload is, and hardly any other; what is left to check costs less in Python."""
    text = core_schema.str_schema()
    optional_text = core_schema.with_default_schema(core_schema.nullable_schema(text), default=None)
    constraints = SocialEvent.model_fields["hashtags"].metadata
    most_hashtags = next(constraint.max_length for constraint in constraints if isinstance(constraint, MaxLen))
    hashtags = core_schema.with_default_schema(
        core_schema.list_schema(text, max_length=most_hashtags), default_factory=list
    )
    fields = {
        "event_id": core_schema.with_default_schema(_rule("event_id").core_schema, default=""),
        "kind": _rule("kind").core_schema,
        "platform": text,
        "author": _rule("author").core_schema,
        "created_at": core_schema.str_schema(pattern=_TIME),
        "lang": optional_text,
        "hashtags": hashtags,
        "text": core_schema.with_default_schema(_rule("text").core_schema, default=None),
    }
    return core_schema.typed_dict_schema({name: core_schema.typed_dict_field(rule) for name, rule in fields.items()})


_payload: Final = SchemaValidator(_payload_schema()).validate_json
_event: Final = TypeAdapter(SocialEvent).validator.validate_json


class _Remembered(dict[str | None, Any]):
    """What a field's rule makes of its values; asks the rule for new ones, and remembers those it takes."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._judge: Callable[[Any], Any] = _rule(name).validator.validate_python

    def __missing__(self, value: str | None) -> Any:  # noqa: ANN401 - as the field has it
        judged = self._judge(value)
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        self[value] = judged
        return judged


class EventReader:
    """Reads payloads into events, and remembers values that they have in common; always with the same result."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._platforms = _Remembered("platform")
        self._langs = _Remembered("lang")
        self._hashtags: set[str] = set()
        self._normalise: Callable[[list[str]], list[str]] = _rule("hashtags").validator.validate_python

    def read(self, data: bytes, arrived_ms: int, sequence: int) -> ValidEvent:
        """Return the event in a payload, its id empty if it has none.

        Args:
            data: the payload.
            arrived_ms: when Kinesis took its record, epoch milliseconds.
            sequence: its record's sequence number.

        Raises:
            pydantic.ValidationError: it is none; the error is that of `SocialEvent`.
        """
        try:
            fields = _payload(data)
            hashtags = fields["hashtags"]
            if hashtags and (
                not self._hashtags.issuperset(hashtags) or (len(hashtags) > 1 and len(set(hashtags)) < len(hashtags))
            ):
                hashtags = self._normal(hashtags)
            return _new(
                ValidEvent,
                (
                    fields["event_id"],
                    fields["kind"],
                    self._platforms[fields["platform"]],
                    fields["author"],
                    self._langs[fields["lang"]],
                    hashtags,
                    _epoch_seconds(fields["created_at"]),
                    arrived_ms,
                    sequence,
                ),
            )
        except ValueError:  # pydantic's own are among them
            return _by_contract(data, arrived_ms, sequence)

    def _normal(self, hashtags: list[str]) -> list[str]:
        normal = self._normalise(hashtags)
        if len(self._hashtags) > MAX_REMEMBERED:
            self._hashtags.clear()
        self._hashtags.update(normal)  # each is its own normal form
        return normal


def _epoch_seconds(time: str) -> float:
    # As `datetime.timestamp` has it to the last bit: the rounding of the sum could differ only halfway between two
    # floats, where no number of microseconds is.
    if time[-1] == "Z" and len(time) <= _MICROSECONDS:
        return _minute(time[:16]) + float(time[17:-1])
    return datetime.fromisoformat(time).timestamp()


@lru_cache(1_024)
def _minute(start: str) -> float:
    return datetime.fromisoformat(f"{start}:00Z").timestamp()


_MICROSECONDS: Final = len("2026-11-22T00:00:00.000000Z")

_new: Final = tuple.__new__
"""Makes a named tuple of a tuple: a third of the cost of naming its fields."""


def _by_contract(data: bytes, arrived_ms: int, sequence: int) -> ValidEvent:
    event: SocialEvent = _event(data)
    valid = ValidEvent.of(event, arrived_ms, sequence)
    return valid if "event_id" in event.model_fields_set else valid._replace(event_id="")
