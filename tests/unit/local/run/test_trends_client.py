"""The run's reader of the reporting API sees every counted event once."""

import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.run.trends_client import ReportingError, TrendsClient

Answer = tuple[int, dict[str, Any]]


class Api:
    """A reporting API that answers from a function and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: list[Answer] = []

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        self.asked.append((path, query))
        if self.answers:
            return self.answers.pop(0)
        return 200, {"status": "ok", "total": 10, "items": [{"value": "rivers", "count": 2}], "next_cursor": None}


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def url(api: Api) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, body = api.answer(parts.path, {name: each[0] for name, each in parse_qs(parts.query).items()})
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def client(url: str, *, dedup_days: int = 7) -> TrendsClient:
    return TrendsClient(url, started=datetime.now(UTC), dedup_days=dedup_days)


def test_windows_meet_and_cover_every_time_a_counted_event_can_have(url: str, api: Api) -> None:
    now = datetime.now(UTC)
    client(url).events()
    ends = sorted((datetime.fromisoformat(query["end"]) for _, query in api.asked), reverse=True)
    assert {query["window"] for _, query in api.asked} == {"24h"}
    assert ends[0] > now + timedelta(minutes=5)
    assert all(later - earlier == timedelta(hours=24) for later, earlier in itertools.pairwise(ends))
    assert ends[-1] - timedelta(hours=24) <= now - timedelta(days=7)


def test_events_are_summed_over_the_windows(url: str, api: Api) -> None:
    assert client(url, dedup_days=2).events() == 10 * len(api.asked)


def test_past_windows_can_be_remembered_for_a_while(url: str, api: Api) -> None:
    trends = client(url)
    first = trends.events(past_every=60)
    asked = len(api.asked)
    assert trends.events(past_every=60) == first
    assert len(api.asked) == asked + 1


def test_counts_follow_the_cursor_through_all_pages(url: str, api: Api) -> None:
    api.answers = [
        (200, {"items": [{"value": "rivers", "count": 5}], "next_cursor": "more"}),
        (200, {"items": [{"value": "lakes", "count": 1}], "next_cursor": None}),
    ]
    counts = client(url, dedup_days=1).counts("hashtag")
    windows = len(api.asked) - 1
    assert counts == {"rivers": 5 + 2 * (windows - 1), "lakes": 1}
    assert api.asked[1] == ("/v1/trends/hashtag", {"window": "24h", "limit": "100", "cursor": "more"})


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_api_is_asked_again(url: str, api: Api, status: int) -> None:
    api.answers = [(status, {})] * 2
    assert client(url).health()["status"] == "ok"


def test_a_fault_is_named(url: str, api: Api) -> None:
    api.answers = [(400, {"detail": "broken"})]
    with pytest.raises(ReportingError, match=r"/v1/health answered 400: .*broken"):
        client(url).health()


def test_no_answer_at_all_is_named() -> None:
    with pytest.raises(ReportingError, match="/v1/health can't be reached"):
        client("http://127.0.0.1:1").health()
