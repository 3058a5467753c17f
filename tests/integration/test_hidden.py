"""``python -m reporting.hidden`` against moto, and the API, whose very next answers show nothing of what was hidden."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from consumers.schedule import Schedule
from consumers.tables import Level, hidden_key
from consumers.trends.loading import bucket_items, load
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from reporting.hidden.__main__ import main
from tests.integration.moto_stack import stack_in_moto
from tests.integration.tables import TRENDS
from tests.integration.test_reporting import SCHEDULE, Api

TEMPLATE = {
    "Parameters": {
        "DedupDays": {"Type": "Number", "Default": 7},
        "StreamRetentionHours": {"Type": "Number", "Default": 24},
        "Schedule": {"Type": "String", "Default": SCHEDULE},
    },
    "Resources": {"TrendsTable": {"Type": "AWS::DynamoDB::Table", "Properties": TRENDS}},
}
COUNTS = {
    "hashtag": {"strasse": 5, "rivers": 4, "street, quiet": 3},
    "lang": {"en": 9, "ja": 2},
    "platform": {"bluesky": 6, "elsewhere": 5},
    "kind": {"post": 7, "like": 4},
}

DOCUMENTS = ("/openapi.json", "/docs")
"""Routes that answer nothing that was counted."""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with stack_in_moto(monkeypatch, TEMPLATE, {"SCHEDULE": SCHEDULE}) as names:
        yield names["TrendsTable"]


@pytest.fixture
def run(table: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    assert table  # which the command finds by the stack's name

    def invoke(*arguments: str, terminal: bool = False) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hidden", *arguments])
        monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(ended.value.code or 0), printed.out, printed.err

    return invoke


@pytest.fixture
def api(table: str, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The reporting function, and something counted this minute."""
    trends = TrendsTable(boto3.client("dynamodb"), table)
    now = Level.MINUTE.floor(datetime.now(UTC).timestamp())
    counted = bucket_items(Level.MINUTE, now, COUNTS, schedule=Schedule.parse(SCHEDULE), retention=Retention.beyond(7))
    load(trends, counted)
    trends.create_state(LevelsState(Level.HOUR.floor(now), Level.HOUR.floor(now), 0, 0, now * 1_000))
    monkeypatch.setenv("TRENDS_TABLE", table)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Penstock")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "reporting")
    monkeypatch.delitem(sys.modules, "reporting.handler", raising=False)
    return Api(importlib.import_module("reporting.handler").handler)


def as_json(output: str) -> list[Any]:
    return [json.loads(line) for line in output.splitlines()]


def targets(dimension: str, value: str) -> dict[str, str]:
    """Return a request for each route, of those that take a value one for `value`."""
    encoded = quote(value, safe="")
    return {
        "/v1/trends/{dimension}": f"/v1/trends/{dimension}?window=24h",
        "/v1/trends/{dimension}/{value}": f"/v1/trends/{dimension}/{encoded}",
        "/v1/compare/{dimension}": f"/v1/compare/{dimension}?values={quote(encoded)}",
        "/v1/trends/{dimension}/search": f"/v1/trends/{dimension}/search?prefix={encoded[:1]}",
        "/v1/trends/{dimension}/{value}/series": f"/v1/trends/{dimension}/{encoded}/series",
        "/v1/summary": "/v1/summary?window=5m",
        "/v1/health": "/v1/health",
        "/openapi.json": "/openapi.json",
        "/docs": "/docs",
    }


def test_values_are_hidden_as_they_are_counted_and_the_output_says_so(run: Run) -> None:
    assert run("list", terminal=True) == (0, "nothing is hidden\n", "")
    assert run("list") == (0, "", "")
    status, output, errors = run("add", "hashtag", "#Straße", "STRASSE", "buy now", terminal=True)
    assert (status, errors) == (0, "")
    assert output.splitlines()[1:] == ["hashtag    strasse  hidden", "hashtag    buy now  hidden"]
    assert as_json(run("add", "lang", "pt-BR")[1]) == [
        {"dimension": "lang", "value": "pt", "hidden": True, "changed": True}
    ]
    assert as_json(run("add", "hashtag", "strasse", "new")[1]) == [
        {"dimension": "hashtag", "value": "strasse", "hidden": True, "changed": False},
        {"dimension": "hashtag", "value": "new", "hidden": True, "changed": True},
    ]
    assert [row["value"] for row in as_json(run("list")[1])] == ["buy now", "new", "strasse", "pt"]
    assert as_json(run("list", "lang")[1]) == [{"dimension": "lang", "value": "pt"}]
    assert run("list", "hashtag", terminal=True)[1].splitlines()[1:] == [
        "hashtag    buy now",
        "hashtag    new",
        "hashtag    strasse",
    ]


