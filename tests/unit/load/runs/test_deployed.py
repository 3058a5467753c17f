"""A deployed stack is found by its name, and asked as its sign-in wants."""

import json
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from load.errors import InputError
from load.runs.deployed import UnsignedApi, find, signed
from load.runs.reporting_api import ReportingApiError

URL = "https://abc123.execute-api.eu-central-1.amazonaws.com/live"
ANSWER = {"series": [{"value": "rivers", "total": 3}]}


class Aws:
    """CloudFormation and API Gateway as far as they are asked, and a session of them."""

    region_name = "eu-central-1"

    def __init__(self, *, sign_in: str = "Cognito", status: int = 200, path: str = "/v1/compare/{dimension}") -> None:
        self._sign_in = sign_in
        self._status = status
        self._path = path
        self.tested: list[dict[str, str]] = []

    def client(self, _service: str) -> "Aws":
        return self

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        if StackName == "gone":
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        outputs = {} if StackName == "other" else {"StreamName": "penstock-EventStream", "ApiUrl": URL}
        return {
            "Stacks": [
                {
                    "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
                    "Parameters": [{"ParameterKey": "SignIn", "ParameterValue": self._sign_in}],
                }
            ]
        }

    def get_paginator(self, _operation: str) -> "Aws":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"items": [{"id": "r0", "path": "/"}]}, {"items": [{"id": "r1", "path": self._path}]}]

    def test_invoke_method(self, **asked: str) -> dict[str, Any]:
        self.tested.append(asked)
        return {"status": self._status, "body": json.dumps(ANSWER)}


def test_users_who_sign_in_are_not_needed_to_ask() -> None:
    aws = Aws()
    stream, api = find(cast(Any, aws), "penstock")
    assert stream == "penstock-EventStream"
    assert api.totals("hashtag", ["rivers"], start="2026-11-22T15:00:00+00:00") == {"rivers": 3}
    (asked,) = aws.tested
    assert (asked["restApiId"], asked["resourceId"], asked["httpMethod"]) == ("abc123", "r1", "GET")
    assert asked["pathWithQueryString"].startswith("/v1/compare/hashtag?values=rivers&")


def test_with_iam_requests_are_signed() -> None:
    _, api = find(cast(Any, Aws(sign_in="IAM")), "penstock")
    assert not isinstance(api, UnsignedApi)
    session = boto3.Session("AKIDEXAMPLE", "secret", region_name="eu-central-1")
    headers = signed(session, f"{URL}/v1/summary?window=1h")
    assert "/eu-central-1/execute-api/aws4_request" in headers["Authorization"]
    assert "X-Amz-Date" in headers


@pytest.mark.parametrize(("stack", "complaint"), [("gone", "does not exist"), ("other", "none of Penstock's")])
def test_a_stack_that_is_none_is_named(stack: str, complaint: str) -> None:
    with pytest.raises(InputError, match=f"'{stack}'.*{complaint}"):
        find(cast(Any, Aws()), stack)


@pytest.mark.parametrize(
    ("aws", "complaint"), [(Aws(status=502), "answered 502"), (Aws(path="/other"), "no route /v1/compare")]
)
def test_what_an_api_can_not_answer_is_said(aws: Aws, complaint: str) -> None:
    _, api = find(cast(Any, aws), "penstock")
    with pytest.raises(ReportingApiError, match=complaint):
        api.totals("hashtag", ["rivers"], start="2026-11-22T15:00:00+00:00")
