"""The reporting function answers API Gateway's events from a trends table."""

import importlib
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from consumers.schedule import Schedule
from consumers.tables import Level, trend_key
from consumers.trends.loading import bucket_items, load
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from tests.integration.tables import TRENDS

TABLE = "trends"
SCHEDULE = '[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]'
ORIGIN = "https://dashboard.example.com"
REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

HASHTAGS = {
    "a/b": 9,
    "café": 8,
    "100%": 7,
    "%41": 6,
    "a b+c": 5,
    "?x=1&y=2#z": 4,
    "日本語": 3,
    "👩‍🚀": 2,
    "<script>": 1,
}
NOON = 1_777_464_000  # 2026-04-29T12:00:00Z
AT_NOON = "2026-04-29T12:00:00Z"


@dataclass
class Context:
    """What Powertools reads of Lambda's context."""

    function_name: str = "reporting"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:reporting"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str | None

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the route answers
        return json.loads(self.text or "null")


class Api:
    """Sends requests to the handler as API Gateway's REST APIs do (Lambda proxy integration)."""

    def __init__(self, handler: Any) -> None:  # noqa: ANN401 - a decorated function without types
        self._handler = handler

    def get(self, target: str, *, method: str = "GET", headers: dict[str, str] | None = None, **query: str) -> Answer:
        path, _, text = target.partition("?")
        values = parse_qs("&".join(filter(None, (text, urlencode(query)))), keep_blank_values=True)
        headers = {"Accept": "*/*", **(headers or {})}
        event = {
            "resource": "/{proxy+}",
            "path": path,  # as the client sent it, still percent-encoded
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": {name: all_[-1] for name, all_ in values.items()} or None,
            "multiValueQueryStringParameters": values or None,
            "pathParameters": {"proxy": path.lstrip("/")},
            "stageVariables": None,
            "requestContext": {
                "requestId": REQUEST_ID,
                "stage": "live",
                "path": f"/live{path}",
                "httpMethod": method,
                "identity": {"sourceIp": "127.0.0.1"},
            },
            "body": None,
            "isBase64Encoded": False,
        }
        raw = self._handler(event, Context())
        assert raw["isBase64Encoded"] is False
        return Answer(
            int(raw["statusCode"]),
            {name: ", ".join(all_) for name, all_ in raw["multiValueHeaders"].items()},
            raw["body"],
        )


@pytest.fixture(scope="module")
def handler() -> Iterator[Any]:
    """The function as Lambda keeps it: started once, then invoked for request after request."""
    variables = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "TRENDS_TABLE": TABLE,
        "SCHEDULE": SCHEDULE,
        "DASHBOARD_ORIGIN": ORIGIN,
        "POWERTOOLS_SERVICE_NAME": "reporting",
        "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
    }
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.delitem(sys.modules, "reporting.handler", raising=False)
        yield importlib.import_module("reporting.handler").handler


@pytest.fixture
def log() -> StringIO:
    return StringIO()


@pytest.fixture
def api(handler: Any, log: StringIO) -> Api:  # noqa: ANN401 - a decorated function without types
    for output in logging.getLogger("reporting").handlers:
        assert isinstance(output, logging.StreamHandler)
        output.setStream(log)
    return Api(handler)


@pytest.fixture
def table(handler: object) -> Iterator[TrendsTable]:
    assert handler  # which has started the services
    client = boto3.client("dynamodb")
    client.create_table(TableName=TABLE, **TRENDS)
    yield TrendsTable(client, TABLE)
    client.delete_table(TableName=TABLE)


def put(table: TrendsTable, level: Level, start: int, hashtags: dict[str, int], **others: dict[str, int]) -> None:
    counts = {"hashtag": hashtags, "platform": {}, "lang": {}, "kind": {}} | others
    load(
        table,
        bucket_items(level, start, counts, schedule=Schedule.parse(SCHEDULE), retention=Retention.beyond(7)),
    )


