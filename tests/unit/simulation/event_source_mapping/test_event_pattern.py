"""The operators of Lambda's filter table, and EventBridge's rules of matching."""

import json
from typing import Any

import pytest

from simulation.event_source_mapping.event_pattern import EventPattern, EventPatternError, parse_json


def matches(pattern: Any, record: Any) -> bool:  # noqa: ANN401 - both are JSON
    parsed = parse_json(json.dumps(record))
    assert isinstance(parsed, dict)
    by_text = EventPattern.parse(json.dumps(pattern)).matches(parsed)
    # Records that never were JSON text match alike.
    assert EventPattern.parse(json.dumps(pattern)).matches(record) == by_text
    return by_text


PERSON = {
    "name": "John",
    "age": 30,
    "address": {"street": "123 Main St"},
    "tags": ["a", "b"],
    "none": None,
    "empty": "",
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"none": [None]}, True),
        ({"name": [None]}, False),
        ({"empty": [""]}, True),
        ({"name": [""]}, False),
        ({"name": ["John"]}, True),
        ({"name": ["john"]}, False),
        ({"name": [{"equals-ignore-case": "jOHN"}]}, True),
        ({"name": ["John"], "age": [30]}, True),
        ({"name": ["John"], "age": [31]}, False),
        ({"name": ["Jane", "John"]}, True),
        ({"$or": [{"name": ["Jane"]}, {"age": [30]}]}, True),
        ({"$or": [{"name": ["Jane"]}, {"age": [31]}]}, False),
        ({"age": [30], "$or": [{"name": ["John"]}, {"name": ["Jane"]}]}, True),
        ({"name": [{"anything-but": ["Jane"]}]}, True),
        ({"name": [{"anything-but": "John"}]}, False),
        ({"age": [{"anything-but": [30]}]}, False),
        ({"name": [{"anything-but": {"prefix": "J"}}]}, False),
        ({"name": [{"anything-but": {"suffix": "x"}}]}, True),
        ({"missing": [{"anything-but": ["x"]}]}, False),
        ({"age": [{"numeric": ["=", 30]}]}, True),
        ({"age": [{"numeric": ["=", 30.0]}]}, True),
        ({"age": [{"numeric": [">", 10, "<=", 30]}]}, True),
        ({"age": [{"numeric": [">", 30]}]}, False),
        ({"age": [{"numeric": [">=", 30, "<", 31]}]}, True),
        ({"name": [{"numeric": ["=", 30]}]}, False),
        ({"name": [{"exists": True}]}, True),
        ({"none": [{"exists": True}]}, True),
        ({"missing": [{"exists": True}]}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"name": [{"exists": False}]}, False),
        ({"missing": [{"exists": False}, "x"]}, True),
        ({"name": [{"prefix": "Jo"}]}, True),
        ({"name": [{"prefix": "jo"}]}, False),
        ({"name": [{"suffix": "hn"}]}, True),
        ({"age": [{"prefix": "3"}]}, False),
        ({"missing": ["x"]}, False),
        ({"address": {"street": ["123 Main St"]}}, True),
        ({"address": {"street": ["elsewhere"]}}, False),
        ({"name": {"first": ["John"]}}, False),
        ({"name": {"first": [{"exists": False}]}}, True),
        ({"tags": ["b"]}, True),
        ({"tags": ["c"]}, False),
    ],
)
def test_operators(pattern: dict[str, Any], expected: bool) -> None:
    assert matches(pattern, PERSON) is expected


def test_exists_sees_leaves_only() -> None:
    assert not matches({"address": [{"exists": True}]}, PERSON)
    assert matches({"address": {"street": [{"exists": True}]}}, PERSON)
    organizations = {"L": [{"S": "Sales"}, {"S": "Support"}]}
    assert not matches({"Organizations": [{"exists": True}]}, {"Organizations": organizations})
    assert matches({"Organizations": {"L": {"S": [{"exists": True}]}}}, {"Organizations": organizations})


def test_numbers_are_compared_by_their_text() -> None:
    pattern = EventPattern.parse('{"n":[300]}')
    assert [pattern.matches({"n": parse_json(text)}) for text in ("300", "300.0", "3.0e2", '"300"')] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("value", [True, 1, "1", None])
def test_kinds_of_values_are_kept_apart(value: object) -> None:
    assert [matches({"v": [rule]}, {"v": value}) for rule in (True, 1, "1", None)].count(True) == 1


def test_an_element_of_an_array_must_match_as_a_whole() -> None:
    pattern = {"items": {"name": ["a"], "size": [2]}}
    assert matches(pattern, {"items": [{"name": "b", "size": 1}, {"name": "a", "size": 2}]})
    assert not matches(pattern, {"items": [{"name": "a", "size": 1}, {"name": "b", "size": 2}]})


def test_of_duplicate_keys_the_last_counts() -> None:
    pattern = EventPattern.parse('{"a":["hello"],"a":["world"]}')
    assert pattern.matches({"a": "world"})
    assert not pattern.matches({"a": "hello"})


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "is not valid JSON"),
        ("[]", "must be a JSON object"),
        ("{}", "must be a JSON object"),
        ('{"a":NaN}', "NaN is not JSON"),
        ('{"a":"b"}', "a: expected an object or a list"),
        ('{"a":{"b":1}}', "a.b: expected an object or a list"),
        ('{"a":[]}', "a: a list of rules must not be empty"),
        ('{"a":{}}', "a: an object must name"),
        ('{"a":[["b"]]}', "cannot hold a list"),
        ('{"a":[{}]}', "exactly one operator"),
        ('{"a":[{"prefix":"x","suffix":"y"}]}', "exactly one operator"),
        ('{"a":[{"wildcard":"*"}]}', "'wildcard' is not among the operators"),
        ('{"a":[{"cidr":"10.0.0.0/8"}]}', "'cidr' is not among the operators"),
        ('{"a":[{"prefix":1}]}', "prefix takes a string"),
        ('{"a":[{"exists":"yes"}]}', "exists takes true or false"),
        ('{"a":[{"numeric":[">"]}]}', "numeric takes pairs"),
        ('{"a":[{"numeric":["!",1]}]}', "numeric takes pairs"),
        ('{"a":[{"numeric":[">","1"]}]}', "numeric takes pairs"),
        ('{"a":[{"anything-but":[]}]}', "takes a value or a list"),
        ('{"a":[{"anything-but":[["x"]]}]}', "takes a value or a list"),
        ('{"a":[{"anything-but":{"numeric":["=",1]}}]}', "takes values or one of"),
        ('{"$or":[{"a":["b"]}]}', "two or more objects"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(EventPatternError, match=message):
        EventPattern.parse(pattern)
