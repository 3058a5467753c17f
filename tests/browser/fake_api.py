"""A reporting API of made-up figures that grow with every question, and the dashboard beside it on the same origin.

It answers in the shapes of docs/reporting-api.md, and misbehaves on request. Only the dashboard's tests use it.
"""

import json
import math
import mimetypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

DASHBOARD = Path(__file__).parents[2] / "reporting" / "dashboard"
# What the hosted page is served with. The one in index.html also allows an API on another origin.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HOSTILE = "<img src=x onerror=document.title='broken'>"
RIGHT_TO_LEFT = "القدس"
LONG = "averyveryverylonghashtagthatsomebodytypedwithoutanyspaces"
TAGS = (
    *("worldcup", "climate", "art", "photography", RIGHT_TO_LEFT, "breakingnews", HOSTILE, "music", "caturday"),
    *("opensource", "élections", "python", "gamedev", "שלום", "..", "a/b?c#d", "travel", "books", LONG, "space"),
    *("coffee", "running", "design", "film"),
)
LANGS = {"en": 46, "ja": 19, "pt": 11, "de": 8, "es": 6, "ar": 4, "fr": 3, "und": 2, "ko": 1}
PLATFORMS = {"bluesky": 71, "mastodon": 21, "threads": 8}
KINDS = {"like": 70, "post": 14, "reply": 11, "repost": 5}
WINDOW_SECONDS = {"5m": 300, "1h": 3600, "24h": 86_400}
KNOWN_MOMENT = int(datetime(2026, 11, 22, 0, 12, tzinfo=UTC).timestamp())
STEP_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}

State = Literal["ok", "empty", "stale", "failing", "throttled", "wordless", "silent"]


