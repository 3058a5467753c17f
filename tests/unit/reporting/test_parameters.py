"""Bad parameters are named one by one, in words for a client."""

from collections.abc import Mapping

import pytest
from pydantic import TypeAdapter, ValidationError

from reporting.answers import BadParameter
from reporting.parameters import End, FoundLimit, Limit, Start, Value, from_validation, unexpected

KNOWN = frozenset({"window", "end"})


def bad(name: str, detail: str) -> BadParameter:
    return BadParameter(in_="query", name=name, detail=detail)


@pytest.mark.parametrize("query", [{}, {"window": ["1h"]}, {"window": ["1h"], "end": [""]}])
def test_what_a_route_knows_is_expected(query: Mapping[str, list[str]]) -> None:
    assert unexpected(query, KNOWN) == []


def test_each_unknown_or_repeated_parameter_is_named() -> None:
    assert unexpected({"windw": ["1h"], "end": ["a", "b"], "x": ["1", "2"]}, KNOWN) == [
        bad("windw", "is unknown; this route has end, window"),
        bad("end", "should be given once"),
        bad("x", "is unknown; this route has end, window"),
    ]
    assert unexpected({"x": ["1"]}, frozenset()) == [bad("x", "is unknown; this route has none")]


def test_pydantics_findings_read_as_the_rest() -> None:
    errors = [
        {"loc": ("query", "limit"), "msg": "Input should be less than or equal to 100"},
        {"loc": ("query", "end"), "msg": "Value error, should be an instant"},
        {"loc": ("query", "cursor"), "msg": "String should have at most 4096 characters"},
    ]
    assert from_validation(errors) == [
        bad("limit", "should be less than or equal to 100"),
        bad("end", "should be an instant"),
        bad("cursor", "should have at most 4096 characters"),
    ]


@pytest.mark.parametrize(
    ("raw", "value"),
    [("a%2Fb", "a/b"), ("%23caf%C3%A9", "#café"), ("a+b", "a+b"), ("100%25", "100%"), ("%2541", "%41"), ("%00", "\0")],
)
def test_a_value_is_decoded_once(raw: str, value: str) -> None:
    assert TypeAdapter(Value).validate_python(raw) == value


@pytest.mark.parametrize("raw", ["%FF", "%C3", "a%ED%A0%80"])
def test_a_value_that_is_not_utf_8_is_refused(raw: str) -> None:
    with pytest.raises(ValidationError, match="should be percent-encoded UTF-8"):
        TypeAdapter(Value).validate_python(raw)


@pytest.mark.parametrize("limit", [Limit, FoundLimit])
def test_a_limit_is_decimal_digits(limit: object) -> None:
    adapter: TypeAdapter[int] = TypeAdapter(limit)
    assert [adapter.validate_python(raw) for raw in ("1", "020", "100")] == [1, 20, 100]
    for raw in ("1.0", "1_0", "\n1", "1 ", "+1", "-1", "1e1", "", "\u0661"):
        with pytest.raises(ValidationError, match="should be a whole number in decimal digits"):
            adapter.validate_python(raw)


@pytest.mark.parametrize("parameter", [Limit, FoundLimit, Start, End])
def test_what_comes_twice_is_refused_and_no_fault(parameter: object) -> None:
    adapter: TypeAdapter[object] = TypeAdapter(parameter)
    with pytest.raises(ValidationError, match="should be given once"):
        adapter.validate_python(["1", "2"])
