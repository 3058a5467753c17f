"""Texts and authors stay in the stream, the failed events and the archive: no table, log line or metric has them."""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from tests.integration.aggregates import an_aggregate
from tests.integration.archived_stack import ArchivedStack, archived_stack
from tests.integration.lambda_surroundings import Context, Stdout

AUTHOR, TEXT = "Secretauthor", "Secrettext"
MARKED = re.compile(f"{AUTHOR}|{TEXT}", re.IGNORECASE)
PUBLIC = "publictag"
NOW = datetime.now(UTC)


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[ArchivedStack]:
    with archived_stack(monkeypatch, capsys) as started:
        yield started


def an_event(number: int, **changes: object) -> bytes:
    fields = {
        "event_id": f"e{number}",
        "kind": "post",
        "platform": "bluesky",
        "author": f"{AUTHOR} {number}",
        "created_at": (NOW - timedelta(minutes=5)).isoformat(),
        "text": f"{TEXT} {number} #{PUBLIC}",
        "hashtags": [PUBLIC],
    }
    return json.dumps(fields | changes).encode()


EVENTS = (
    (1, an_aggregate(an_event(1), an_event(2), an_event(1))),
    (2, an_event(3)),
    (3, an_event(4, lang=f"{TEXT} is no language")),
    (4, an_event(5, kind=TEXT, platform=AUTHOR, author="", text=7)),
    (5, an_event(6, created_at=(NOW + timedelta(days=1)).isoformat())),
    (6, an_event(7, created_at=(NOW - timedelta(days=30)).isoformat())),
    (7, an_event(8)[:-20]),
    (8, an_aggregate(an_event(9))[:-1] + b"!"),
    (9, an_event(10, hashtags=[f"{TEXT}" * 40])),
    (10, an_event(11, created_at=TEXT, event_id=AUTHOR * 30)),
)


def test_no_item_log_line_or_metric_has_a_text_or_an_author(stack: ArchivedStack) -> None:
    seen: list[str] = []

    def see() -> None:
        output, errors = stack.capture.readouterr()
        seen.extend((output, errors))

    stack.arrive(*EVENTS, arrived=NOW)
    stack.arrive(*EVENTS[1:4], arrived=NOW)
    stack.roll_up()
    a_function(stack, "sweep").handler({}, Context("sweep"))
    # A batch that is not as documented is refused as a whole, and logged.
    with pytest.raises((KeyError, ValueError)):
        stack.functions["ingest"].handler(
            {"Records": [{"kinesis": {"data": f"{TEXT} by {AUTHOR}"}}]}, Context("ingest")
        )
    with pytest.raises((KeyError, ValueError)):
        stack.functions["archive"].handler(
            {"Records": [{"kinesis": {"data": f"{TEXT} by {AUTHOR}"}}]}, Context("archive")
        )
    boto3.client("kinesis").create_stream(StreamName="events", ShardCount=1)
    stack.monkeypatch.setenv("STREAM", "events")
    redrive = a_function(stack, "redrive")
    requests: list[dict[str, object]] = [
        {"action": "list"},
        {"action": "send", "all": True, "dry_run": True},
        {"action": "send", "reasons": ["future"], "set": ["created_at=arrival"]},
        {"action": "fold", "all": True},
    ]
    seen.extend(json.dumps(redrive.handler(request, Context("redrive"))) for request in requests)
    see()
    answers = ask(stack)
    see()

    # What is looked at is there: the counts, the logs of each function, its metrics, the failed events' raw bytes.
    items = [
        item
        for table in ("PaneLogTable", "TrendsTable")
        for item in boto3.client("dynamodb").scan(TableName=stack.names[table])["Items"]
    ]
    assert PUBLIC in answers
    written = repr(items) + "".join(map(str, values(items)))
    assert PUBLIC in written
    logged = "".join(seen)
    assert all(
        f'"{word}"' in logged for word in ("batch", "swept", "redrive", "archived", "EventsFolded", "FailedEvents")
    )
    assert len({event.reason for event in stack.failed()}) == 5
    assert any(MARKED.search(event.data.decode("utf-8", "replace")) for event in stack.failed())

    assert not MARKED.search(written)
    assert not MARKED.search(logged)
    assert not MARKED.search(answers)
    # Names of objects, and why an event failed, are shown and logged too.
    names = stack.keys("FailedEventsBucket") + stack.keys("ArchiveBucket")
    assert not [name for name in names if MARKED.search(name)]
    assert not [error for event in stack.failed() for error in event.errors if MARKED.search(str(error))]


def values(items: list[Any]) -> Iterator[str]:
    """Yield what is compressed or packed in items, in the clear."""
    from consumers import counts

    for item in items:
        if "c" in item:
            yield repr(counts.decode(item["c"]["B"]))


def a_function(stack: ArchivedStack, name: str) -> Any:  # noqa: ANN401 - a module
    sys.modules.pop(f"consumers.{name}.handler", None)
    module = importlib.import_module(f"consumers.{name}.handler")
    stack.monkeypatch.setattr(module.logger.registered_handler, "stream", Stdout())
    return module


def ask(stack: ArchivedStack) -> str:
    """Return what the reporting API says of everything."""
    for name in [each for each in sys.modules if each.startswith("reporting.")]:
        stack.monkeypatch.delitem(sys.modules, name)
    reporting = importlib.import_module("reporting.handler")
    answers = []
    for path in ("/v1/trends/hashtag", "/v1/trends/platform", "/v1/trends/lang", "/v1/trends/kind", "/v1/summary"):
        event = {
            "httpMethod": "GET",
            "path": path,
            "resource": path,
            "headers": {},
            "multiValueHeaders": {},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "requestContext": {"requestId": "r", "stage": "live", "path": path},
            "body": None,
            "isBase64Encoded": False,
        }
        answers.append(json.dumps(reporting.handler(event, Context("reporting"))))
    return "".join(answers)
