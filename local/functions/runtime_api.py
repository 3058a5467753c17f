"""The Lambda Runtime API, for one execution environment.

Source: "Using the Lambda runtime API for custom runtimes", AWS Lambda Developer Guide. Each environment has a port of
its own, since a runtime client is told a host and port and nothing else.
"""

import logging
import threading
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any, Final

from local.serving import HOST, log_fault, refusal

VERSION: Final = "/2018-06-01/runtime"

MAX_ANSWER_BYTES: Final = 6_291_556
"""Largest answer of a function ("Lambda quotas", AWS Lambda Developer Guide: 6 MB), as Lambda's error words it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an environment reported for an invocation: the function's answer, or its error, as JSON."""

    payload: bytes
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation on its way through an environment."""

    request_id: str
    function_arn: str
    payload: bytes
    deadline: float
    """Epoch seconds at which the environment is killed."""
    outcome: "Future[Outcome]" = field(default_factory=Future)

    def settle(self, outcome: Outcome) -> None:
        """Say what became of it; only the first word counts."""
        try:
            self.outcome.set_result(outcome)
        except InvalidStateError:
            return  # killed at its deadline while it answered, or the other way round


class RuntimeApi:
    """Serves one environment from its start to its end."""

    def __init__(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self.started = threading.Event()
        """Set when the environment asks for its first invocation, has failed to start, or has ended."""
        self.start_error: bytes | None = None
        """What the environment reported when it could not load the function."""
        self._waiting: SimpleQueue[Invocation | None] = SimpleQueue()
        self._current: Invocation | None = None
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="runtime api", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """``host:port`` for AWS_LAMBDA_RUNTIME_API."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def offer(self, invocation: Invocation) -> None:
        """Hand an invocation to the environment, which must have none."""
        self._current = invocation
        self._waiting.put(invocation)

    def close(self) -> None:
        """Stop serving; a request for the next invocation ends with its connection."""
        self._waiting.put(None)
        self._server.shutdown()
        self._server.server_close()

    # Called by the threads of the server.

    def next(self) -> Invocation | None:
        """Wait for an invocation; None when there will be no more."""
        self.started.set()
        return self._waiting.get()

    def report(self, path: str, body: bytes) -> bool:
        """Take what the environment reports; tell whether it makes sense."""
        if path == "/init/error":
            self.start_error = body
            self.started.set()
            return True
        current = self._current
        if current is None or path not in (
            f"/invocation/{current.request_id}/response",
            f"/invocation/{current.request_id}/error",
        ):
            return False
        self._current = None
        current.settle(_too_large() if len(body) > MAX_ANSWER_BYTES else Outcome(body, failed=path.endswith("/error")))
        return True


def _too_large() -> Outcome:
    message = f"Response payload size exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes)."
    return Outcome(f'{{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"{message}"}}'.encode(), failed=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__((HOST, 0), _RequestHandler)
        self.api = api

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the base class's signature
        log_fault(_log)


class _RequestHandler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self._refused():
            return
        if self.path != f"{VERSION}/invocation/next":
            self._answer(404)
            return
        invocation = self.server.api.next()
        if invocation is None:
            self.close_connection = True
            return
        self._answer(
            200,
            invocation.payload,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
            },
        )

    def do_POST(self) -> None:
        if self._refused():
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        known = self.path.startswith(VERSION) and self.server.api.report(self.path.removeprefix(VERSION), body)
        self._answer(202 if known else 403)

    def _refused(self) -> bool:
        """Refuse a request that no runtime makes; tell whether it was one."""
        reason = refusal(
            self.server.server_address[1],
            host=self.headers.get("Host"),
            origin=self.headers.get("Origin"),
            site=self.headers.get("Sec-Fetch-Site"),
        )
        if reason is None:
            return False
        self._answer(403, reason.encode(), {"Connection": "close"})  # its body stays unread
        return True

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:  # noqa: ANN401 - the base class's signature
        """Write no line a request."""
