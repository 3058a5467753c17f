"""The HTTP gateway on 127.0.0.1: the template's REST API, and the dashboard's files at the root."""

import errno
import json
import logging
import socket
import string
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit
from uuid import uuid4

from werkzeug.security import safe_join
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from local.errors import PortInUseError, StackError
from local.gateway.compression import compress
from local.gateway.events import raw_path
from local.gateway.refusals import stranger_response
from local.gateway.rest_api import Invoke, RestApi
from local.gateway.sign_in import SignIn
from local.gateway.throttle import Throttle
from local.serving import HOST, log_fault, refusal
from local.template.resources import Api

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_COMPRESSED: Final = frozenset({".css", ".html", ".js", ".json", ".svg"})
_PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_NO_API: Final = Api("", "", (), {})

PAGE_COMPRESSION: Final = 1_000
"""Size in bytes from which CloudFront, which serves the pages on AWS, compresses a file."""

_log = logging.getLogger(__name__)


class GatewayApplication:
    """Answers requests: routes of the API first, then sign-in and the dashboard's files."""

    def __init__(
        self,
        api: Api | None,
        invoke: Invoke,
        pages: Path | None,
        clock: Callable[[], datetime],
        *,
        sign_in: SignIn | None = None,
        friend: str = "",
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """Serve an API, and the files of a folder.

        Args:
            api: The API.
            invoke: Invokes its functions.
            pages: The dashboard's folder.
            clock: Says now.
            sign_in: Who may call what; without, everybody may call everything.
            friend: The origin whose pages may ask too; none if empty.
            seconds: The clock of throttling, which never goes back.
        """
        tokens = None if sign_in is None else sign_in.tokens
        api = api or _NO_API
        self._api = RestApi(api, invoke, clock, Throttle(api.throttling, seconds), tokens)
        self._pages = pages
        self._sign_in = sign_in
        self._friend = friend

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        refused = refusal(
            int(request.environ["SERVER_PORT"]),
            host=request.headers.get("Host"),
            origin=request.headers.get("Origin"),
            site=request.headers.get("Sec-Fetch-Site"),
            friend=self._friend,
        )
        if refused:
            return stranger_response(refused, raw_path(request), str(uuid4()))
        sign_in = self._sign_in and self._sign_in.answer(request)
        return self._api.answer(request) or sign_in or self._page(request) or self._api.no_route(request)

    def _page(self, request: Request) -> Response | None:
        if self._pages is None or request.method not in ("GET", "HEAD"):
            return None
        if self._sign_in is not None and request.path == "/config.json":
            settings = {"apiUrl": "", "auth": self._sign_in.settings()}
            return Response(json.dumps(settings), content_type="application/json", headers=_PAGE_HEADERS)
        name = safe_join(str(self._pages), request.path.lstrip("/") or "index.html")
        try:
            if name is None or not (file := Path(name)).is_file():
                return None
        except OSError:  # no name that a file can have, one too long for instance
            return None
        response = Response(
            file.read_bytes(),
            content_type=_MEDIA_TYPES.get(file.suffix, "application/octet-stream"),
            headers=_PAGE_HEADERS,
        )
        response.add_etag(weak=True)
        response.make_conditional(request)
        return compress(request, response, PAGE_COMPRESSION if file.suffix in _COMPRESSED else None)


class Gateway:
    """The listening gateway. `listen` takes the port, `serve` starts answering."""

    def __init__(self, port: int) -> None:
        """Take the port, so that a stack whose port is in use fails before it starts anything else.

        Args:
            port: 0 takes any free one.

        Raises:
            PortInUseError: another process listens there.
            StackError: the port can't be had for another reason.
        """
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, port))
            self._socket.listen(128)
        except OSError as error:
            self._socket.close()
            if error.errno == errno.EADDRINUSE:
                raise PortInUseError(port) from error
            raise StackError(f"port {port} of 127.0.0.1 can't be used: {error.strerror}; choose another") from error
        self.port: int = self._socket.getsockname()[1]
        self._stop: Callable[[], None] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    def serve(self, application: GatewayApplication) -> None:
        """Answer requests, in threads of its own, until `stop`."""
        server = make_server(
            HOST, self.port, application, threaded=True, request_handler=_QuietHandler, fd=self._socket.fileno()
        )
        server.log = lambda _kind, message, *args: _log.error(message, *args)  # type: ignore[method-assign]
        server.handle_error = lambda *_connection: log_fault(_log)  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="gateway", daemon=True)
        thread.start()

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        self._stop = stop

    def stop(self) -> None:
        """Stop answering and free the port. Repeating this does nothing."""
        if self._stop is not None:
            self._stop()
            self._stop = None
        self._socket.close()


def system_clock() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class _QuietHandler(WSGIRequestHandler):
    def run_wsgi(self) -> None:
        """Answer one request, where its target can be read at all."""
        try:
            urlsplit(self.path)
        except ValueError as error:
            self.send_error(400, explain=str(error))
            return
        # Bytes beyond ASCII, as `curl '…?prefix=café'` sends them, would be decoded twice on their way to the query.
        self.path = quote(self.path, safe=string.printable, encoding="latin-1")
        super().run_wsgi()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's signature
        """Log faults, but no line a request."""
        if type == "error":
            _log.error(message, *args)

    def log_request(self, *_args: Any) -> None:  # noqa: ANN401 - the base class's signature
        """Write no line a request."""
