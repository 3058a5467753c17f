"""The fake API, the fake sign-in and the dashboard's files on one free port of this machine."""

import json
import mimetypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.browser.fake_api import FakeApi
from tests.browser.fake_sign_in import FakeSignIn

DASHBOARD = Path(__file__).parents[2] / "reporting" / "dashboard"
# What the hosted page is served with. The one in index.html also allows an API on another origin.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class _Server(ThreadingHTTPServer):
    def __init__(self, api: FakeApi, sign_in: FakeSignIn | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api
        self.sign_in = sign_in


@contextmanager
def serving(api: FakeApi, sign_in: FakeSignIn | None = None) -> Iterator[FakeApi]:
    """Serve for as long as the context lasts; with `sign_in`, the API asks for its tokens and the page is told so."""
    server = _Server(api, sign_in)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    if sign_in:
        api.config = json.dumps({"apiUrl": "", "auth": sign_in.config}).encode()
    try:
        yield api
    finally:
        api.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = _last(url.query)
        sign_in = self.server.sign_in
        if url.path.startswith("/v1/"):
            self._api(url.path, query)
        elif sign_in and url.path == "/oauth2/authorize":
            self._send(302, "text/plain", b"", {"Location": sign_in.authorize(query)})
        elif sign_in and url.path == "/logout":
            sign_in.expire(refresh=True)
            self._send(302, "text/plain", b"", {"Location": query["logout_uri"]})
        else:
            self._file("index.html" if url.path == "/" else url.path[1:])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.sign_in and self.path == "/oauth2/token":
            self._send_json(*self.server.sign_in.token(_last(body)))
        else:
            self._send(404, "text/plain", b"not found")

    def _api(self, path: str, query: Mapping[str, str]) -> None:
        api, sign_in = self.server.api, self.server.sign_in
        api.asked.append(f"{path}?{urlencode(query)}")
        if api.state == "silent":
            api.released.wait(30)
        if sign_in and not sign_in.accepts(self.headers["Authorization"]):
            self._send_json(401, {"title": "Unauthorized", "status": 401, "detail": "no valid token"})
        elif api.state == "throttled":
            problem = {"title": "Too Many Requests", "status": 429}
            self._send_json(429, problem, {"Retry-After": api.retry_after})
        elif api.state == "failing":
            problem = {"title": "Service Unavailable", "detail": "the tables do not answer", "request_id": "c6af9ac6"}
            self._send_json(503, problem)
        elif api.state == "wordless":
            self._send(200, "text/html", b"<h1>A proxy's page</h1>")
        else:
            self._send_json(*api.answer(path, query))

    def _file(self, name: str) -> None:
        path = (DASHBOARD / name).resolve()
        if name == "config.json":
            self._send(200, "application/json", self.server.api.config)
        elif path.is_relative_to(DASHBOARD) and path.is_file():
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            self._send(200, kind, path.read_bytes(), {"Content-Security-Policy": CONTENT_SECURITY_POLICY})
        else:
            self._send(404, "text/plain", b"not found")

    def _send_json(self, status: int, answer: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        kind = "application/json" if status < 400 else "application/problem+json"
        self._send(status, kind, json.dumps(answer).encode(), headers)

    def _send(self, status: int, kind: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # the page has given this question up

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Stay silent: tests look at `asked`."""


def _last(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query).items()}