def test_removing_says_what_is_shown_again(run: Run) -> None:
    run("add", "hashtag", "rivers")
    assert as_json(run("remove", "hashtag", "#Rivers", "lakes")[1]) == [
        {"dimension": "hashtag", "value": "rivers", "hidden": False, "changed": True},
        {"dimension": "hashtag", "value": "lakes", "hidden": False, "changed": False},
    ]
    assert run("remove", "hashtag", "rivers", terminal=True)[1].splitlines()[1:] == [
        "hashtag    rivers  was not hidden"
    ]
    assert run("list") == (0, "", "")


def test_a_value_is_shown_so_that_it_acts_on_no_terminal(run: Run) -> None:
    assert "\x1b" not in run("add", "hashtag", "\x1b[31mred", terminal=True)[1]
    assert "\x1b" not in run("list", terminal=True)[1]
    assert as_json(run("list")[1])[0]["value"] == "\x1b[31mred"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "hashtag", "#"), "no event has the hashtag '#': a hashtag has 1 to 100 characters"),
        (("add", "kind", "shout"), "no event has the kind 'shout'"),
        (("add", "platform", "Blue Sky"), "no event has the platform"),
        (("add", "lang", "e"), "no event has the lang"),
        (("add", "hashtags", "rivers"), "'hashtags' is not one of 'hashtag', 'lang', 'platform', 'kind'"),
        (("add", "hashtag"), "Missing argument"),
        (("remove", "hashtag", "rivers", "#"), "no event has the hashtag"),
        (("list", "--stack", "other"), "there is no stack 'other'"),
        (("show",), "No such command"),
    ],
)
def test_wrong_usage_is_said_in_one_line_and_changes_nothing(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    run("add", "hashtag", "rivers")
    status, output, errors = run(*arguments)
    assert (status, output) == (2, "")
    assert message in errors
    assert len(errors.splitlines()) == 1
    assert [row["value"] for row in as_json(run("list")[1])] == ["rivers"]


def test_what_it_cannot_do_ends_it_with_1(run: Run, table: str) -> None:
    item: Any = {**hidden_key("hashtag").attributes, "v": {"N": "99"}}
    boto3.client("dynamodb").put_item(TableName=table, Item=item)
    for arguments in (("list",), ("add", "hashtag", "rivers"), ("remove", "hashtag", "rivers")):
        status, output, errors = run(*arguments)
        assert (status, output) == (1, "")
        assert "format version 99" in errors


def test_help_shows_examples(run: Run) -> None:
    for command in ((), ("list",), ("add",), ("remove",)):
        status, output, _ = run(*command, "--help")
        assert status == 0
        assert "Examples:" in output


@pytest.mark.parametrize(
    ("dimension", "value", "spelling"),
    [
        ("hashtag", "strasse", "#Straße"),
        ("hashtag", "street, quiet", " STREET, quiet"),
        ("lang", "ja", "JA-jp"),
        ("platform", "elsewhere", "elsewhere"),
        ("kind", "like", "like"),
    ],
)
def test_every_route_is_without_a_value_from_the_next_request_on(
    run: Run, api: Api, dimension: str, value: str, spelling: str
) -> None:
    other = next(each for each in COUNTS[dimension] if each != value)
    routes = api.get("/openapi.json").json["paths"]
    assert set(routes) == set(targets(dimension, other)), "a route that this test leaves out"
    listed = api.get(targets(dimension, other)["/v1/trends/{dimension}"]).json
    assert value in [item["value"] for item in listed["items"]]
    run("add", dimension, spelling)
    for route, target in targets(dimension, other).items():
        answer = api.get(target)
        assert answer.status == 200
        if route not in DOCUMENTS:
            assert f'"{value}"' not in json.dumps(answer.json, ensure_ascii=False), route
    asked = targets(dimension, spelling)
    assert value not in [item["value"] for item in api.get(asked["/v1/trends/{dimension}/search"]).json["items"]]
    series = api.get(asked["/v1/trends/{dimension}/{value}/series"]).json
    assert (series["total"], {point["count"] for point in series["points"]}) == (0, {0})
    about = api.get(asked["/v1/trends/{dimension}/{value}"]).json
    assert (about["first_seen"], about["peak"]) == (None, None)
    assert {(each["count"], each["share"], each["rank"]) for each in about["windows"].values()} == {(0, 0, None)}
    (compared,) = api.get(asked["/v1/compare/{dimension}"]).json["series"]
    assert (compared["value"], compared["total"], set(compared["counts"])) == (value, 0, {0})
    run("remove", dimension, spelling)
    assert api.get(targets(dimension, other)["/v1/trends/{dimension}"]).json["items"] == listed["items"]
    assert api.get(asked["/v1/trends/{dimension}/{value}/series"]).json["total"] == COUNTS[dimension][value]
