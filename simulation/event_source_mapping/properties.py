"""Reads single properties of a CloudFormation resource, with errors that name them.

Numbers and booleans may be strings: that is what CloudFormation's parameters are.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class MappingConfigError(ValueError):
    """A mapping's properties ask for something impossible or unknown. One line: what, value, remedy."""


def text(properties: Mapping[str, Any], name: str) -> str:
    """A required string."""
    value = properties.get(name)
    if value is None or value == "":
        raise MappingConfigError(f"{name} is missing: an event source mapping of a stream needs it.")
    if not isinstance(value, str):
        raise MappingConfigError(f"{name} is {short(value)}: use a string, with references resolved.")
    return value


def integer(properties: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    """A whole number within bounds."""
    value = _convert(properties, name, default, lambda raw: int(str(raw)))
    if not low <= value <= high:
        raise MappingConfigError(f"{name} is {value}: use {low} to {high}.")
    return value


def boolean(properties: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """A boolean."""
    return _convert(properties, name, default, lambda raw: {"true": True, "false": False}[str(raw).lower()])


def _convert(properties: Mapping[str, Any], name: str, default: T, convert: Callable[[Any], T]) -> T:
    value = properties.get(name)
    if value is None:
        return default
    try:
        return convert(value)
    except (KeyError, ValueError):
        kind = "true or false" if isinstance(default, bool) else "a whole number"
        raise MappingConfigError(f"{name} is {short(value)}: use {kind}.") from None


def mapping(name: str, value: object) -> Mapping[str, Any]:
    """An object, empty when there is none."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise MappingConfigError(f"{name} is {short(value)}: use an object.")
    return value


def only(settings: Mapping[str, Any], name: str, known: Collection[str]) -> None:
    """Refuse whatever an object holds besides the known keys."""
    for key in settings:
        if key not in known:
            raise MappingConfigError(f"{name}.{key} is not known: {name} holds {', '.join(sorted(known))}.")


def short(value: object) -> str:
    """A value as an error shows it."""
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
