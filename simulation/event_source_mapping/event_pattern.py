"""Event patterns: what FilterCriteria are written in.

A pattern is a JSON object that mirrors the records it selects; its leaves are lists of rules, any of which may
match. Lambda uses EventBridge's syntax and documents the operators below
("Control which events Lambda sends to your function", section Filter rule syntax). An operator that EventBridge
has and that table has not (`cidr`, `wildcard`) is refused rather than guessed at.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

_MISSING = object()

_Match = Callable[[object], bool]
_Compile = Callable[[object, str], _Match]


class EventPatternError(ValueError):
    """A pattern is not valid. The message is the rest of a sentence that begins with the pattern's name."""


class JsonNumber(NamedTuple):
    """A number as its JSON text, since patterns compare numbers by their text: 300 is not 300.0."""

    text: str


@dataclass(frozen=True, slots=True)
class EventPattern:
    """A compiled pattern.

    `keys` are the top-level fields it names, those inside `$or` included; `leaves` are those of them that it gives
    a list of rules rather than an object.
    """

    keys: frozenset[str]
    leaves: frozenset[str]
    _match: _Match

    @classmethod
    def parse(cls, text: str) -> "EventPattern":
        """Compile a pattern's JSON. Of duplicate keys the last one counts, as Lambda documents.

        Raises
        ------
        EventPatternError
            The text is not a JSON object, or holds something that is no rule.
        """
        try:
            pattern = parse_json(text)
        except ValueError as error:
            raise EventPatternError(f"is not valid JSON: {error}.") from error
        if not isinstance(pattern, dict) or not pattern:
            raise EventPatternError("must be a JSON object that names at least one field.")
        fields = _top_level(pattern)
        leaves = frozenset(key for key, value in fields if isinstance(value, list))
        return cls(frozenset(key for key, _ in fields), leaves, _object(pattern, ""))

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Whether a record has every field of the pattern with a value one of its rules accepts."""
        return self._match(record)


def parse_json(text: str | bytes) -> object:
    """Parse JSON with its numbers kept as text. Raises ValueError for anything that is not JSON."""
    return json.loads(text, parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _top_level(pattern: Mapping[str, object]) -> list[tuple[str, object]]:
    """The fields of a pattern and of its alternatives."""
    fields = [(key, value) for key, value in pattern.items() if key != "$or"]
    alternatives = pattern.get("$or")
    if isinstance(alternatives, list):
        for alternative in alternatives:
            if isinstance(alternative, dict):
                fields.extend(_top_level(alternative))
    return fields


def _object(pattern: Mapping[str, Any], path: str) -> _Match:
    """All fields of an object pattern must match; `$or` matches when one of its alternatives does."""
    fields: list[tuple[str, _Match]] = []
    alternatives: tuple[_Match, ...] = ()
    for key, value in pattern.items():
        place = f"{path}.{key}" if path else key
        if key == "$or" and isinstance(value, list):
            if len(value) < 2 or not all(isinstance(each, dict) and each for each in value):
                raise EventPatternError(f"{place}: $or takes a list of two or more objects.")
            alternatives = tuple(_object(each, path) for each in value)
        elif isinstance(value, dict):
            if not value:
                raise EventPatternError(f"{place}: an object must name at least one field.")
            fields.append((key, _object(value, place)))
        elif isinstance(value, list):
            if not value:
                raise EventPatternError(f"{place}: a list of rules must not be empty.")
            fields.append((key, _rules(value, place)))
        else:
            raise EventPatternError(f"{place}: expected an object or a list of rules.")

    def match(node: object) -> bool:
        # An array of objects matches when one element satisfies the whole of the pattern.
        if isinstance(node, list):
            return any(match(element) for element in node)
        found = node if isinstance(node, Mapping) else {}
        return all(rule(found.get(key, _MISSING)) for key, rule in fields) and (
            not alternatives or any(alternative(found) for alternative in alternatives)
        )

    return match


def _rules(rules: list[object], path: str) -> _Match:
    """A leaf: one rule must match the value, or one element of it when it is an array."""
    absent = False
    matches: list[_Match] = []
    for rule in rules:
        if isinstance(rule, dict):
            if len(rule) != 1:
                raise EventPatternError(f"{path}: a rule object has exactly one operator.")
            [(operator, operand)] = rule.items()
            if operator == "exists" and operand is False:
                absent = True
            elif operator in _OPERATORS:
                matches.append(_OPERATORS[operator](operand, f"{path}: {operator}"))
            else:
                raise EventPatternError(
                    f"{path}: {operator!r} is not among the operators Lambda documents for filters "
                    f"({', '.join(sorted(_OPERATORS))})."
                )
        elif isinstance(rule, list):
            raise EventPatternError(f"{path}: a list of rules cannot hold a list.")
        else:
            matches.append(_equals(rule))

    def match(node: object) -> bool:
        leaves = _leaves(node)
        if not leaves:
            return absent
        return any(rule(leaf) for leaf in leaves for rule in matches)

    return match


def _leaves(node: object) -> list[object]:
    """The values a rule is held against. An object is no leaf: `exists` does not see intermediate nodes."""
    if isinstance(node, list):
        return [leaf for element in node for leaf in _leaves(element)]
    return [] if node is _MISSING or isinstance(node, Mapping) else [node]


def _comparable(value: object) -> object:
    """Numbers as their JSON text; everything else as it is. Keeps 1, "1" and true apart."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return JsonNumber(json.dumps(value))
    return value