@pytest.fixture
def filled(table: TrendsTable) -> TrendsTable:
    """Two closed hours before noon, and open minutes after it; the closed hours' minutes have expired."""
    kinds = {"kind": {"post": 30, "like": 20}, "lang": {"en": 35, "ja": 15}, "platform": {"bluesky": 50}}
    put(table, Level.HOUR, NOON - 7_200, HASHTAGS, **kinds)
    put(table, Level.HOUR, NOON - 3_600, HASHTAGS, **kinds)
    put(table, Level.MINUTE, NOON, HASHTAGS, **kinds)
    put(table, Level.MINUTE, NOON + 59 * 60, HASHTAGS, **kinds)
    table.create_state(LevelsState(NOON, NOON, 0, 0, NOON * 1_000 + 123))
    return table


def pages(api: Api, target: str, **query: str) -> list[Any]:
    target = f"{target}?{urlencode(query)}"
    found = [api.get(target).json]
    while cursor := found[-1]["next_cursor"]:
        found.append(api.get(target, cursor=cursor).json)
    return found


@pytest.mark.usefixtures("filled")
def test_the_pages_of_a_day_list_every_value_once_with_its_count(api: Api) -> None:
    found = pages(api, "/v1/trends/hashtag", window="24h", end="2026-04-29T13:00:00Z", limit="4")
    assert [len(page["items"]) for page in found] == [4, 4, 1]
    listed = [(item["rank"], item["value"], item["count"]) for page in found for item in page["items"]]
    assert listed == [(rank, value, 4 * count) for rank, (value, count) in enumerate(HASHTAGS.items(), 1)]
    assert {(page["from"], page["to"], page["as_of"]) for page in found} == {
        ("2026-04-28T13:00:00Z", "2026-04-29T13:00:00Z", "2026-04-29T12:00:00.123Z")
    }
    assert found[0]["items"][0]["share"] == 0.2
    assert (found[0]["total"], found[0]["distinct"]) == (180, 9)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("value", HASHTAGS)
def test_a_series_is_found_for_any_characters(api: Api, value: str) -> None:
    series = api.get(f"/v1/trends/hashtag/{quote(value, safe='')}/series", granularity="hour", end=AT_NOON).json
    assert (series["value"], series["total"]) == (value, 2 * HASHTAGS[value])
    assert series["points"][-2:] == [
        {"start": "2026-04-29T10:00:00Z", "count": HASHTAGS[value]},
        {"start": "2026-04-29T11:00:00Z", "count": HASHTAGS[value]},
    ]
    assert len(series["points"]) == 24


@pytest.mark.usefixtures("filled")
def test_a_series_of_minutes_ends_with_the_last_minute(api: Api) -> None:
    series = api.get("/v1/trends/lang/en/series", end="2026-04-29T13:00:00Z").json
    assert (series["from"], series["to"], series["granularity"]) == (AT_NOON, "2026-04-29T13:00:00Z", "minute")
    assert [point["count"] for point in series["points"]] == [35, *[0] * 58, 35]


@pytest.mark.usefixtures("filled")
def test_a_value_that_was_never_seen_is_a_series_of_zeros(api: Api) -> None:
    answer = api.get("/v1/trends/hashtag/nowhere/series", granularity="day", end=AT_NOON)
    assert answer.status == 200
    assert [point["count"] for point in answer.json["points"]] == [0] * 30


@pytest.mark.usefixtures("filled")
def test_a_summary_breaks_the_windows_events_down(api: Api) -> None:
    summary = api.get("/v1/summary", window="24h", end="2026-04-29T13:00:00Z").json
    assert summary["events"] == 200
    assert summary["kind"] == {
        "total": 200,
        "distinct": 2,
        "items": [{"value": "post", "count": 120, "share": 0.6}, {"value": "like", "count": 80, "share": 0.4}],
        "other": 0,
    }
    assert Counter({item["value"]: item["count"] for item in summary["hashtag"]["items"]}) == Counter(
        {value: 4 * count for value, count in HASHTAGS.items()}
    )


