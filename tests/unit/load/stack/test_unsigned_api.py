"""An API whose users sign in is asked by API Gateway's own test of a method."""

import json
from typing import Any

import pytest

from load.runs.reporting_api import ReportingApiError
from load.stack.unsigned_api import UnsignedApi

URL = "https://abc123.execute-api.eu-central-1.amazonaws.com/live"
START = "2026-11-22T15:00:00+00:00"


class Gateway:
    """API Gateway as far as it is asked."""

    def __init__(self, *, status: int = 200, path: str = "/v1/compare/{dimension}") -> None:
        self._status = status
        self._path = path
        self.tested: list[dict[str, str]] = []

    def get_paginator(self, _operation: str) -> "Gateway":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"items": [{"id": "r0", "path": "/"}]}, {"items": [{"id": "r1", "path": self._path}]}]

    def test_invoke_method(self, **asked: str) -> dict[str, Any]:
        self.tested.append(asked)
        return {"status": self._status, "body": json.dumps({"series": [{"value": "rivers", "total": 3}]})}


def test_it_answers_without_a_token() -> None:
    gateway = Gateway()
    assert UnsignedApi(gateway, URL).totals("hashtag", ["rivers"], start=START) == {"rivers": 3}
    (asked,) = gateway.tested
    assert (asked["restApiId"], asked["resourceId"], asked["httpMethod"]) == ("abc123", "r1", "GET")
    assert asked["pathWithQueryString"].startswith("/v1/compare/hashtag?values=rivers&")


@pytest.mark.parametrize(
    ("gateway", "complaint"), [(Gateway(status=502), "answered 502"), (Gateway(path="/other"), "no route /v1/compare")]
)
def test_what_can_not_be_answered_is_said(gateway: Gateway, complaint: str) -> None:
    with pytest.raises(ReportingApiError, match=complaint):
        UnsignedApi(gateway, URL).totals("hashtag", ["rivers"], start=START)
