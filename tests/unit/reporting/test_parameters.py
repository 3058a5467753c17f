"""Bad parameters are named one by one, in words for a client."""

from collections.abc import Mapping

import pytest
from pydantic import TypeAdapter, ValidationError

from reporting.answers import BadParameter
from reporting.parameters import Value, from_validation, unexpected

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
