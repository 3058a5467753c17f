"""A stack made by CloudFormation in moto, with credentials that reach nothing else."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws


@contextmanager
def stack_in_moto(
    monkeypatch: pytest.MonkeyPatch, template: Mapping[str, Any], settings: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """Start the stack ``penstock``, with `settings` in the environment; yield its resources' names by logical id."""
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        **settings,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        cloudformation = boto3.client("cloudformation")
        cloudformation.create_stack(StackName="penstock", TemplateBody=json.dumps(template))
        resources = cloudformation.describe_stack_resources(StackName="penstock")["StackResources"]
        yield {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
