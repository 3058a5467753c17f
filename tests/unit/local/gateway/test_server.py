"""The gateway serves the API's routes and the dashboard's files, to this machine alone."""

import json
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import urllib3
from werkzeug.test import Client, TestResponse

from local.errors import PortInUseError
from local.gateway.server import Gateway, GatewayApplication
from local.template.resources import Api, GatewayResponse, Route
from simulation.event_source_mapping.invocation import Answered, FunctionFailed, InvocationResult, Throttled

PROBLEM = GatewayResponse(
    404,
    {"Content-Type": "'application/problem+json'"},
    '{"detail": "no such route", "instance": "$context.path", "id": "$context.requestId"}',
)
API = Api("api", "live", (Route("GET", "/v1/{what}", "Reporting"),), {"MISSING_AUTHENTICATION_TOKEN": PROBLEM})


class Function:
    """Stands in for the reporting function: answers with the event, or with the result it is given."""

    def __init__(self, result: InvocationResult | None = None) -> None:
        self.events: list[dict[str, object]] = []
        self._result = result

    def __call__(self, logical_id: str, payload: bytes) -> InvocationResult:
        assert logical_id == "Reporting"
        self.events.append(json.loads(payload))
        return self._result or Answered(b'{"statusCode": 200, "body": "fine"}')


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of pages, beside something that is none."""
    folder = tmp_path / "dashboard"
    folder.mkdir()
    (folder / "index.html").write_text("<title>Penstock</title>")
    (folder / "main.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def get(
    path: str, function: Function | None = None, pages: Path | None = None, headers: dict[str, str] | None = None
) -> TestResponse:
    """Ask the application."""
    application = GatewayApplication(API, function or Function(), pages, lambda: datetime(2026, 4, 29, tzinfo=UTC))
    return Client(application).get(path, base_url="http://127.0.0.1:8080", headers=headers)


def test_a_route_is_answered_by_its_function() -> None:
    function = Function()
    answer = get("/v1/trends?x=1", function=function)
    assert (answer.status_code, answer.text) == (200, "fine")
    assert function.events[0]["path"] == "/v1/trends"


@pytest.mark.parametrize(
    "result",
    [
        FunctionFailed(b"{}"),
        Throttled(),
        Answered(b"null"),
        Answered(b'{"statusCode": "no"}'),
        Answered(b'{"statusCode": 200, "headers": {"X-Odd": "a\\r\\nb: c"}}'),
    ],
)
def test_a_function_that_fails_is_a_502(result: InvocationResult) -> None:
    answer = get("/v1/trends", function=Function(result))
    assert (answer.status_code, answer.json) == (502, {"message": "Internal server error"})


def test_a_path_without_a_route_is_answered_as_the_template_says() -> None:
    answer = get('/odd/"quoted"')
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.json
    assert answer.json["instance"] == '/odd/"quoted"'
    assert answer.json["id"]


def test_the_dashboard_is_at_the_root(pages: Path) -> None:
    answer = get("/", pages=pages)
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert get("/main.js", pages=pages).content_type == "text/javascript; charset=utf-8"


def test_an_unchanged_page_is_not_sent_again(pages: Path) -> None:
    etag = get("/", pages=pages).headers["ETag"]
    answer = get("/", pages=pages, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/absent.js",
        "//etc/passwd",
        "/" + "x" * 5_000,
        "/%00",
    ],
)
def test_nothing_beside_the_pages_is_served(pages: Path, path: str) -> None:
    assert get(path, pages=pages).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"Host": "penstock.example:8080"}, {"Origin": "http://penstock.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_other_peoples_pages_are_refused(headers: dict[str, str]) -> None:
    function = Function()
    answer = get("/v1/trends", function=function, headers=headers)
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert answer.json
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert {name: answer.json[name] for name in ("title", "status", "instance")} == {
        "title": "Forbidden",
        "status": 403,
        "instance": "/v1/trends",
    }
    assert "only for callers on this machine" in answer.json["detail"] or "another origin" in answer.json["detail"]
    assert not function.events


def test_localhost_is_this_machine() -> None:
    assert get("/v1/trends", headers={"Host": "localhost:8080"}).status_code == 200


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway on a free port."""
    listening = Gateway(0)
    yield listening
    listening.stop()


def test_a_port_in_use_is_named(gateway: Gateway) -> None:
    with pytest.raises(PortInUseError, match=f"port {gateway.port} of 127.0.0.1 is in use"):
        Gateway(gateway.port)


def test_it_answers_over_http_and_frees_its_port(gateway: Gateway) -> None:
    gateway.serve(GatewayApplication(API, Function(), None, lambda: datetime(2026, 4, 29, tzinfo=UTC)))
    answer = urllib3.request("GET", f"{gateway.url}/v1/a%2Fb", retries=False)
    assert (answer.status, answer.data) == (200, b"fine")
    gateway.stop()
    gateway.stop()
    Gateway(gateway.port).stop()


def test_bytes_beyond_ascii_in_a_target_are_utf_8_as_if_percent_encoded(gateway: Gateway) -> None:
    function = Function()
    gateway.serve(GatewayApplication(API, function, None, lambda: datetime(2026, 4, 29, tzinfo=UTC)))
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(f"GET /v1/é?x=café&y=a%20b HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n\r\n".encode())
        answer = connection.makefile("rb").readline()
    assert answer.split()[1] == b"200"
    assert function.events[0]["path"] == "/v1/%C3%A9"
    assert function.events[0]["queryStringParameters"] == {"x": "café", "y": "a b"}


def test_a_target_that_cannot_be_read_is_a_bad_request_and_nothing_on_the_terminal(
    gateway: Gateway, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    gateway.serve(GatewayApplication(API, Function(), None, lambda: datetime(2026, 4, 29, tzinfo=UTC)))
    with caplog.at_level(logging.ERROR), socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(b"GET http://[/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answer = connection.makefile("rb").readline()
    assert answer.split()[1] == b"400"
    assert "Traceback" not in "".join(capfd.readouterr())