@pytest.mark.usefixtures("table")
def test_an_empty_table_is_answered_with_nothing(api: Api) -> None:
    assert api.get("/v1/health").json == {
        "status": "empty",
        "as_of": None,
        "age_seconds": None,
        "stale_after_seconds": 120,
        "lag_seconds": None,
        "last_rollup": None,
        "views": None,
        "levels": {"hour": None, "day": None},
    }
    trends = api.get("/v1/trends/hashtag").json
    assert (trends["items"], trends["total"], trends["as_of"], trends["next_cursor"]) == ([], 0, None, None)
    assert api.get("/v1/summary").json["events"] == 0


def test_health_is_ok_while_events_arrive_and_stale_when_they_have_not_for_long(api: Api, table: TrendsTable) -> None:
    now = time.time()
    table.create_state(LevelsState(NOON, NOON, 0, 0, int(now * 1_000)))
    health = api.get("/v1/health").json
    assert health["status"] == "ok"
    assert 0 <= health["age_seconds"] < 60
    assert health["levels"] == {"hour": AT_NOON, "day": None}


@pytest.mark.usefixtures("filled")
def test_health_is_stale_when_nothing_arrived_for_long(api: Api) -> None:
    answer = api.get("/v1/health")
    assert (answer.status, answer.json["status"]) == (503, "stale")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("filled")
def test_an_answer_the_client_has_is_not_sent_again(api: Api) -> None:
    first = api.get("/v1/trends/lang", end=AT_NOON)
    assert first.headers["Cache-Control"] == "private, max-age=2"
    again = api.get("/v1/trends/lang", end=AT_NOON, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.text) == (304, None)
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.usefixtures("filled")
def test_lists_and_series_come_as_csv_where_it_is_asked_for(api: Api) -> None:
    csv = {"Accept": "text/csv"}
    page = api.get("/v1/trends/hashtag", limit="3", window="24h", end="2026-04-29T13:00:00Z", headers=csv)
    assert (page.text or "").split("\r\n") == [
        "rank,value,count,share,count_before,change,rank_before",
        "1,a/b,36,0.2,0,,",
        "2,café,32,0.177778,0,,",
        "3,100%,28,0.155556,0,,",
        "",
    ]
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert page.headers["Content-Disposition"] == 'attachment; filename="trends.csv"'
    assert page.headers["Penstock-From"] == "2026-04-28T13:00:00Z"
    assert page.headers["Penstock-To"] == "2026-04-29T13:00:00Z"
    assert page.headers["Penstock-As-Of"] == "2026-04-29T12:00:00.123Z"
    assert page.headers["Vary"] == "Accept"
    series = api.get("/v1/trends/hashtag/a%2Fb/series", granularity="hour", end=AT_NOON, headers=csv)
    assert (series.text or "").splitlines()[-2:] == ["2026-04-29T10:00:00Z,9", "2026-04-29T11:00:00Z,9"]


@pytest.mark.usefixtures("filled")
def test_a_comparison_has_a_column_a_value(api: Api) -> None:
    asked = {"granularity": "hour", "end": AT_NOON, "start": "2026-04-29T10:00:00Z"}
    answer = api.get("/v1/compare/hashtag?values=a%252Fb,nowhere", headers={"Accept": "text/csv"}, **asked)
    assert (answer.text or "").split("\r\n") == [
        "start,a/b,nowhere",
        "2026-04-29T10:00:00Z,9,0",
        "2026-04-29T11:00:00Z,9,0",
        "",
    ]


@pytest.mark.usefixtures("filled")
def test_a_value_that_is_named_as_a_route_has_its_own_answers(api: Api) -> None:
    assert api.get("/v1/trends/hashtag/%73earch").json["value"] == "search"
    assert api.get("/v1/trends/hashtag/search").json["prefix"] == ""


