"""A request passes authorizer, throttling and validation before its function has it."""

import json
from datetime import UTC, datetime

import pytest
from werkzeug.test import Client, TestResponse

from local.gateway.server import GatewayApplication
from local.gateway.sign_in import SignIn
from local.template.resources import Api, GatewayResponse, MockAnswer, Route, Throttling
from simulation.event_source_mapping.invocation import Answered, InvocationResult
from tests.unit.local.gateway.signing import CLIENT, NOON, TOKENS, USER

API = Api(
    "api",
    "live",
    (
        Route("GET", "/open", "Reporting"),
        Route("GET", "/signed", "Reporting", authorization="AWS_IAM"),
        Route("GET", "/scoped", "Reporting", authorization="COGNITO_USER_POOLS", scopes=("penstock/read",)),
        Route("GET", "/identified", "Reporting", authorization="COGNITO_USER_POOLS"),
        Route("GET", "/checked", "Reporting", required=("values", "limit")),
        Route("OPTIONS", "/scoped", MockAnswer(200, {"Access-Control-Allow-Origin": "https://d.example"}, "{}")),
    ),
    {
        "THROTTLED": GatewayResponse(
            429,
            {"Content-Type": "'application/problem+json'", "Retry-After": "'1'", "X-Request-Id": "context.requestId"},
            '{"id": "$context.requestId"}',
        ),
        "DEFAULT_4XX": GatewayResponse(
            None, {"Content-Type": "'application/problem+json'"}, '{"detail": $context.error.messageString}'
        ),
    },
    throttling=Throttling(rate=1, burst=2),
    minimum_compression=100,
)


class Function:
    """Stands in for the function: keeps the events and answers at length."""

    def __init__(self) -> None:
        self.events: list[dict[str, object]] = []

    def __call__(self, _: str, payload: bytes) -> InvocationResult:
        self.events.append(json.loads(payload))
        return Answered(json.dumps({"statusCode": 200, "body": "fine " * 100}).encode())


@pytest.fixture
def function() -> Function:
    return Function()


@pytest.fixture
def client(function: Function) -> Client:
    sign_in = SignIn(TOKENS, CLIENT, lambda: NOON)
    return Client(GatewayApplication(API, function, None, lambda: NOON, sign_in=sign_in, seconds=lambda: 0.0))


def get(client: Client, path: str, authorization: str | None = None, **headers: str) -> TestResponse:
    if authorization is not None:
        headers["Authorization"] = authorization
    return client.get(path, base_url="http://127.0.0.1:8080", headers=headers)


ACCESS = TOKENS.access_token(USER, "openid penstock/read")


@pytest.mark.parametrize("authorization", [f"Bearer {ACCESS}", f"bearer  {ACCESS}", ACCESS])
def test_an_access_token_with_the_scope_passes_and_its_claims_reach_the_function(
    client: Client, function: Function, authorization: str
) -> None:
    assert get(client, "/scoped", authorization).status_code == 200
    context = function.events[0]["requestContext"]
    assert isinstance(context, dict)
    assert context["authorizer"]["claims"]["username"] == "ann@example.com"


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer x", "Basic YTpi", TOKENS.id_token(USER)])
def test_without_a_valid_access_token_it_is_401(client: Client, function: Function, authorization: str | None) -> None:
    answer = get(client, "/scoped", authorization)
    assert (answer.status_code, answer.json) == (401, {"detail": "Unauthorized"})
    assert answer.content_type == "application/problem+json"
    assert not function.events


def test_without_the_scope_it_is_403(client: Client, function: Function) -> None:
    assert get(client, "/scoped", TOKENS.access_token(USER, "openid")).status_code == 403
    assert not function.events


def test_a_route_without_scopes_asks_for_an_id_token(client: Client) -> None:
    assert get(client, "/identified", TOKENS.id_token(USER)).status_code == 200
    assert get(client, "/identified", ACCESS).status_code == 401


def test_open_routes_and_signatures_are_not_checked(client: Client) -> None:
    assert get(client, "/open").status_code == 200
    assert get(client, "/signed").status_code == 200


def test_without_sign_in_nobody_has_to(function: Function) -> None:
    application = GatewayApplication(API, function, None, lambda: datetime(2026, 4, 29, tzinfo=UTC))
    assert get(Client(application), "/scoped").status_code == 200


def test_too_many_requests_are_429_with_when_to_come_back(client: Client, function: Function) -> None:
    answers = [get(client, "/open") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    assert answers[2].json == {"id": answers[2].headers["X-Request-Id"]}
    assert len(function.events) == 2


def test_who_may_not_call_takes_nothing_from_those_who_may(client: Client) -> None:
    for _ in range(5):
        assert get(client, "/scoped").status_code == 401
    assert get(client, "/scoped", ACCESS).status_code == 200


@pytest.mark.parametrize(
    ("query", "missing"), [("", "values, limit"), ("?values=&limit=1", "values"), ("?values=a&limit=1", None)]
)
def test_missing_parameters_are_named(client: Client, query: str, missing: str | None) -> None:
    answer = get(client, f"/checked{query}")
    if missing is None:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json) == (
            400,
            {"detail": f"Missing required request parameters: [{missing}]"},
        )


def test_a_preflight_is_answered_without_sign_in_and_without_the_function(client: Client, function: Function) -> None:
    answer = client.options("/scoped", base_url="http://127.0.0.1:8080")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "https://d.example")
    assert not function.events


def test_answers_are_compressed_from_the_apis_size_on(client: Client) -> None:
    assert get(client, "/open", **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in get(client, "/open").headers


@pytest.mark.parametrize(("friend", "status"), [("http://127.0.0.1:5173", 200), ("", 403)])
def test_pages_of_the_dashboards_origin_may_ask_and_no_others(function: Function, friend: str, status: int) -> None:
    application = GatewayApplication(API, function, None, lambda: NOON, friend=friend)
    headers = {"Origin": "http://127.0.0.1:5173", "Sec-Fetch-Site": "same-site"}
    assert get(Client(application), "/open", **headers).status_code == status
    assert get(Client(application), "/open", **{**headers, "Origin": "http://127.0.0.1:9999"}).status_code == 403
