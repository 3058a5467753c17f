"""The process that serves moto over HTTP on 127.0.0.1; `local.services.process` starts and ends it.

It differs from moto's own server in four ways:

- One request at a time. moto's backends are not safe for threads ("this function is not safe for concurrency", says its
  put_record; a conditional put checks first and writes later), and its work is pure Python, so threads gain nothing.
- Connections stay open, which saves a connection and a thread for each of a run's hundred thousands of calls.
- It forgets what pollers have consumed (`POST /local/trim`), as a stream's retention would; moto keeps everything.
- It throttles calls to tables that it was told to refuse (`POST /local/refuse`), as DynamoDB does.

The first line on its standard output says its port. It ends when its standard input does, that is with its parent.
"""

import io
import json
import os
import sys
import threading
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import moto.cloudformation.parsing  # noqa: F401 - slow to import: while the parent reads the template, not after
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from local.functions.bootstrap import end_with_parent
from local.services import corrections
from local.services.server_options import WRITE_LIMITS
from local.services.table_throttling import TableThrottling
from local.serving import HOST, refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TRIM_PATH: Final = "/local/trim"
REFUSE_PATH: Final = "/local/refuse"


class Application:
    """moto's application, one request at a time, with the trim route, for callers on this machine alone."""

    def __init__(self, services: "WSGIApplication") -> None:
        """Wrap moto's application."""
        self._services = services
        self._turn = threading.Lock()
        self._throttling = TableThrottling()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, whose body is already read."""
        refused = refusal(
            int(environ["SERVER_PORT"]),
            host=environ.get("HTTP_HOST"),
            origin=environ.get("HTTP_ORIGIN"),
            site=environ.get("HTTP_SEC_FETCH_SITE"),
        )
        if refused:
            return Response(refused, status=403)(environ, start_response)
        with self._turn:
            if environ["PATH_INFO"] == TRIM_PATH:
                return _trim(Request(environ))(environ, start_response)
            if environ["PATH_INFO"] == REFUSE_PATH:
                return self._throttling.change(Request(environ))(environ, start_response)
            if throttled := self._throttling.answer(Request(environ)):
                return throttled(environ, start_response)
            return self._services(environ, start_response)


def _trim(request: Request) -> Response:
    asked = request.get_json()
    try:
        count = corrections.trim(asked["stream_arn"], asked["shard_id"], int(asked["through"]))
    except KeyError as error:
        return Response(f"no such shard: {error}", status=404)
    return Response(json.dumps({"dropped": count}), content_type="application/json")


class Handler(MotoRequestHandler):
    """Reads a request whole, answers it whole, and keeps the connection: werkzeug's own closes each."""

    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.make_environ()
        chunked = environ.get("wsgi.input_terminated", False)
        body = environ["wsgi.input"].read(-1 if chunked else int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        status, headers, answer = self._answer(environ)
        self.send_response_only(int(status.partition(" ")[0]), status.partition(" ")[2])
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)
        self.wfile.flush()

    def _answer(self, environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
        try:
            parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except Exception:  # noqa: BLE001 - a fault of moto's is an answer, as a service's internal error is
            traceback.print_exc()
            return "500 Internal Server Error", [("Content-Length", "0")], b""
        answer = b"".join(parts)
        kept = [(name, value) for name, value in headers if name.lower() not in ("content-length", "connection")]
        # The length of a HEAD's answer is that of the object asked about, not of the empty body.
        length = headers.get("Content-Length") if self.command == "HEAD" else None
        return status, [*kept, ("Content-Length", length or str(len(answer)))], answer

    def log_request(self, *_args: Any) -> None:  # noqa: ANN401 - the base class's signature
        """Write no line a request."""


def main() -> None:
    """Serve until the parent ends."""
    end_with_parent()
    corrections.install(write_limits=WRITE_LIMITS in sys.argv[1:])
    application = Application(DomainDispatcherApplication(create_backend_app))
    server = make_server(HOST, 0, application, threaded=True, request_handler=Handler)
    print(json.dumps({"port": server.port}), flush=True)  # noqa: T201 - what the parent waits for
    # For whoever reads the log: where other programs of this machine reach the services (AWS_ENDPOINT_URL).
    print(f"listening on http://{HOST}:{server.port}", file=sys.stderr, flush=True)  # noqa: T201 - the log's first line
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what moto prints belongs with its errors; nobody reads on here
    server.serve_forever()


if __name__ == "__main__":
    main()
