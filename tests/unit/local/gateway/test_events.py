"""Requests become API Gateway's proxy events, and a function's answer becomes a response."""

import base64
import json
from datetime import UTC, datetime

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from local.gateway.events import MalformedAnswerError, match_route, proxy_event, proxy_response, raw_path
from local.template.resources import Api, Route

API = Api(
    api_id="api",
    stage="live",
    routes=tuple(
        Route(method, path, function)
        for method, path, function in [
            ("GET", "/v1/trends/{dimension}", "Trends"),
            ("GET", "/v1/trends/hashtag", "Hashtag"),
            ("GET", "/v1/trends/{dimension}/{value}/series", "Series"),
            ("ANY", "/v1/trends/{dimension}", "Any"),
            ("POST", "/files/{path+}", "Files"),
        ]
    ),
    responses={},
)


def request(url: str, method: str = "GET", data: bytes = b"", headers: list[tuple[str, str]] | None = None) -> Request:
    """A request as werkzeug's server hands it over."""
    environ = EnvironBuilder(method=method, data=data, headers=headers, base_url="http://127.0.0.1:8080").get_environ()
    environ["RAW_URI"] = url
    environ["QUERY_STRING"] = url.partition("?")[2]
    return Request(environ)


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/v1/trends/lang", "Trends", {"dimension": "lang"}),
        ("GET", "/v1/trends/hashtag", "Hashtag", {}),
        ("GET", "/v1/trends/lang/", "Trends", {"dimension": "lang"}),
        ("GET", "/v1/trends/hashtag/a%2Fb/series", "Series", {"dimension": "hashtag", "value": "a%2Fb"}),
        ("PUT", "/v1/trends/lang", "Any", {"dimension": "lang"}),
        ("POST", "/files/a/b", "Files", {"path": "a/b"}),
    ],
)
def test_a_path_finds_its_most_specific_route(
    method: str, path: str, function: str, parameters: dict[str, str]
) -> None:
    matched = match_route(API, method, path)
    assert matched is not None
    assert (matched.route.integration, matched.parameters) == (function, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1/trends"),
        ("GET", "/v1/trends//a/series"),
        ("GET", "/v1/trends/hashtag/a/b/series"),
        ("GET", "/files/a"),
        ("POST", "/files"),
        ("POST", "/files/"),
    ],
)
def test_a_path_without_a_route_finds_none(method: str, path: str) -> None:
    assert match_route(API, method, path) is None


def test_the_event_has_the_path_as_sent_and_the_query_decoded() -> None:
    asked = request("/v1/trends/hashtag/caf%C3%A9/series?x=%23a&x=b&y=", headers=[("Accept", "a"), ("Accept", "b")])
    matched = match_route(API, "GET", raw_path(asked))
    assert matched is not None
    event = proxy_event(asked, matched, API, request_id="id-1", now=datetime(2026, 4, 29, 9, 30, tzinfo=UTC))
    assert event["resource"] == "/v1/trends/{dimension}/{value}/series"
    assert event["path"] == "/v1/trends/hashtag/caf%C3%A9/series"
    assert event["pathParameters"] == {"dimension": "hashtag", "value": "caf%C3%A9"}
    assert event["multiValueQueryStringParameters"] == {"x": ["#a", "b"], "y": [""]}
    assert event["queryStringParameters"] == {"x": "b", "y": ""}
    assert event["multiValueHeaders"]["Host"] == ["127.0.0.1:8080"]
    assert event["body"] is None
    context = event["requestContext"]
    assert (context["requestId"], context["stage"]) == ("id-1", "live")
    assert context["path"] == "/live/v1/trends/hashtag/caf%C3%A9/series"
    assert context["requestTime"] == "29/Apr/2026:09:30:00 +0000"
    assert json.dumps(event)


def test_members_without_a_value_are_null() -> None:
    asked = request("/v1/trends/hashtag")
    matched = match_route(API, "GET", raw_path(asked))
    assert matched is not None
    event = proxy_event(asked, matched, API, request_id="id", now=datetime(2026, 4, 29, tzinfo=UTC))
    for name in ("pathParameters", "queryStringParameters", "multiValueQueryStringParameters", "body"):
        assert event[name] is None


@pytest.mark.parametrize(
    ("data", "body", "is_base64"),
    [("é".encode(), "é", False), (b"\xff\x00", base64.b64encode(b"\xff\x00").decode(), True)],
)
def test_a_body_is_text_or_base64(data: bytes, body: str, *, is_base64: bool) -> None:
    asked = request("/files/x", "POST", data)
    matched = match_route(API, "POST", "/files/x")
    assert matched is not None
    event = proxy_event(asked, matched, API, request_id="id", now=datetime(2026, 4, 29, tzinfo=UTC))
    assert (event["body"], event["isBase64Encoded"]) == (body, is_base64)


def test_an_answer_becomes_status_headers_and_body() -> None:
    answer = {
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "X-One": "1"},
        "multiValueHeaders": {"Set-Cookie": ["a", "b"], "X-One": ["2"]},
        "body": "é",
    }
    response = proxy_response(json.dumps(answer).encode())
    assert (response.status_code, response.get_data()) == (201, "é".encode())
    assert response.headers.getlist("Set-Cookie") == ["a", "b"]
    assert response.headers.getlist("X-One") == ["2"]
    assert response.headers.getlist("Content-Type") == ["text/plain"]


def test_a_binary_answer_is_decoded() -> None:
    answer = {"statusCode": "200", "body": base64.b64encode(b"\x00\xff").decode(), "isBase64Encoded": True}
    assert proxy_response(json.dumps(answer).encode()).get_data() == b"\x00\xff"


def test_an_answer_without_a_content_type_is_json() -> None:
    assert proxy_response(b'{"statusCode": 204}').headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "payload",
    [
        b"null",
        b"[]",
        b"not json",
        b'{"body": ""}',
        b'{"statusCode": "x"}',
        b'{"statusCode": 200, "body": {}}',
        b'{"statusCode": 200, "body": "%", "isBase64Encoded": true}',
        b'{"statusCode": 200, "headers": []}',
        b'{"statusCode": 200, "multiValueHeaders": {"a": 1}}',
        b'{"statusCode": 200, "headers": {"a": "b\\r\\nc: d"}}',
        b'{"statusCode": 200, "headers": {"a\\nc": "b"}}',
        b'{"statusCode": 200, "headers": {"a": "\\u65e5"}}',
        b'{"statusCode": 200, "multiValueHeaders": {"a": ["b", "c\\n"]}}',
    ],
)
def test_anything_else_is_a_malformed_answer(payload: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        proxy_response(payload)
