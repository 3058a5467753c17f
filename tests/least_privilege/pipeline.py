"""The whole pipeline in this process, each function under its own role, made to do all that it does."""

import importlib
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from tests.integration.archived_stack import ArchivedStack, a_batch, as_json
from tests.integration.lambda_surroundings import Context, load_handler
from tests.integration.redrive_stack import DISCARDED_KEY, a_discarded_batch
from tests.least_privilege.guard import Guard

ROLES = {
    "alerts": "AlertsRole",
    "archive": "ArchiveRole",
    "ingest": "IngestRole",
    "redrive": "RedriveRole",
    "reporting": "ReportingRole",
    "rollup": "RollupRole",
    "sweep": "SweepRole",
    "views": "ViewsRole",
}
ALERTS = {
    "ALERT_DIMENSIONS": "hashtag",
    "ALERT_SCORE": "6",
    "ALERT_LEAST_COUNT": "30",
    "ALERT_WINDOW_MINUTES": "1",
    "ALERT_COOL_DOWN_MINUTES": "30",
    "DASHBOARD_URL": "",
}
QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/v1/trends/hashtag", {}),
    ("/v1/trends/hashtag/search", {"prefix": "ri"}),
    ("/v1/trends/hashtag/rivers", {}),
    ("/v1/trends/hashtag/rivers/series", {}),
    ("/v1/compare/hashtag", {"values": "rivers"}),
    ("/v1/summary", {}),
    ("/v1/health", {}),
)
REDRIVES: tuple[dict[str, object], ...] = (
    {"action": "list"},
    {"action": "send", "reasons": ["future"], "set": ["created_at=arrival"]},
    {"action": "send", "reasons": ["future"], "set": ["created_at=arrival"]},  # which finds the mark of the first
    {"action": "fold", "all": True},
)


class Pipeline:
    """All functions on one stack in moto."""

    def __init__(self, stack: ArchivedStack, guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
        """Run functions under the guard. Events are of the middle of a minute, so that those before it are over."""
        self._stack = stack
        self._guard = guard
        self._monkeypatch = monkeypatch
        self._sequence = 0
        self._now = datetime.now(UTC).replace(second=30, microsecond=0) - timedelta(minutes=1)

    def do_everything(self) -> None:
        """Have every function do what it does in good and in bad times."""
        usual = (self.events(25, lakes=20, minutes_ago=minute) for minute in range(2, 15))
        self.arrive(*(event for each in usual for event in each))
        self.arrive(b"{", *self.events(1, minutes_ago=-24 * 60))  # neither can be counted
        self.roll_up(self.new_segments())
        self.arrive(*self.events(110, lakes=20, minutes_ago=1))
        self.roll_up(self.new_segments()[1:])  # one is missing: its address's next segment, below, finds the gap
        self.arrive(*self.events(5, minutes_ago=1))
        self.roll_up(self.new_segments())
        self.arrive(*self.events(5, minutes_ago=180))
        self.new_segments()  # is lost
        self.run("sweep", {})
        self.arrive(*self.events(5, minutes_ago=200))
        self.roll_up(self.new_segments())
        self.run("views", {})
        self.run("alerts", {})
        for path, query in QUESTIONS:
            # Health calls trends stale whose newest event came minutes ago, as it is on a slow machine.
            assert self.ask(path, query)["statusCode"] in ((200, 503) if path == "/v1/health" else (200,)), path
        batch = a_batch((900_001, self.events(1)[0]), (900_002, b"{"), arrived=self._now)
        bucket = self._stack.names["FailedEventsBucket"]
        boto3.client("s3").put_object(Bucket=bucket, Key=DISCARDED_KEY, Body=a_discarded_batch(batch))
        for request in REDRIVES:
            self.run("redrive", request)

    def events(self, number: int, *, lakes: int = 0, minutes_ago: float = 0.0) -> list[bytes]:
        """Return events of which some are about lakes, the others about rivers."""
        made = []
        for each in range(number):
            self._sequence += 1
            fields = {
                "event_id": f"e{self._sequence}",
                "kind": "post",
                "platform": "bluesky",
                "author": f"author {self._sequence % 3}",
                "created_at": (self._now - timedelta(minutes=minutes_ago)).isoformat(),
                "hashtags": ["lakes" if each < lakes else "rivers"],
            }
            made.append(json.dumps(fields).encode())
        return made

    def arrive(self, *events: bytes) -> None:
        """Have ingest and the archive take events."""
        batch = self._batch_of(events)
        assert self.run("ingest", batch) == {"batchItemFailures": []}
        self.run("archive", batch)

    def a_batch(self) -> dict[str, object]:
        """Return a batch of events that did not come before."""
        return self._batch_of(self.events(5, minutes_ago=1))

    def new_segments(self) -> list[dict[str, Any]]:
        """Return what is new in the log's stream, as Lambda hands it over."""
        new: list[dict[str, Any]] = json.loads(json.dumps(self._stack.new_segments(), default=as_json))
        return new

    def roll_up(self, segments: list[dict[str, Any]]) -> None:
        """Have rollup take segments."""
        assert self.run("rollup", {"Records": segments}) == {"batchItemFailures": []}

    def ask(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401 - what the handler answers
        """Ask the reporting function."""
        request: dict[str, object] = {
            "httpMethod": "GET",
            "path": path,
            "resource": path,
            "headers": {},
            "multiValueHeaders": {},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
            "requestContext": {"requestId": "r", "stage": "live", "path": path},
            "body": None,
            "isBase64Encoded": False,
        }
        return self.run("reporting", request)

    def run(self, name: str, event: dict[str, object]) -> Any:  # noqa: ANN401 - what the handler answers
        """Invoke a function under its role."""
        if name not in self._stack.functions:
            self._stack.functions[name] = self._loaded(name)
        with self._guard.acting(ROLES[name]):
            return self._stack.functions[name].handler(json.loads(json.dumps(event)), Context(name))

    def _batch_of(self, events: Iterable[bytes]) -> dict[str, object]:
        first = self._sequence * 1000
        return a_batch(*((first + number, event) for number, event in enumerate(events)), arrived=self._now)

    def _loaded(self, name: str) -> Any:  # noqa: ANN401 - a module
        if name != "reporting":
            return load_handler(name, self._monkeypatch)
        self._monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", name)
        for each in [each for each in sys.modules if each.startswith("reporting.")]:
            self._monkeypatch.delitem(sys.modules, each)
        return importlib.import_module("reporting.handler")
