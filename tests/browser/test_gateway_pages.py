"""Pages that are not the dashboard's: the API's documentation and the sign-in for development."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from local.gateway.server import Gateway, GatewayApplication
from local.gateway.sign_in import SignIn
from local.gateway.tokens import Tokens
from local.template.resources import Api, AppClient, Route
from reporting.documentation import PAGE
from simulation.event_source_mapping.invocation import Answered, InvocationResult
from tests.unit.reporting.api_document import DOCUMENT

pytestmark = pytest.mark.browser


def documentation(_: str, _event: bytes) -> InvocationResult:
    """Answer as the reporting function does."""
    headers = {"Content-Type": PAGE.content_type, **PAGE.headers(DOCUMENT)}
    return Answered(json.dumps({"statusCode": 200, "headers": headers, "body": PAGE.render(DOCUMENT)}).encode())


@pytest.fixture
def url() -> Iterator[str]:
    gateway = Gateway(0)
    client = AppClient("dashboard", (f"{gateway.url}/back",), (), ("openid", "penstock/read"), 3_600, 43_200)

    def clock() -> datetime:
        return datetime.now(UTC)

    sign_in = SignIn(Tokens(gateway.url, client, clock), client, clock)
    api = Api("api", "live", (Route("GET", "/docs", "Reporting"),), {})
    gateway.serve(GatewayApplication(api, documentation, None, clock, sign_in=sign_in))
    yield gateway.url
    gateway.stop()


def test_the_documentation_is_drawn_in_its_own_style_and_nothing_is_loaded(page: Page, url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{url}/docs")
    expect(page.get_by_role("heading", name="GET /v1/things/{thing}")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse") == "collapse"
    assert set(asked) <= {"/docs", "/favicon.ico"}
    page.get_by_role("link", name="Thing", exact=True).click()
    assert page.url.endswith("#Thing")


def test_a_reader_signs_in_and_comes_back_with_a_code(page: Page, url: str) -> None:
    asked = {
        "response_type": "code",
        "client_id": "dashboard",
        "redirect_uri": f"{url}/back",
        "state": "s",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }
    page.goto(f"{url}/oauth2/authorize?{urlencode(asked)}")
    page.get_by_label("Name").fill("ann@example.com")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/back?*")
    assert parse_qs(urlsplit(page.url).query)["state"] == ["s"]
    page.goto(f"{url}/oauth2/authorize?{urlencode(asked)}")  # has a session now
    assert urlsplit(page.url).path == "/back"
