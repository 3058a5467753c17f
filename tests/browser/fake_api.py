"""A reporting API of made-up figures that grow with every question.

It answers in the shapes of docs/reporting-api.md, and misbehaves on request. Only the dashboard's tests use it.
"""

import base64
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import pairwise
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote

from tests.browser.figures import TAGS, WEIGHTS, Figures

WINDOW_SECONDS = {"5m": 300, "1h": 3600, "24h": 86_400}
HISTORY_SECONDS = {"5m": 60, "1h": 300, "24h": 3600}
STEP_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
DIMENSIONS = ("hashtag", *WEIGHTS)
LISTED = 1_000
WITH_HISTORY = 100
MOST_POINTS = 1_500
STALE_AFTER = 120
LONG_AGO = 40 * 86_400

State = Literal["ok", "empty", "stale", "failing", "throttled", "wordless", "silent"]


class Answer(NamedTuple):
    """What one question is answered with."""

    status: int
    body: dict[str, Any]


class FakeApi:
    """Figures and manners of one fake API. `state` may be set at any time; `asked` lists all paths with queries."""

    def __init__(self) -> None:
        self.state: State = "ok"
        self.url = ""
        self.asked: list[str] = []
        self.round = 0
        self.figures = Figures(_now())
        self.retry_after = "7"
        self.lists_behind = 0.0
        """Seconds by which answers are less fresh than health."""
        self.hidden: frozenset[str] = frozenset()
        self.config: bytes = b'{"apiUrl": ""}'
        self.released = threading.Event()

    @property
    def tags(self) -> tuple[str, ...]:
        """The hashtags in use, the heaviest first; set it to have other ones."""
        return self.figures.tags

    @tags.setter
    def tags(self, tags: tuple[str, ...]) -> None:
        self.figures.tags = tags

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Return what `path` is answered with; parts of the path are still percent-encoded."""
        match path.split("/")[1:]:
            case ["v1", "health"]:
                return self._health()
            case ["v1", "summary"]:
                return self._summary(query)
            case ["v1", "compare", dimension] if dimension in DIMENSIONS:
                return self._compare(dimension, query)
            case ["v1", "trends", dimension, *rest] if dimension in DIMENSIONS:
                return self._of_trends(dimension, rest, query)
        return _no_route(path)

    def _of_trends(self, dimension: str, rest: list[str], query: Mapping[str, str]) -> Answer:
        match rest:
            case []:
                return self._trends(dimension, query)
            case ["search"]:
                return self._search(dimension, query)
            case [value]:
                return self._value(dimension, _normalised(dimension, unquote(value)))
            case [value, "series"]:
                return self._series(dimension, _normalised(dimension, unquote(value)), query)
        return _no_route("/".join(rest))

    @property
    def _age(self) -> float:
        """Seconds since the newest event arrived."""
        return 605.0 if self.state == "stale" else 0.8

    @property
    def _as_of(self) -> str | None:
        """As of when lists and series are."""
        return None if self.state == "empty" else _instant(_now() - self._age - self.lists_behind, "milliseconds")

    def _span(self, start: int, end: int) -> dict[str, str | None]:
        return {"from": _instant(start), "to": _instant(end), "as_of": self._as_of}

    def _health(self) -> Answer:
        levels = {"hour": _instant(_now() // 3600 * 3600), "day": _instant(_now() // 86_400 * 86_400)}
        shared = {"stale_after_seconds": STALE_AFTER, "levels": levels}
        if self.state == "empty":
            nothing = dict.fromkeys(("as_of", "age_seconds", "lag_seconds", "last_rollup", "views"))
            return Answer(HTTPStatus.OK, {"status": "empty", **nothing, **shared})
        as_of = _instant(_now() - self._age, "milliseconds")
        body = {
            "as_of": as_of,
            "age_seconds": self._age,
            "lag_seconds": 1.9,
            "last_rollup": as_of,
            "views": self._as_of,
        }
        body |= shared
        if self.state == "stale":
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "stale", **body})
        return Answer(HTTPStatus.OK, {"status": "ok", **body})

    def _summary(self, query: Mapping[str, str]) -> Answer:
        self.round += 1
        # What is asked after a summary is answered of its time, so that figures can be compared.
        self.figures.now, self.figures.grown = _now(), self.round
        start, end = self._window(query)
        parts = {dimension: _breakdown(self._counts(dimension, start, end)) for dimension in DIMENSIONS}
        body = {**self._span(start, end), "window": query["window"], "events": parts["kind"]["total"], **parts}
        return Answer(HTTPStatus.OK, body)

    def _trends(self, dimension: str, query: Mapping[str, str]) -> Answer:
        start, end = self._window(query)
        window, sort = query["window"], query.get("sort", "count")
        counts, before = self._counts(dimension, start, end), self._counts(dimension, 2 * start - end, start)
        ranks, ranks_before = _ranks(counts), _ranks(before)
        total = sum(counts.values())
        values = list(counts)[:LISTED]
        if sort == "rise":
            values = sorted(counts, key=lambda value: (before.get(value, 0) - counts[value], value))[:WITH_HISTORY]
        first = int(base64.b64decode(query.get("cursor", "")) or 0)
        last = first + int(query.get("limit", "20"))
        items = []
        for place, value in enumerate(values[first:last], first + 1):
            items.append(
                {
                    "rank": place if sort == "rise" else ranks[value],
                    "value": value,
                    "count": counts[value],
                    "share": round(counts[value] / total, 6),
                    "count_before": before.get(value, 0),
                    "change": _change(counts[value], before.get(value, 0)),
                    "rank_before": ranks_before.get(value),
                    "history": self._history(dimension, value, window, start, end) if place <= WITH_HISTORY else [],
                }
            )
        body = {
            **self._span(start, end),
            "dimension": dimension,
            "window": window,
            "sort": sort,
            "total": total,
            "distinct": len(counts),
            "before": {"from": _instant(2 * start - end), "to": _instant(start), "total": sum(before.values())},
            "history_seconds": HISTORY_SECONDS[window],
            "items": items,
            "next_cursor": base64.b64encode(str(last).encode()).decode() if last < len(values) else None,
        }
        return Answer(HTTPStatus.OK, body)

    def _history(self, dimension: str, value: str, window: str, start: int, end: int) -> list[int]:
        parts = pairwise(range(start, end + 1, HISTORY_SECONDS[window]))
        return [self.figures.count(dimension, value, part, until) for part, until in parts]

    def _value(self, dimension: str, value: str) -> Answer:
        windows: dict[str, dict[str, Any]] = {}
        for window in WINDOW_SECONDS:
            start, end = self._window({"window": window})
            counts, before = self._counts(dimension, start, end), self._counts(dimension, 2 * start - end, start)
            count, total = counts.get(value, 0), sum(counts.values())
            windows[window] = {
                "from": _instant(start),
                "to": _instant(end),
                "count": count,
                "count_before": before.get(value, 0),
                "change": _change(count, before.get(value, 0)),
                "share": round(count / total, 6) if total else 0.0,
                "rank": _ranks(counts).get(value),
            }
        known = windows["24h"]["count"] > 0
        this_hour = int(self.figures.now // 3600) * 3600
        hours = {
            at: self.figures.count(dimension, value, at, at + 3600)
            for at in range(this_hour - 7 * 86_400, this_hour + 1, 3600)
        }
        best = max(hours, key=lambda at: hours[at])
        body = {
            "dimension": dimension,
            "value": value,
            "as_of": self._as_of,
            "windows": windows,
            "first_seen": {"start": _instant(this_hour - LONG_AGO), "granularity": "hour"} if known else None,
            "peak": {"start": _instant(best), "granularity": "hour", "count": hours[best]} if known else None,
        }
        return Answer(HTTPStatus.OK, body)

    def _series(self, dimension: str, value: str, query: Mapping[str, str]) -> Answer:
        start, end, step = _stretch(query)
        if (end - start) // step > MOST_POINTS:
            return _problem(HTTPStatus.BAD_REQUEST, f"start: a series has at most {MOST_POINTS} points")
        points = [
            {"start": _instant(at), "count": self._count(dimension, value, at, at + step)}
            for at in range(start, end, step)
        ]
        named = {"dimension": dimension, "value": value, "granularity": query["granularity"]}
        return Answer(
            HTTPStatus.OK,
            {**self._span(start, end), **named, "total": sum(p["count"] for p in points), "points": points},
        )

    def _compare(self, dimension: str, query: Mapping[str, str]) -> Answer:
        start, end, step = _stretch(query)
        values = [_normalised(dimension, unquote(value)) for value in query["values"].split(",")]
        if not 1 <= len(values) <= 10 or (end - start) // step > MOST_POINTS:
            return _problem(HTTPStatus.BAD_REQUEST, f"values: 1 to 10 with at most {MOST_POINTS} points each")
        starts = range(start, end, step)
        series = []
        for value in values:
            counts = [self._count(dimension, value, at, at + step) for at in starts]
            series.append({"value": value, "total": sum(counts), "counts": counts})
        named = {"dimension": dimension, "granularity": query["granularity"]}
        return Answer(
            HTTPStatus.OK,
            {**self._span(start, end), **named, "starts": [_instant(at) for at in starts], "series": series},
        )

    def _search(self, dimension: str, query: Mapping[str, str]) -> Answer:
        start, end = self._window({"window": "24h"})
        prefix, limit = _normalised(dimension, query["prefix"]), int(query.get("limit", "20"))
        found = [
            {"value": v, "count": c} for v, c in self._counts(dimension, start, end).items() if v.startswith(prefix)
        ]
        body = {
            **self._span(start, end),
            "dimension": dimension,
            "prefix": prefix,
            "items": found[:limit],
            "more": len(found) > limit,
        }
        return Answer(HTTPStatus.OK, body)

    def _count(self, dimension: str, value: str, start: int, end: int) -> int:
        return 0 if self.state == "empty" or value in self.hidden else self.figures.count(dimension, value, start, end)

    def _counts(self, dimension: str, start: int, end: int) -> dict[str, int]:
        if self.state == "empty":
            return {}
        return {v: c for v, c in self.figures.counts(dimension, start, end).items() if v not in self.hidden}

    def _window(self, query: Mapping[str, str]) -> tuple[int, int]:
        step = 3600 if query["window"] == "24h" else 60
        end = _epoch(query["end"]) if "end" in query else (int(self.figures.now) // step + 1) * step
        return end - WINDOW_SECONDS[query["window"]], end


def _no_route(path: str) -> Answer:
    return _problem(HTTPStatus.NOT_FOUND, f"no route {path}")


def _normalised(dimension: str, value: str) -> str:
    return value.strip().lstrip("#").casefold() if dimension == "hashtag" else value


def _ranks(counts: Mapping[str, int]) -> dict[str, int]:
    return {value: rank for rank, value in enumerate(counts, 1)}


def _change(count: int, before: int) -> float | None:
    return round(count / before - 1, 6) if before else None


def _breakdown(counts: Mapping[str, int], limit: int = 10) -> dict[str, Any]:
    total = sum(counts.values())
    ranked = list(counts.items())[:limit]
    items = [{"value": value, "count": count, "share": round(count / total, 6)} for value, count in ranked]
    return {"total": total, "distinct": len(counts), "items": items, "other": total - sum(count for _, count in ranked)}


def _stretch(query: Mapping[str, str]) -> tuple[int, int, int]:
    step = STEP_SECONDS[query["granularity"]]
    return _epoch(query["start"]) // step * step, -(-_epoch(query["end"]) // step) * step, step


def _problem(status: HTTPStatus, detail: str) -> Answer:
    return Answer(status, {"title": status.phrase, "status": status.value, "detail": detail})


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _epoch(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def _instant(at: float, precision: str = "seconds") -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec=precision).replace("+00:00", "Z")


__all__ = ["TAGS", "Answer", "FakeApi", "State"]
