"""DynamoDB's expressions: conditions of writes, key conditions of queries, and updates.

Covers what the Amazon DynamoDB Developer Guide says under "Condition and filter expressions, operators, and
functions" and "Using update expressions in DynamoDB", but for paths into maps and lists, IN, contains and size; what
is not covered is refused by name, never guessed.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

Item = dict[str, dict[str, Any]]
"""Attribute name, then type, then value: the form of the low-level API."""

Condition = Callable[[Mapping[str, Any], "Names"], bool]
Operand = Callable[[Mapping[str, Any], "Names"], "dict[str, Any] | None"]

_TOKEN: Final = re.compile(r"\s*([#:]?\w+|<>|<=|>=|[=<>(),+-])")
REMEMBERED: Final = 2_000
"""Expressions, as they were read."""

_COMPARATORS: Final = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class ExpressionError(ValueError):
    """An expression that DynamoDB refuses (ValidationException) or that this simulation does not cover."""


class Names:
    """A request's placeholders: attribute names (``#name``) and values (``:value``)."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        """Take them from a request of the low-level API."""
        self._names: Mapping[str, str] = request.get("ExpressionAttributeNames", {})
        self._values: Mapping[str, dict[str, Any]] = request.get("ExpressionAttributeValues", {})

    def attribute(self, token: str) -> str:
        """Return the attribute that a token of an expression names."""
        if token[0] != "#":
            return token
        try:
            return self._names[token]
        except KeyError:
            raise ExpressionError(f"{token} is not among the expression's attribute names") from None

    def value(self, token: str) -> dict[str, Any]:
        """Return the value that a token of an expression stands for."""
        try:
            return self._values[token]
        except KeyError:
            raise ExpressionError(f"{token} is not among the expression's attribute values") from None

    def check_used(self, *expressions: str | None) -> None:
        """Refuse placeholders that no expression uses, as DynamoDB does.

        Raises:
            ExpressionError: one is not used.
        """
        if unused := _unused(tuple(self._names), tuple(self._values), expressions):
            raise ExpressionError(f"no expression uses {', '.join(unused)}")


def holds(expression: str | None, item: Mapping[str, Any] | None, names: Names) -> bool:
    """Tell whether a condition holds for `item`; one that does not exist has no attributes.

    Raises:
        ExpressionError: it can't be read.
    """
    return expression is None or _condition(expression)(item or {}, names)


def equal_to(attribute: str, expression: str, names: Names) -> dict[str, Any]:
    """Return the value that a key condition wants `attribute` to have.

    Raises:
        ExpressionError: it does not say.
    """
    for name, value in _equalities(expression):
        if names.attribute(name) == attribute:
            return names.value(value)
    raise ExpressionError(f"{expression!r} does not say which {attribute}")


def updated(expression: str, item: Mapping[str, Any], names: Names) -> Item:
    """Return `item` as an update expression leaves it.

    Raises:
        ExpressionError: it can't be read.
    """
    result: Item = dict(item)
    for verb, tokens in _actions(expression):
        _act(verb, tokens, item, names, result)
    return result


