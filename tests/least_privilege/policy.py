"""Whether policies allow a request, as IAM decides within one account.

Sources, all in the AWS Identity and Access Management User Guide: "Policy evaluation logic", "IAM JSON policy elements"
(Action, Resource, Condition operators) and "Multivalued context keys". What is not known here is an error, since a
policy that was quietly misread would prove nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

Statement = Mapping[str, Any]


class Decision(Enum):
    """What IAM says, and why."""

    ALLOWED = "allowed"
    DENIED = "denied by a statement"
    NOT_ALLOWED = "allowed by no statement"


class PolicyError(ValueError):
    """A policy has a part that is not known here."""


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource, with the context keys that conditions ask for."""

    action: str
    """Like ``dynamodb:PutItem``."""
    resource: str
    """An ARN, or ``*`` for an action that has no resources."""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Let sets hold it."""
        return hash((self.action, self.resource, tuple(sorted(self.context.items()))))


def decide(statements: Iterable[Statement], request: Request) -> Decision:
    """Return the decision: a deny wins, and what nothing allows is not allowed."""
    effects = {each["Effect"] for each in statements if applies(each, request)}
    if "Deny" in effects:
        return Decision.DENIED
    return Decision.ALLOWED if "Allow" in effects else Decision.NOT_ALLOWED


def applies(statement: Statement, request: Request) -> bool:
    """Tell whether a statement speaks of the request."""
    if unknown := set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition", "NotAction", "NotResource"}:
        raise PolicyError(f"statements have no known meaning of {', '.join(sorted(unknown))}")
    return (
        _named(statement, "Action", lambda pattern: _like(pattern.lower(), request.action.lower()))
        and _named(statement, "Resource", lambda pattern: _arn_like(pattern, request.resource))
        and all(
            _holds(operator, request.context.get(key), listed(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON has one or several alike
    """Return one or several as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _named(statement: Statement, element: str, matches: Callable[[str], bool]) -> bool:
    if f"Not{element}" in statement:
        return not any(map(matches, listed(statement[f"Not{element}"])))
    return any(map(matches, listed(statement[element])))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    escaped = re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL)


def _like(pattern: str, value: str) -> bool:
    return _pattern(pattern).fullmatch(value) is not None


def _arn_like(pattern: str, value: str) -> bool:
    """Compare the parts of two ARNs, of which the sixth may have colons; a wildcard spans no part but that."""
    if pattern == "*":
        return True
    patterns, values = pattern.split(":", 5), value.split(":", 5)
    return len(patterns) == len(values) and all(map(_like, patterns, values))


_POSITIVE: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda pattern, value: pattern == value,
    "StringEqualsIgnoreCase": lambda pattern, value: pattern.casefold() == value.casefold(),
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda pattern, value: str(pattern).lower() == value.lower(),
}
_NEGATED = {name.replace("String", "StringNot").replace("Arn", "ArnNot"): name for name in _POSITIVE if name != "Bool"}


def _holds(operator: str, values: Sequence[str] | None, wanted: Sequence[str]) -> bool:
    quantifier, colon, rest = operator.partition(":")
    name = rest if colon else operator
    if name == "Null":
        return any((values is None) == (str(each).lower() == "true") for each in wanted)
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    compare = _POSITIVE.get(_NEGATED.get(name, name))
    if compare is None or (colon and quantifier not in ("ForAllValues", "ForAnyValue")):
        raise PolicyError(f"the condition operator {operator} is not known")

    def matches(value: str) -> bool:
        return any(compare(each, value) for each in wanted) != (name in _NEGATED)

    match quantifier if colon else "":
        case "ForAllValues":
            return all(map(matches, values or ()))
        case "ForAnyValue":
            return any(map(matches, values or ()))
    if values is None:
        return if_exists or name in _NEGATED
    if len(values) != 1:
        raise PolicyError(f"{operator} is for one value, not {len(values)}: use ForAllValues or ForAnyValue")
    return matches(values[0])
