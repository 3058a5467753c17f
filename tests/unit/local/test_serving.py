"""Servers on 127.0.0.1 answer this machine's programs and their own pages, and keep faults off the terminal."""

import logging

import pytest

from local.serving import log_fault, refusal


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080"])
@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:8080", "http://localhost:8080"])
@pytest.mark.parametrize("site", [None, "none", "same-origin"])
def test_programs_and_own_pages_are_answered(host: str, origin: str | None, site: str | None) -> None:
    assert refusal(8080, host=host, origin=origin, site=site) is None


@pytest.mark.parametrize(
    "host", [None, "", "127.0.0.1", "localhost:80", "127.0.0.1:80801", "penstock.example:8080", "[::1]:8080", "a,b"]
)
def test_another_host_is_refused(host: str | None) -> None:
    assert refusal(8080, host=host, origin=None, site=None) == "only for callers on this machine: ask 127.0.0.1:8080"


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("null", None),
        ("http://127.0.0.1:3000", None),
        ("https://127.0.0.1:8080", None),
        ("https://page.example", None),
        (None, "cross-site"),
        (None, "same-site"),
        ("http://127.0.0.1:8080", "cross-site"),
    ],
)
def test_a_page_of_another_origin_is_refused(origin: str | None, site: str | None) -> None:
    assert refusal(8080, host="127.0.0.1:8080", origin=origin, site=site) == "not for pages of another origin"


def test_browsers_leave_the_port_80_out() -> None:
    assert refusal(80, host="localhost", origin="http://localhost", site=None) is None


def _ask(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(("error", "logged"), [(ConnectionResetError(), 0), (BrokenPipeError(), 0), (ValueError(), 1)])
def test_a_fault_is_logged_and_a_lost_peer_is_not(
    error: Exception, logged: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        try:
            _ask(error)
        except Exception:  # noqa: BLE001 - as a server's loop does
            log_fault(logging.getLogger("local.any"))
    assert len(caplog.records) == logged
    assert "Traceback" not in "".join(capfd.readouterr())