def comparable(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a number, text or bytes, which differ in type
    """Return a key or scalar value in a form that sorts as DynamoDB sorts: numbers by value, text by its UTF-8."""
    ((kind, content),) = value.items()
    if kind == "N":
        return int(content) if content.lstrip("-").isdecimal() else Decimal(content)
    return content


@lru_cache(REMEMBERED)
def _actions(expression: str) -> list[tuple[str, list[str]]]:
    """Return what an update does: each action's clause and tokens."""
    found: list[tuple[str, list[str]]] = []
    for clause in re.split(r"(?=\b(?:SET|ADD|REMOVE|DELETE)\b)", expression.strip())[1:]:
        verb, _, actions = clause.strip().partition(" ")
        # Not at the commas within a function.
        found += [(verb, _tokens(action)) for action in re.split(r",(?![^(]*\))", actions)]
    return found


def _act(verb: str, tokens: list[str], item: Mapping[str, Any], names: Names, result: Item) -> None:
    match verb, tokens:
        case "SET", [path, "=", *source]:
            result[names.attribute(path)] = _source(source, item, names)
        case "ADD" | "DELETE", [path, operand] if kind := _set_type(names.value(operand)):
            held = item.get(names.attribute(path), {kind: []})
            if kind not in held:
                raise ExpressionError(f"{path} is no set of the operand's type")
            before, named = set(held[kind]), set(names.value(operand)[kind])
            after = before | named if verb == "ADD" else before - named
            if after:
                result[names.attribute(path)] = {kind: sorted(after)}
            else:  # there is no empty set
                result.pop(names.attribute(path), None)
        case "ADD", [path, addend]:
            held = item.get(names.attribute(path), {"N": "0"})
            result[names.attribute(path)] = _sum(held, "+", names.value(addend))
        case "REMOVE", [path]:
            result.pop(names.attribute(path), None)
        case _:
            raise ExpressionError(f"{verb} {' '.join(tokens)} is not an update that the simulation covers")


def _set_type(value: Mapping[str, Any]) -> str | None:
    (kind,) = value
    return kind if kind in ("SS", "NS", "BS") else None


def _source(tokens: list[str], item: Mapping[str, Any], names: Names) -> dict[str, Any]:
    match tokens:
        case ["if_not_exists", "(", path, ",", default, ")", *rest]:
            left = item.get(names.attribute(path)) or names.value(default)
        case [single, *rest] if single[0] == ":":
            left = names.value(single)
        case [single, *rest]:
            found = item.get(names.attribute(single))
            if found is None:
                raise ExpressionError(f"the update reads attribute {single}, which the item does not have")
            left = found
        case _:
            raise ExpressionError("SET needs a value")
    if not rest:
        return dict(left)
    sign, *right = rest
    if sign not in ("+", "-"):
        raise ExpressionError(f"{sign} is no operator of SET")
    return _sum(left, sign, _source(right, item, names))


def _sum(left: Mapping[str, Any], sign: str, right: Mapping[str, Any]) -> dict[str, Any]:
    if "N" not in left or "N" not in right:
        raise ExpressionError("only numbers are added")
    one, other = comparable(left), comparable(right)
    return {"N": str(one + other if sign == "+" else one - other)}


def _tokens(expression: str) -> list[str]:
    return list(_read(expression))


@lru_cache(REMEMBERED)
def _read(expression: str) -> tuple[str, ...]:
    found: list[str] = []
    position = 0
    while position < len(expression.rstrip()):
        match = _TOKEN.match(expression, position)
        if match is None:
            raise ExpressionError(f"{expression[position:]!r} can't be read")
        found.append(match[1])
        position = match.end()
    return tuple(found)


@lru_cache(REMEMBERED)
def _equalities(expression: str) -> list[tuple[str, str]]:
    """Return what an expression wants to be equal: an attribute's token, and a value's."""
    tokens = _read(expression)
    triples = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return [(name, value) for name, sign, value in triples if sign == "=" and value[0] == ":"]


@lru_cache(REMEMBERED)
def _unused(names: tuple[str, ...], values: tuple[str, ...], expressions: tuple[str | None, ...]) -> list[str]:
    used = {token for expression in expressions if expression for token in _read(expression)}
    return sorted({*names, *values} - used)


@lru_cache(REMEMBERED)
def _condition(expression: str) -> Condition:
    parser = _Parser(_tokens(expression))
    condition = parser.disjunction()
    if parser.rest:
        raise ExpressionError(f"{expression!r} goes on after its end with {parser.rest[0]}")
    return condition


class _Parser:
    """Reads a condition by recursive descent: OR binds least, then AND, then NOT."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens

    def disjunction(self) -> Condition:
        terms = [self._conjunction()]
        while self._took("OR"):
            terms.append(self._conjunction())
        return terms[0] if len(terms) == 1 else lambda item, names: any(term(item, names) for term in terms)

    def _conjunction(self) -> Condition:
        terms = [self._negation()]
        while self._took("AND"):
            terms.append(self._negation())
        return terms[0] if len(terms) == 1 else lambda item, names: all(term(item, names) for term in terms)

    def _negation(self) -> Condition:
        if self._took("NOT"):
            inner = self._negation()
            return lambda item, names: not inner(item, names)
        if self._took("("):
            inner = self.disjunction()
            self._take(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        token = self._next()
        if self._took("("):
            return self._function(token)
        left = _operand(token)
        operator = self._next()
        if operator == "BETWEEN":
            low = _operand(self._next())
            self._take("AND")
            high = _operand(self._next())
            return lambda item, names: (
                _compare(ge, left(item, names), low(item, names)) and _compare(le, left(item, names), high(item, names))
            )
        if operator not in _COMPARATORS:
            raise ExpressionError(f"{operator} is no comparison that the simulation covers")
        compare, right = _COMPARATORS[operator], _operand(self._next())
        return lambda item, names: _compare(compare, left(item, names), right(item, names))

    def _function(self, name: str) -> Condition:
        path = _operand(self._next())
        match name:
            case "attribute_exists":
                self._take(")")
                return lambda item, names: path(item, names) is not None
            case "attribute_not_exists":
                self._take(")")
                return lambda item, names: path(item, names) is None
            case "begins_with":
                self._take(",")
                prefix = _operand(self._next())
                self._take(")")
                return lambda item, names: _compare(_begins_with, path(item, names), prefix(item, names))
            case _:
                raise ExpressionError(f"{name} is no function that the simulation covers")

    def _next(self) -> str:
        if not self.rest:
            raise ExpressionError("the expression ends too early")
        return self.rest.pop(0)

    def _took(self, token: str) -> bool:
        if self.rest and self.rest[0] == token:
            self.rest.pop(0)
            return True
        return False

    def _take(self, token: str) -> None:
        if not self._took(token):
            raise ExpressionError(f"{token} is missing before {' '.join(self.rest) or 'the end'}")


def _operand(token: str) -> Operand:
    if token[0] == ":":
        return lambda _, names: names.value(token)
    return lambda item, names: item.get(names.attribute(token))


def _compare(operator: Callable[[Any, Any], bool], left: dict[str, Any] | None, right: dict[str, Any] | None) -> bool:
    """Compare as DynamoDB does: nothing compares with what is missing or of another type, but for ``<>``."""
    if left is None or right is None or left.keys() != right.keys():
        return operator is ne and left is not right
    return operator(comparable(left), comparable(right))


def _begins_with(text: Any, prefix: Any) -> bool:  # noqa: ANN401 - text or bytes
    return bool(text[: len(prefix)] == prefix)
