"""Policies are judged as IAM documents it; each case is one of its User Guide's rules or examples."""

import pytest

from tests.least_privilege.policy import Decision, PolicyError, Request, decide

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/trends"
OneOrMore = str | list[str]
Condition = dict[str, dict[str, OneOrMore]]
ALLOWED, DENIED, NOT_ALLOWED = Decision.ALLOWED, Decision.DENIED, Decision.NOT_ALLOWED


def allow(action: OneOrMore = "dynamodb:GetItem", resource: OneOrMore = TABLE, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: OneOrMore = "dynamodb:GetItem", resource: OneOrMore = TABLE, **more: object) -> dict[str, object]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def ask(action: str = "dynamodb:GetItem", resource: str = TABLE, **context: tuple[str, ...]) -> Request:
    return Request(action, resource, {name.replace("_", ":"): values for name, values in context.items()})


def test_what_nothing_allows_is_not_allowed() -> None:
    assert decide([], ask()) is NOT_ALLOWED
    assert decide([allow("dynamodb:PutItem")], ask()) is NOT_ALLOWED


def test_one_statement_that_allows_is_enough() -> None:
    assert decide([allow("s3:GetObject"), allow()], ask()) is ALLOWED


def test_a_deny_wins_over_every_allow_wherever_it_stands() -> None:
    assert decide([allow(), deny()], ask()) is decide([deny(), allow("*", "*")], ask()) is DENIED
    assert decide([allow(), deny("dynamodb:PutItem")], ask()) is ALLOWED


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("dynamodb:GetItem", True),
        ("DYNAMODB:getitem", True),  # prefix and action are not case-sensitive
        ("dynamodb:*", True),
        ("dynamodb:Get*", True),
        ("dynamodb:GetIte?", True),
        ("*", True),
        ("dynamodb:GetIte", False),
        ("dynamodb:GetItem?", False),
        (["s3:*", "dynamodb:GetItem"], True),
        ([], False),
    ],
)
def test_actions_match_with_wildcards_whatever_their_case(pattern: OneOrMore, matches: bool) -> None:
    assert (decide([allow(pattern)], ask()) is ALLOWED) == matches


@pytest.mark.parametrize(
    ("pattern", "resource", "matches"),
    [
        (TABLE, TABLE, True),
        (TABLE, f"{TABLE}s", False),
        (TABLE, TABLE.upper(), False),  # resources are case-sensitive
        (TABLE, f"{TABLE}/index/by-day", False),
        (f"{TABLE}/*", f"{TABLE}/index/by-day", True),
        (f"{TABLE}/*", TABLE, False),
        ("arn:aws:dynamodb:*:123456789012:table/trends", TABLE, True),
        ("arn:aws:dynamodb:*:table/trends", TABLE, False),  # a wildcard spans no colon
        ("arn:aws:*:us-east-1:123456789012:*", TABLE, True),
        ("arn:aws:lambda:us-east-1:123456789012:*", "arn:aws:lambda:us-east-1:123456789012:function:a:live", True),
        ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/key", False),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a/b", True),  # and every slash
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", False),
        ("*", TABLE, True),
        (TABLE, "*", False),
    ],
)
def test_resources_match_part_by_part(pattern: str, resource: str, matches: bool) -> None:
    assert (decide([allow(resource=pattern)], ask(resource=resource)) is ALLOWED) == matches


def test_not_action_and_not_resource_speak_of_all_others() -> None:
    others = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert decide([others], ask()) is ALLOWED
    assert decide([others], ask("iam:CreateUser", "*")) is NOT_ALLOWED
    elsewhere = {"Effect": "Deny", "Action": "*", "NotResource": [TABLE]}
    assert decide([allow("*", "*"), elsewhere], ask()) is ALLOWED
    assert decide([allow("*", "*"), elsewhere], ask(resource=f"{TABLE}2")) is DENIED


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ({"StringEquals": {"aws:X": "a"}}, ("a",), True),
        ({"StringEquals": {"aws:X": "a"}}, ("A",), False),
        ({"StringEqualsIgnoreCase": {"aws:X": "a"}}, ("A",), True),
        ({"StringEquals": {"aws:X": ["a", "b"]}}, ("b",), True),  # any value
        ({"StringEquals": {"aws:X": "a"}}, None, False),  # a key that is not there
        ({"StringEqualsIfExists": {"aws:X": "a"}}, None, True),
        ({"StringEqualsIfExists": {"aws:X": "a"}}, ("b",), False),
        ({"StringNotEquals": {"aws:X": ["a", "b"]}}, ("b",), False),  # none of the values
        ({"StringNotEquals": {"aws:X": ["a", "b"]}}, ("c",), True),
        ({"StringNotEquals": {"aws:X": "a"}}, None, True),
        ({"StringLike": {"aws:X": "list#*"}}, ("list#5m#0",), True),
        ({"StringLike": {"aws:X": "list#*"}}, ("lists#5m",), False),
        ({"StringNotLike": {"aws:X": "list#*"}}, ("minute",), True),
        ({"ArnEquals": {"aws:X": "arn:aws:iam::1:role/*"}}, ("arn:aws:iam::1:role/a",), True),
        ({"ArnNotEquals": {"aws:X": "arn:aws:iam::1:role/a"}}, ("arn:aws:iam::1:role/b",), True),
        ({"Bool": {"aws:X": "false"}}, ("false",), True),
        ({"Bool": {"aws:X": "false"}}, ("true",), False),
        ({"Null": {"aws:X": "true"}}, None, True),
        ({"Null": {"aws:X": "false"}}, None, False),
        ({"ForAllValues:StringEquals": {"aws:X": ["a", "b"]}}, ("a", "b", "a"), True),
        ({"ForAllValues:StringEquals": {"aws:X": ["a", "b"]}}, ("a", "c"), False),
        ({"ForAllValues:StringEquals": {"aws:X": ["a"]}}, None, True),  # of no values, all
        ({"ForAllValues:StringLike": {"aws:X": ["list#*", "strip#*"]}}, ("list#1", "strip#2"), True),
        ({"ForAnyValue:StringEquals": {"aws:X": ["a"]}}, ("b", "a"), True),
        ({"ForAnyValue:StringEquals": {"aws:X": ["a"]}}, None, False),
        ({"StringEquals": {"aws:X": "a"}, "StringLike": {"aws:X": "b*"}}, ("a",), False),  # every operator
    ],
)
def test_conditions_hold_as_documented(condition: Condition, values: tuple[str, ...] | None, holds: bool) -> None:
    request = ask() if values is None else ask(aws_X=values)
    assert (decide([allow(Condition=condition)], request) is ALLOWED) == holds
    assert (decide([allow(), deny(Condition=condition)], request) is DENIED) == holds


@pytest.mark.parametrize(
    "statement",
    [allow(Condition={"DateLessThan": {"aws:X": "2026"}}), allow(Condition={"AllValues:StringLike": {"aws:X": "a"}})],
)
def test_what_is_not_known_is_an_error_and_no_decision(statement: dict[str, object]) -> None:
    with pytest.raises(PolicyError, match="not known"):
        decide([statement], ask(aws_X=("a",)))
    with pytest.raises(PolicyError, match="no known meaning of Principal"):
        decide([allow(Principal="*")], ask())


def test_a_key_of_several_values_wants_a_quantifier() -> None:
    with pytest.raises(PolicyError, match="for one value, not 2"):
        decide([allow(Condition={"StringEquals": {"aws:X": "a"}})], ask(aws_X=("a", "b")))
