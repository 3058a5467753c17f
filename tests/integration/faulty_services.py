"""Services that fail as they are told to: an HTTP server on 127.0.0.1 between clients and the simulated services."""

import json
import logging
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Event, Lock, Thread
from typing import Any, Final, NamedTuple

import urllib3

from local.serving import log_fault

_logger = logging.getLogger(__name__)

NOT_PASSED_ON: Final = frozenset({"connection", "content-length", "date", "host", "server", "transfer-encoding"})
"""Headers that belong to one connection or are made anew."""


class Fault(Enum):
    """What can go wrong with a call as a whole."""

    CUT_BEFORE = "the connection is cut before the call is carried out"
    CUT_AFTER = "the connection is cut after the call was carried out"
    CUT_MIDWAY = "the call is carried out, and half of the answer comes"
    LATE_ANSWER = "the call is carried out, and the answer comes when nobody waits any more"
    LATE_CALL = "the call is carried out when nobody waits for the answer any more"
    SLOW = "the answer takes long, though not too long"
    THROTTLED = "the call is throttled"
    FAILED_BEFORE = "the service fails, and has not carried the call out"
    FAILED_AFTER = "the service fails, and has carried the call out"
    UNAVAILABLE = "something between says that the service is not available, in its own format"


_ERRORS: Final = {
    Fault.THROTTLED: (400, "ThrottlingException"),
    Fault.FAILED_BEFORE: (500, "InternalFailure"),
    Fault.FAILED_AFTER: (500, "InternalFailure"),
}


@dataclass(frozen=True)
class Plan:
    """What goes wrong, and how often.

    Attributes:
        calls: share of the calls that a fault befalls, from 0 to 1.
        records: share of the records of Kinesis that are refused in the other calls.
        patience: seconds after which the client waits no longer.
        seed: with it and a call's number, counted from 0, the call's fate is settled.
    """

    calls: float = 0.0
    records: float = 0.0
    patience: float = 0.0
    seed: int = 0

    def fate(self, number: int) -> tuple[Fault | None, Random]:
        """Return what befalls a call, and what draws the fate of its records."""
        random = Random(f"{self.seed}/{number}")
        return (random.choice(list(Fault)) if random.random() < self.calls else None), random


class Call(NamedTuple):
    """What a client asked for."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """What the services answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class FaultyServices:
    """Passes calls of any service on and lets them fail by a plan.

    Attributes:
        plan: may be exchanged at any time.
        seen: how often each fault has happened.
        calls: how many calls came.
    """

    def __init__(self, services_url: str, plan: Plan = Plan()) -> None:
        """Listen.

        Args:
            services_url: where the calls are passed on to.
            plan: what goes wrong.
        """
        self.plan = plan
        self.seen: Counter[str] = Counter()
        self.calls = 0
        self._services_url = services_url
        self._http = urllib3.PoolManager(num_pools=1, maxsize=16, retries=False)
        self._lock = Lock()
        self._closing = Event()
        self._server = _Server(self, 0)
        self._port = self._server.server_port
        self.url = f"http://127.0.0.1:{self._port}"

    def refuse(self) -> None:
        """Cut all connections and refuse new ones."""
        self._server.stop()

    def resume(self) -> None:
        """Take connections again."""
        self._server = _Server(self, self._port)

    def close(self) -> None:
        """Finish what is under way, at once, and end."""
        self._closing.set()
        self._server.stop()
        self._http.clear()

    def next_fate(self) -> tuple[Fault | None, Random]:
        """Return the fate of the call that has just come."""
        with self._lock:
            fault, random = self.plan.fate(self.calls)
            self.calls += 1
            if fault is not None:
                self.seen[fault.name] += 1
            return fault, random

    def count(self, errors: Iterable[str]) -> None:
        """Count errors among what was `seen`."""
        with self._lock:
            self.seen.update(errors)

    def wait(self, share: float) -> None:
        """Let a share of the client's patience pass."""
        self._closing.wait(self.plan.patience * share)

    def carry_out(self, call: Call, random: Random) -> Answer:
        """Have the services carry a call out; `random` draws what else becomes of it."""
        del random
        answer = self._http.request(
            call.method, self._services_url + call.path, body=call.body, headers=call.headers, decode_content=False
        )
        return Answer(answer.status, _passed_on(answer.headers), answer.data)


class _Server(ThreadingHTTPServer):
    """Listens on a thread of its own until it is stopped."""

    daemon_threads = False  # so that stopping waits for calls that are carried out late
    request_queue_size = 64

    def __init__(self, services: FaultyServices, port: int) -> None:
        self.services = services
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.socket.close()
        for connection in list(self.connections):
            _cut(connection)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's signature
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the base class's signature
        # Without the base class's orderly end, which would come before a reset.
        self.connections.discard(request)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - the base class's signature
        """Log what ended a connection, unless it is a client that has given up: that is part of the plan."""
        log_fault(_logger)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: _Server

    def handle_one_request(self) -> None:
        """Wait for a call, and settle its fate before it is read."""
        if not self.rfile.peek(1):  # type: ignore[attr-defined] # a buffered reader of the socket has it
            self.close_connection = True
            return
        self._fault, self._random = self.server.services.next_fate()
        if self._fault is Fault.CUT_BEFORE:
            self._cut()
        else:
            super().handle_one_request()

    def do_POST(self) -> None:
        """Answer a call, or not."""
        services, fault = self.server.services, self._fault
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # the client was killed while it sent: services refuse half a body
            self._cut()
            return
        call = Call(self.command, self.path, _passed_on(dict(self.headers.items())), body)

        def carry_out() -> Answer:
            return services.carry_out(call, self._random)

        if fault is Fault.LATE_CALL:
            services.wait(1.5)
        if fault is Fault.UNAVAILABLE:
            page = b"<html><body>no server is available to handle this request</body></html>"
            self._send(Answer(503, {"Content-Type": "text/html"}, page))
        elif fault in (Fault.THROTTLED, Fault.FAILED_BEFORE):
            self._send_error(fault)
        else:
            self._send_faultily(fault, carry_out)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the base class calls them by these names

    def _send_faultily(self, fault: Fault | None, carry_out: Callable[[], Answer]) -> None:
        answer = carry_out()
        if fault is Fault.CUT_AFTER:
            self._cut()
        elif fault is Fault.CUT_MIDWAY:
            self._send(answer._replace(body=answer.body[: len(answer.body) // 2]), length=len(answer.body))
            self._cut()
        elif fault is Fault.FAILED_AFTER:
            self._send_error(fault)
        else:
            if fault in (Fault.LATE_ANSWER, Fault.SLOW):
                self.server.services.wait(1.5 if fault is Fault.LATE_ANSWER else 0.5)
            self._send(answer)

    def _send_error(self, fault: Fault) -> None:
        status, code = _ERRORS[fault]
        body = json.dumps({"__type": code, "message": fault.value}).encode()
        self._send(Answer(status, {"Content-Type": "application/x-amz-json-1.1"}, body))

    def _send(self, answer: Answer, length: int | None = None) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) if length is None else length))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def _cut(self) -> None:
        self.close_connection = True
        _cut(self.connection)

    def log_message(self, *_args: Any) -> None:  # noqa: ANN401 - the base class's signature
        """Write no line a call."""


def _passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in NOT_PASSED_ON}


def _cut(connection: socket.socket) -> None:
    """Have a connection end with a reset when it is closed, and let nobody wait for it until then."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        return  # it has ended already
