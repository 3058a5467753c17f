"""Parameters, conditions and intrinsic functions become plain values, or an error that says what is wrong."""

import pytest

from local.errors import ParameterError, TemplateError
from local.template.intrinsics import Intrinsics, Json, parameter_values

TEMPLATE = {
    "Mappings": {"Ages": {"24": {"Seconds": 82800}}},
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
        "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
        "Odd": {"Fn::Odd": []},
    },
}


def resolve(value: Json) -> Json:
    """Resolve a value against the template, with `Stage` dev and attributes that name themselves."""
    references = {"Stage": "dev", "Hours": "24", "List": ["a", "b"], "AWS::Region": "us-east-1"}
    return Intrinsics(TEMPLATE, references, lambda resource, attribute: f"<{resource}.{attribute}>").resolve(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Table"}, "<Table.None>"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "<Table.Arn>"),
        ({"Fn::GetAtt": "Table.StreamArn"}, "<Table.StreamArn>"),
        ({"Fn::Sub": "${AWS::Region}/${Table.Arn}/${Table}"}, "us-east-1/<Table.Arn>/<Table.None>"),
        ({"Fn::Sub": ["${x}-${!literal}", {"x": {"Ref": "Stage"}}]}, "dev-${literal}"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Stage"}, 1, True]]}, "a/dev/1/true"),
        ({"Fn::FindInMap": ["Ages", {"Ref": "Hours"}, "Seconds"]}, 82800),
        ({"Fn::If": ["IsDev", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"Fn::Select": ["1", {"Ref": "List"}]}, "b"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Base64": "abc"}, "YWJj"),
        ({"Fn::ToJsonString": {"a": {"Ref": "Stage"}}}, '{"a": "dev"}'),
        ({"a": [{"b": {"Ref": "Stage"}}, 1]}, {"a": [{"b": "dev"}, 1]}),
    ],
)
def test_functions(value: Json, expected: Json) -> None:
    assert resolve(value) == expected


def test_no_value_takes_its_property_or_item_away() -> None:
    nothing = {"Fn::If": ["IsProd", "x", {"Ref": "AWS::NoValue"}]}
    assert resolve({"kept": 1, "gone": nothing, "list": [nothing, 2]}) == {"kept": 1, "list": [2]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Fn::Cidr": []}, "does not know the function Fn::Cidr"),
        ({"Fn::If": ["Absent", 1, 2]}, "has no condition Absent"),
        ({"Fn::If": ["Odd", 1, 2]}, "does not know the condition function Fn::Odd"),
        ({"Fn::FindInMap": ["Ages", "48", "Seconds"]}, "Ages has no entry 48 / Seconds"),
    ],
)
def test_what_is_unknown_is_refused_by_name(value: Json, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        resolve(value)


DECLARED = {
    "Shards": {"Type": "Number", "Default": 2, "MinValue": 1, "MaxValue": 10},
    "Level": {"Type": "String", "Default": "INFO", "AllowedValues": ["INFO", "ERROR"]},
    "Rate": {
        "Type": "String",
        "Default": "rate(1 hour)",
        "AllowedPattern": r"rate\(.+\)",
        "ConstraintDescription": "must be a rate.",
    },
    "Name": {"Type": "String", "Default": "abc", "MinLength": 2, "MaxLength": 4},
    "Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
}


def test_defaults_serve_where_nothing_is_given() -> None:
    values = parameter_values(DECLARED, {"Shards": "3"})
    assert values == {"Shards": "3", "Level": "INFO", "Rate": "rate(1 hour)", "Name": "abc", "Zones": ["a", "b"]}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Shard": "3"}, "Shard is no parameter of the template; did you mean Shards[?]"),
        ({"shards": "3"}, "shards is no parameter of the template; did you mean Shards[?]"),
        ({"Nope": "1"}, "Nope is no parameter of the template; its parameters are\n  Level, Name"),
        ({"Shards": "0"}, "Shards is '0': must be 1 to 10"),
        ({"Shards": "many"}, "Shards is 'many': must be a number"),
        ({"Level": "DEBUG"}, "Level is 'DEBUG': use one of INFO, ERROR"),
        ({"Rate": "hourly"}, "Rate is 'hourly': must be a rate."),
        ({"Name": "a"}, "Name is 'a': must have 2 to 4 characters"),
    ],
)
def test_a_parameter_must_keep_the_templates_constraints(given: dict[str, str], message: str) -> None:
    with pytest.raises(ParameterError, match=message.replace("(", r"\(")):
        parameter_values(DECLARED, given)


def test_a_parameter_without_a_default_must_be_given() -> None:
    with pytest.raises(ParameterError, match="Stage has no default"):
        parameter_values({"Stage": {"Type": "String"}}, {})