def _equals(rule: object) -> _Match:
    def match(leaf: object) -> bool:
        value = _comparable(leaf)
        return type(value) is type(rule) and bool(value == rule)

    return match


def _exists(operand: object, path: str) -> _Match:
    if operand is not True:
        raise EventPatternError(f"{path} takes true or false.")
    return lambda _leaf: True


def _text_rule(holds: Callable[[str, str], bool]) -> _Compile:
    def compile_rule(operand: object, path: str) -> _Match:
        if not isinstance(operand, str) or not operand:
            raise EventPatternError(f"{path} takes a string.")
        return lambda leaf: isinstance(leaf, str) and holds(leaf, operand)

    return compile_rule


_TEXT_RULES: dict[str, _Compile] = {
    "prefix": _text_rule(str.startswith),
    "suffix": _text_rule(str.endswith),
    "equals-ignore-case": _text_rule(lambda leaf, operand: leaf.lower() == operand.lower()),
}


def _anything_but(operand: object, path: str) -> _Match:
    if isinstance(operand, dict):
        if len(operand) != 1 or next(iter(operand)) not in _TEXT_RULES:
            raise EventPatternError(f"{path} takes values or one of {', '.join(_TEXT_RULES)}.")
        [(operator, value)] = operand.items()
        refused = [_TEXT_RULES[operator](value, f"{path}: {operator}")]
    else:
        values = operand if isinstance(operand, list) else [operand]
        if not values or any(isinstance(value, (dict, list)) for value in values):
            raise EventPatternError(f"{path} takes a value or a list of values.")
        refused = [_equals(value) for value in values]
    return lambda leaf: not any(rule(leaf) for rule in refused)


_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "=": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


def _numeric(operand: object, path: str) -> _Match:
    """`["=", n]` or one or two bounds. Unlike equality it compares values, not texts."""
    problem = EventPatternError(f'{path} takes pairs of a comparison and a number, such as [">", 0, "<=", 5].')
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise problem
    bounds = []
    for sign, bound in zip(operand[::2], operand[1::2], strict=True):
        if sign not in _COMPARISONS or not isinstance(bound, JsonNumber):
            raise problem
        bounds.append((_COMPARISONS[sign], Decimal(bound.text)))

    def match(leaf: object) -> bool:
        value = _comparable(leaf)
        if not isinstance(value, JsonNumber):
            return False
        number = Decimal(value.text)
        return all(holds(number, bound) for holds, bound in bounds)

    return match


_OPERATORS: dict[str, _Compile] = {
    **_TEXT_RULES,
    "anything-but": _anything_but,
    "exists": _exists,
    "numeric": _numeric,
}