@pytest.mark.usefixtures("filled")
def test_a_link_leads_to_the_next_page_until_the_last(api: Api) -> None:
    target, ranks = "/v1/trends/hashtag?limit=4&window=24h&end=2026-04-29T13:00:00Z", []
    while target:
        page = api.get(target, headers={"Accept": "text/csv"})
        ranks += [line.partition(",")[0] for line in (page.text or "").splitlines()[1:]]
        link = page.headers.get("Link", "")
        target = "/v1/trends/hashtag" + link[1:].removesuffix('>; rel="next"') if link else ""
    assert ranks == [str(rank) for rank in range(1, 10)]


@pytest.mark.usefixtures("filled")
def test_a_form_is_another_answer_to_a_cache(api: Api) -> None:
    tag = api.get("/v1/trends/lang", end=AT_NOON).headers["ETag"]
    assert api.get("/v1/trends/lang", end=AT_NOON, headers={"If-None-Match": tag, "Accept": "text/csv"}).status == 200


@pytest.mark.parametrize(
    ("target", "accept"),
    [("/v1/summary", "text/csv"), ("/v1/trends/lang", "text/html"), ("/docs", "application/json")],
)
def test_a_form_that_a_route_does_not_have_is_406(api: Api, target: str, accept: str) -> None:
    problem = check_problem(api.get(target, headers={"Accept": accept}), 406, "Not Acceptable")
    assert accept in problem["detail"]


def test_pages_of_the_dashboards_origin_may_read_every_answer(api: Api) -> None:
    for target in ("/openapi.json", "/v1/trends/colour"):
        answer = api.get(target)
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


def test_the_api_shows_itself_as_a_page(api: Api) -> None:
    page = api.get("/docs", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "GET /v1/trends/{dimension}" in (page.text or "")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_late_event_shows_in_the_next_answer(api: Api, filled: TrendsTable) -> None:
    end = "2026-04-29T13:00:00Z"
    assert api.get("/v1/trends/hashtag", window="24h", end=end).json["items"][0]["count"] == 36
    (bucket,) = [
        item
        for number in range(1, 5)
        if (item := filled.get(Level.HOUR, NOON - 3_600, number)) and "a/b" in item.counts["hashtag"]
    ]
    filled.put(bucket.succeeded_by(bucket.counts | {"hashtag": bucket.counts["hashtag"] | {"a/b": 10}}, (), None))
    assert api.get("/v1/trends/hashtag", window="24h", end=end).json["items"][0]["count"] == 37


def check_problem(answer: Answer, status: int, title: str) -> Any:  # noqa: ANN401 - JSON
    problem = answer.json
    assert (answer.status, problem["status"], problem["title"]) == (status, status, title)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert problem["request_id"] == answer.headers["X-Request-Id"] == REQUEST_ID
    return problem


@pytest.mark.parametrize("target", ["/v1/trends/colour", "/v1/trends/colour/red/series"])
def test_an_unknown_dimension_is_404(api: Api, target: str) -> None:
    problem = check_problem(api.get(target), 404, "Not Found")
    assert "hashtag, lang, platform, kind" in problem["detail"]
    assert problem["instance"] == target


@pytest.mark.parametrize("target", ["/", "/v1/trend/hashtag", "/v1/trends", "/v1/trends/hashtag/a/b/series"])
def test_an_unknown_route_is_404(api: Api, target: str) -> None:
    check_problem(api.get(target), 404, "Not Found")


def test_another_method_is_405(api: Api) -> None:
    answer = api.get("/v1/summary", method="DELETE")
    check_problem(answer, 405, "Method Not Allowed")
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("/v1/trends/hashtag?window=2h&limit=101&end=today", ["window", "limit", "end"]),
        ("/v1/trends/hashtag?limit=0&windw=1h", ["limit", "windw"]),
        ("/v1/trends/hashtag?window=1h&window=5m", ["window"]),
        ("/v1/trends/hashtag?limit=1&limit=2&end=a&end=b", ["limit", "end"]),
        ("/v1/trends/hashtag?limit=1.0&end=2026-W47-7T11:00:00Z", ["limit", "end"]),
        ("/v1/trends/hashtag?cursor=", ["cursor"]),
        ("/v1/trends/hashtag?cursor=x", ["cursor"]),
        ("/v1/trends/hashtag/a/series?granularity=second&start=0&end=1", ["granularity", "start", "end"]),
        ("/v1/trends/hashtag/a/series?start=2020-01-01T00:00:00Z", ["start"]),
        ("/v1/trends/hashtag/%FF/series", ["value"]),
        ("/v1/summary?limit=1", ["limit"]),
        ("/v1/health?verbose", ["verbose"]),
        ("/openapi.json?x=1", ["x"]),
    ],
)
def test_each_bad_parameter_is_named(api: Api, target: str, names: list[str]) -> None:
    problem = check_problem(api.get(target), 400, "Bad Request")
    assert sorted({error["name"] for error in problem["errors"]}) == sorted(names)
    for error in problem["errors"]:
        assert error["detail"]
        assert f"{error['name']}: {error['detail']}" in problem["detail"]