class FakeApi:
    """Figures and manners of one fake API. `state` may be set at any time; `asked` lists all paths with queries."""

    def __init__(self) -> None:
        self.state: State = "ok"
        self.url = ""
        self.asked: list[str] = []
        self.round = 0
        # Ranks are the same at whatever time of day the tests run: the tide is as it was at one known moment.
        self.tide_shift = int(_now() // 60) * 60 - KNOWN_MOMENT
        self.now = _now()
        self.retry_after = "7"
        self.tags: tuple[str, ...] = TAGS
        self.config: bytes = b'{"apiUrl": ""}'
        self.released = threading.Event()

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/v1/health":
            return HTTPStatus.OK, self._health()
        if path == "/v1/summary":
            return HTTPStatus.OK, self._summary(query)
        match path.split("/")[1:]:
            case ["v1", "trends", "hashtag"]:
                return HTTPStatus.OK, self._trends(query)
            case ["v1", "trends", dimension, value, "series"]:
                return HTTPStatus.OK, self._series(dimension, unquote(value), query)
        return HTTPStatus.NOT_FOUND, {"title": "Not Found", "status": 404, "detail": f"no route {path}"}

    def _health(self) -> dict[str, Any]:
        if self.state == "empty":
            return {"status": "empty", "as_of": None, "age_seconds": None, "stale_after_seconds": 120}
        age = 605.0 if self.state == "stale" else 0.8
        status = "stale" if self.state == "stale" else "ok"
        return {
            "status": status,
            "as_of": _instant(_now() - age, "milliseconds"),
            "age_seconds": age,
            "stale_after_seconds": 120,
        }

    def _summary(self, query: Mapping[str, str]) -> dict[str, Any]:
        self.round += 1
        self.now = _now()  # what is asked after a summary is answered of its time, so that figures can be compared
        start, end = self._window(query)
        parts = {"kind": KINDS, "lang": LANGS, "platform": PLATFORMS}
        events = sum(self._kind_counts(start, end).values())
        answer: dict[str, Any] = {**_span(start, end), "window": query["window"], "events": events}
        for dimension, weights in parts.items():
            answer[dimension] = _part(_divide(events, weights))
        return {**answer, "hashtag": _part(self._tag_counts(start, end))}

    def _trends(self, query: Mapping[str, str]) -> dict[str, Any]:
        start, end = self._window(query)
        part = _part(self._tag_counts(start, end), int(query["limit"]))
        items = [{"rank": rank, **item} for rank, item in enumerate(part["items"], 1)]
        return {
            **_span(start, end),
            "dimension": "hashtag",
            "total": part["total"],
            "distinct": part["distinct"],
            "items": items,
        }

    def _series(self, dimension: str, value: str, query: Mapping[str, str]) -> dict[str, Any]:
        step = STEP_SECONDS[query["granularity"]]
        start, end = _epoch(query["start"]), _epoch(query["end"])
        points = []
        for at in range(start, end, step):
            if dimension == "kind":
                counted = self._kind_counts(at, at + step)[value]
            else:
                counted = self._tag_counts(at, at + step).get(value.removeprefix("#"), 0)
            points.append({"start": _instant(at), "count": counted})
        return {**_span(start, end), "dimension": dimension, "value": value, "points": points}

    def _kind_counts(self, start: int, end: int) -> dict[str, int]:
        minutes = sum(int(_tide(at, 0) * self._filled(at) * 21_000) for at in range(start, end, 60))
        return _divide(0 if self.state == "empty" else minutes + self._grown(137, end), KINDS)

    def _window(self, query: Mapping[str, str]) -> tuple[int, int]:
        seconds = WINDOW_SECONDS[query["window"]]
        step = 3600 if query["window"] == "24h" else 60
        end = _epoch(query["end"]) if "end" in query else (int(self.now) // step + 1) * step
        return end - seconds, end

    def _filled(self, minute: int) -> float:
        return min(1.0, max(0.0, (self.now - minute) / 60))

    def _grown(self, by: int, end: int) -> int:
        """What came since the first question, all of it in the minute that is still filling."""
        return self.round * by if self.now < end else 0

    def _tag_counts(self, start: int, end: int) -> dict[str, int]:
        if self.state == "empty":
            return {}
        counts = {}
        for place, tag in enumerate(self.tags):
            weight = 900 / (place + 2) ** 0.7
            minutes = sum(
                int(_tide(at - self.tide_shift, place) * self._filled(at) * weight) for at in range(start, end, 60)
            )
            counts[tag] = minutes + self._grown(3 + place * 7 % 5, end)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


@cache
def _tide(at: int, place: int) -> float:
    """A value's ups and downs: a slow wave of its own, and a surge for every fourth."""
    wave = 1 + 0.35 * math.sin(at / 900 + place * 1.7) + 0.12 * math.sin(at / 130 + place)
    surge = 1.6 * math.exp(-(((at / 60 + place * 9) % 60 - 42) ** 2) / 50) if place % 4 == 2 else 0
    return wave + surge


def _divide(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers in proportion to the weights that add up to the total."""
    counts = {value: total * weight // sum(weights.values()) for value, weight in weights.items()}
    counts[next(iter(weights))] += total - sum(counts.values())
    return counts


def _part(counts: Mapping[str, int], limit: int = 10) -> dict[str, Any]:
    total = sum(counts.values())
    ranked = list(counts.items())[:limit]
    items = [{"value": value, "count": count, "share": round(count / total, 6)} for value, count in ranked if count]
    return {
        "total": total,
        "distinct": sum(count > 0 for count in counts.values()),
        "items": items,
        "other": total - sum(count for _, count in ranked),
    }


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _epoch(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def _instant(at: float, precision: str = "seconds") -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _span(start: int, end: int) -> dict[str, str]:
    return {"from": _instant(start), "to": _instant(end), "as_of": _instant(_now() - 0.8, "milliseconds")}


class _Server(ThreadingHTTPServer):
    def __init__(self, api: FakeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


@contextmanager
def serving(api: FakeApi) -> Iterator[FakeApi]:
    """The API and the dashboard on a free port of this machine, for as long as the context lasts."""
    server = _Server(api)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
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
        if url.path.startswith("/v1/"):
            self._api(url.path, {name: values[-1] for name, values in parse_qs(url.query).items()})
        else:
            self._file("index.html" if url.path == "/" else url.path[1:])

    def _api(self, path: str, query: Mapping[str, str]) -> None:
        api = self.server.api
        api.asked.append(f"{path}?{urlencode(query)}")
        if api.state == "silent":
            api.released.wait(30)
        if api.state == "throttled":
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

    def log_message(self, *_arguments: object) -> None:
        """The tests' output is theirs."""
