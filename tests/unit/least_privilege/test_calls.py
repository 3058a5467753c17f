"""A call is mapped to the rights it needs."""

from typing import Any

import pytest

from tests.least_privilege.calls import UnknownCallError, rights
from tests.least_privilege.policy import Request

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/trends"
KEY = {"bucket": {"S": "alerts"}, "start": {"S": "0"}}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "request_"),
    [
        (
            "dynamodb",
            "GetItem",
            {"Key": KEY},
            Request("dynamodb:GetItem", TABLE, {"dynamodb:LeadingKeys": ("alerts",)}),
        ),
        (
            "dynamodb",
            "PutItem",
            {"Item": KEY},
            Request("dynamodb:PutItem", TABLE, {"dynamodb:LeadingKeys": ("alerts",)}),
        ),
        (
            "dynamodb",
            "Query",
            {
                "KeyConditionExpression": "#b = :b AND #s >= :s",
                "ExpressionAttributeNames": {"#b": "bucket", "#s": "start"},
                "ExpressionAttributeValues": {":b": {"S": "minute#0"}, ":s": {"S": "0"}},
            },
            Request("dynamodb:Query", TABLE, {"dynamodb:LeadingKeys": ("minute#0",)}),
        ),
        (
            "dynamodb",
            "BatchGetItem",
            {"RequestItems": {"trends": {"Keys": [KEY, {"bucket": {"S": "b"}}]}}},
            Request("dynamodb:BatchGetItem", TABLE, {"dynamodb:LeadingKeys": ("alerts", "b")}),
        ),
        ("s3", "PutObject", {"Bucket": "b", "Key": "k/1"}, Request("s3:PutObject", "arn:aws:s3:::b/k/1")),
        ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, Request("s3:GetObject", "arn:aws:s3:::b/k")),
        (
            "s3",
            "ListObjectsV2",
            {"Bucket": "b", "Prefix": "p"},
            Request("s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": ("p",)}),
        ),
        (
            "kinesis",
            "PutRecords",
            {"StreamName": "events"},
            Request("kinesis:PutRecords", "arn:aws:kinesis:us-east-1:123456789012:stream/events"),
        ),
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:::t"}, Request("sns:Publish", "arn:aws:sns:::t")),
    ],
)
def test_a_call_needs_an_action_on_a_resource(
    service: str, operation: str, parameters: dict[str, Any], request_: Request
) -> None:
    assert list(rights(service, operation, {"TableName": "trends", **parameters})) == [request_]


@pytest.mark.parametrize(("service", "operation"), [("dynamodb", "Scan"), ("s3", "DeleteObject"), ("iam", "GetUser")])
def test_a_call_that_is_not_known_is_an_error(service: str, operation: str) -> None:
    with pytest.raises(UnknownCallError, match=f"{service}:{operation}"):
        list(rights(service, operation, {}))


def test_a_query_of_another_key_is_an_error() -> None:
    parameters = {
        "TableName": "trends",
        "KeyConditionExpression": "other = :o",
        "ExpressionAttributeValues": {":o": {"S": "x"}},
    }
    with pytest.raises(UnknownCallError, match="which partition"):
        list(rights("dynamodb", "Query", parameters))
