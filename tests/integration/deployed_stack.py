"""A deployed stack in moto, as far as a load test sees it: parameters, outputs, a stream and two tables."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

FIRST = '{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}'
REGION = "eu-central-1"
_VALUES: Mapping[str, str] = {
    "StreamMode": "PROVISIONED",
    "ShardCount": "2",
    "IngestBatchSize": "10000",
    "IngestWindowSeconds": "2",
    "IngestParallelizationFactor": "1",
    "IngestMemoryMegabytes": "1024",
    "RollupBatchSize": "1000",
    "RollupWindowSeconds": "2",
    "RollupMemoryMegabytes": "512",
    "ViewsWindowSeconds": "5",
    "ViewsMemoryMegabytes": "1024",
    "Schedule": f"[{FIRST}]",
    "DedupDays": "7",
    "SignIn": "IAM",
    "ApiKeys": "false",
    "SystemLogLevel": "WARN",
    "Release": "0",
}


def _table(key: str) -> dict[str, Any]:
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        },
    }


def template(api: str = "http://127.0.0.1:9") -> dict[str, Any]:
    """Return as much of the template as is needed, with the parameters' defaults."""
    log_groups = {
        f"{name}Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/penstock/{name}"}}
        for name in ("Ingest", "Rollup", "Views")
    }
    functions = {
        f"{name}Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": f"penstock-{name.lower()}",
                "Handler": "index.handler",
                "Runtime": "python3.12",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": "YWJj"},  # on an update moto wants base64
                "Environment": {"Variables": {"SCHEDULE": {"Ref": "Schedule"}, "RELEASE": {"Ref": "Release"}}},
            },
        }
        for name in ("Ingest", "Rollup", "Views")
    }
    return {
        "Parameters": {name: {"Type": "String", "Default": value} for name, value in _VALUES.items()},
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
            "EventStream": {
                "Type": "AWS::Kinesis::Stream",
                "Properties": {"Name": "penstock-events", "ShardCount": 2},  # moto can't refer to a number
            },
            "PaneLogTable": _table("address"),
            "TrendsTable": _table("bucket"),
            **log_groups,
            **functions,
        },
        "Outputs": {
            "StreamName": {"Value": {"Ref": "EventStream"}},
            "ApiUrl": {"Value": api},
            "PaneLogTableName": {"Value": {"Ref": "PaneLogTable"}},
            "TrendsTableName": {"Value": {"Ref": "TrendsTable"}},
        },
    }


@contextmanager
def deployed(monkeypatch: pytest.MonkeyPatch, **parameters: str) -> Iterator[boto3.Session]:
    """Deploy the stack ``penstock`` in moto; yield a session that sees it."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        boto3.client("cloudformation").create_stack(
            StackName="penstock",
            TemplateBody=json.dumps(template()),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )
        yield boto3.Session()
