"""The deployable template, translated by SAM, for tests to look at."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from local.template.intrinsics import Intrinsics, Json
from local.template.translation import Template

PATH = Path(__file__).parents[2] / "template.yaml"


@cache
def template_with(**parameters: str) -> Template:
    """Return the template with those parameters; nobody changes it, so it is translated once."""
    return Template(PATH, parameters)


def intrinsics_of(template: Template) -> Intrinsics:
    """Return what resolves references to ``<logical id.attribute>``."""
    parameters = {
        **template.parameters,
        "AWS::AccountId": "A",
        "AWS::Partition": "aws",
        "AWS::Region": "R",
        "AWS::StackId": "arn:aws:cloudformation:R:A:stack/S/I",
        "AWS::StackName": "S",
        "AWS::URLSuffix": "amazonaws.com",
    }
    return Intrinsics(
        template.translated, parameters, lambda resource, name: f"<{resource}.{name}>" if name else f"<{resource}>"
    )


def resolved(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """Return the resources of a type with references resolved to ``<logical id.attribute>``."""
    intrinsics = intrinsics_of(template)
    return {
        logical_id: intrinsics.resolve(resource)
        for logical_id, resource in template.translated["Resources"].items()
        if resource["Type"] == kind and ("Condition" not in resource or intrinsics.holds(resource["Condition"]))
    }


def function_roles(template: Template) -> dict[str, dict[str, Any]]:
    """Return the roles that functions run with."""
    used = {each["Properties"]["Role"] for each in resolved(template, "AWS::Lambda::Function").values()}
    return {name: role for name, role in resolved(template, "AWS::IAM::Role").items() if f"<{name}.Arn>" in used}


def statements(template: Template) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield each statement of each role that a function runs with."""
    for role, resource in function_roles(template).items():
        for policy in resource["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield role, statement


def listed(value: Json) -> list[str]:
    """Return a string or list of strings as a list."""
    return [value] if isinstance(value, str) else list(value)
