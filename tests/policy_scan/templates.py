"""What is scanned: the templates as they are made, with parameters taken and references resolved."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from local.template.intrinsics import Intrinsics
from tests.unit.translated_template import intrinsics_of, template_with

DELIVERY = Path(__file__).parents[2] / "delivery"
EVERYTHING = {
    "AlarmEmail": "ann@example.com",
    "AlertEmail": "ann@example.com",
    "ApiKeys": "true",
    "Archive": "true",
    "HostDashboard": "true",
    "PrivateRouteTableIds": "rtb-0a1b2c3d",
    "PrivateSubnetIds": "subnet-0a1b2c3d,subnet-1a1b2c3d",
    "ProducerPrincipals": "arn:aws:iam::210987654321:role/shop",
    "SignIn": "Cognito",
    "VpcId": "vpc-0a1b2c3d",
}
"""Whatever is optional, but a key of one's own: without it more is found."""


@cache
def resolved_templates() -> Mapping[str, Mapping[str, Any]]:
    """Return the templates to scan by name: the stack as it is by default and with everything, and those beside it."""
    stacks = {"default": template_with(), "everything": template_with(**EVERYTHING)}
    found = {name: _resolved(each.translated, intrinsics_of(each)) for name, each in stacks.items()}
    for path in sorted(DELIVERY.glob("*.yaml")):
        template = yaml_parse(path.read_text(encoding="utf-8"))
        parameters = {name: each.get("Default", name) for name, each in template.get("Parameters", {}).items()}
        pseudo = {"AWS::AccountId": "A", "AWS::Partition": "aws", "AWS::Region": "R", "AWS::StackName": "S"}
        references = {**parameters, **pseudo, "AWS::URLSuffix": "amazonaws.com"}
        found[path.stem] = _resolved(template, Intrinsics(template, references, lambda name, _attribute: f"<{name}>"))
    return found


def _resolved(template: Mapping[str, Any], intrinsics: Intrinsics) -> Mapping[str, Any]:
    resources = {
        name: intrinsics.resolve(resource)
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or intrinsics.holds(resource["Condition"])
    }
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