def test_what_is_given_twice_is_wrong_for_that_alone(api: Api) -> None:
    problem = check_problem(api.get("/v1/trends/hashtag?window=1h&window=5m&limit=0"), 400, "Bad Request")
    assert problem["errors"] == [
        {"in": "query", "name": "limit", "detail": "should be greater than or equal to 1"},
        {"in": "query", "name": "window", "detail": "should be given once"},
    ]


@pytest.mark.usefixtures("filled")
def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    cursor = api.get("/v1/trends/hashtag", limit="1", window="24h", end=AT_NOON).json["next_cursor"]
    for target in ("/v1/trends/lang?window=24h", "/v1/trends/hashtag?window=1h"):
        problem = check_problem(api.get(target, cursor=cursor), 400, "Bad Request")
        assert "belongs to the list of hashtag over 24h" in problem["detail"]


def test_a_fault_tells_the_client_the_request_id_and_the_log_the_rest(
    api: Api, filled: TrendsTable, log: StringIO
) -> None:
    key = trend_key(Level.HOUR, NOON - 3_600, 0)
    boto3.client("dynamodb").update_item(
        TableName=filled.table,
        Key={"bucket": {"S": key.bucket}, "start": {"S": key.start}},
        UpdateExpression="SET c = :c",
        ExpressionAttributeValues={":c": {"B": b"damaged"}},
    )
    answer = api.get("/v1/trends/lang", window="24h", end=AT_NOON)
    problem = check_problem(answer, 500, "Internal Server Error")
    assert problem["detail"] == "the request failed; its id finds it in the log"
    entry = json.loads(log.getvalue())
    assert entry["level"] == "ERROR"
    assert entry["correlation_id"] == REQUEST_ID
    assert "TrendsFormatError: hour 2026-04-29T11 bucket 0" in entry["exception"]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "GetItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
    ],
)
def test_a_table_that_does_not_answer_is_503_with_when_to_try_again(
    api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", fail)
    answer = api.get("/v1/health")
    check_problem(answer, 503, "Service Unavailable")
    assert answer.headers["Retry-After"] == "1"


def test_a_missing_table_is_a_fault(api: Api) -> None:
    check_problem(api.get("/v1/health"), 500, "Internal Server Error")


def test_the_api_describes_itself(api: Api) -> None:
    document = api.get("/openapi.json").json
    assert "/v1/trends/{dimension}/{value}/series" in document["paths"]


@pytest.mark.usefixtures("filled")
def test_what_was_read_is_in_the_metrics(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.get("/v1/trends/lang", window="24h", end=AT_NOON)
    (metrics,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert metrics["ItemsRead"] == [2.0]
    assert metrics["BytesRead"][0] > 0
    assert metrics["service"] == "reporting"
