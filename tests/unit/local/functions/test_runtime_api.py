"""The Runtime API serves one environment and nobody else, and keeps faults off the terminal."""

import socket
import struct
import sys
from collections.abc import Iterator
from queue import Queue

import pytest
import urllib3

from local.functions import runtime_api
from local.functions.runtime_api import VERSION, Invocation, RuntimeApi


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    """A running API."""
    running = RuntimeApi()
    yield running
    running.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", [{"Host": "rebound.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_page_of_the_web_gets_and_reports_nothing(api: RuntimeApi, method: str, headers: dict[str, str]) -> None:
    invocation = Invocation("1", "arn", b"secret", 0.0)
    api.offer(invocation)
    path = "next" if method == "GET" else "1/response"
    answer = urllib3.request(
        method, f"http://{api.address}{VERSION}/invocation/{path}", headers=headers, body=b"{}", retries=False
    )
    assert answer.status == 403
    assert b"secret" not in answer.data
    assert not invocation.outcome.done()


def test_an_environment_that_is_killed_leaves_nothing_on_the_terminal(
    api: RuntimeApi, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: Queue[BaseException | None] = Queue()
    monkeypatch.setattr(runtime_api, "log_fault", lambda _log: faults.put(sys.exc_info()[1]))
    host, port = api.address.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"GET {VERSION}/invocation/next HTTP/1.1\r\nHost: {api.address}\r\n\r\n".encode())
        assert api.started.wait(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets it
    api.offer(Invocation("1", "arn", bytes(8_000_000), 0.0))
    assert isinstance(faults.get(timeout=10), ConnectionError)
    assert "Traceback" not in "".join(capfd.readouterr())
