"""Signing in works as OAuth and Cognito have it: a code once, for who has the verifier, at a known address."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import Client, TestResponse

from local.gateway.server import GatewayApplication
from local.gateway.sign_in import CODE_SECONDS, SESSION_SECONDS, SignIn
from local.template.resources import Api
from simulation.event_source_mapping.invocation import Throttled
from tests.unit.local.gateway.signing import CLIENT, ISSUER, TOKENS, StandingClock

VERIFIER = "a-verifier-of-the-page-that-is-at-least-43-characters"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": "dashboard",
    "redirect_uri": f"{ISSUER}/",
    "scope": "openid penstock/read",
    "state": "s/1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


class Browser:
    """A reader's browser, with its cookies."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        sign_in = SignIn(TOKENS, CLIENT, self.clock)
        application = GatewayApplication(Api("", "", (), {}), lambda *_: Throttled(), None, self.clock, sign_in=sign_in)
        self._client = Client(application)

    def get(self, path: str, **query: str) -> TestResponse:
        return self._client.get(f"{path}?{urlencode(query)}", base_url=ISSUER)

    def post(self, path: str, **form: str) -> TestResponse:
        return self._client.post(path, data=form, base_url=ISSUER)

    def sign_in(self, **changes: str) -> dict[str, list[str]]:
        """Go through the page, and return what the redirect back says."""
        page = self.get("/oauth2/authorize", **{**ASKED, **changes}).headers["Location"]
        assert urlsplit(page).path == "/login"
        back = self.post(page, username="ann@example.com").headers["Location"]
        assert back.startswith(f"{ASKED['redirect_uri']}?") or changes
        return parse_qs(urlsplit(back).query)

    def exchange(self, code: str, **changes: str) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "client_id": "dashboard",
            "redirect_uri": f"{ISSUER}/",
            "code": code,
            "code_verifier": VERIFIER,
        }
        return self.post("/oauth2/token", **(form | changes))


@pytest.fixture
def browser() -> Browser:
    return Browser()


def test_a_code_becomes_tokens(browser: Browser) -> None:
    back = browser.sign_in()
    assert back["state"] == ["s/1"]
    answer = browser.exchange(back["code"][0])
    assert answer.status_code == 200
    tokens = answer.json
    assert tokens
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert TOKENS.verify(tokens["access_token"], "access")["scope"] == "openid penstock/read"
    assert TOKENS.verify(tokens["id_token"], "id")["email"] == "ann@example.com"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_id_token_carries_the_nonce_of_its_request(browser: Browser) -> None:
    tokens = browser.exchange(browser.sign_in(nonce="n/1")["code"][0]).json
    assert tokens
    assert TOKENS.verify(tokens["id_token"], "id")["nonce"] == "n/1"


def test_a_refresh_token_becomes_new_tokens_for_its_time(browser: Browser) -> None:
    tokens = browser.exchange(browser.sign_in()["code"][0]).json
    assert tokens
    form = {"grant_type": "refresh_token", "client_id": "dashboard", "refresh_token": tokens["refresh_token"]}
    renewed = browser.post("/oauth2/token", **form).json
    assert renewed
    assert TOKENS.verify(renewed["access_token"], "access")
    assert "refresh_token" not in renewed
    browser.clock.move(CLIENT.refresh_seconds + 1)
    assert browser.post("/oauth2/token", **form).json == {
        "error": "invalid_grant",
        "error_description": "refresh_token is unknown or too old",
    }


def test_a_code_is_used_once(browser: Browser) -> None:
    code = browser.sign_in()["code"][0]
    assert browser.exchange(code).status_code == 200
    again = browser.exchange(code)
    assert (again.status_code, again.json and again.json["error"]) == (400, "invalid_grant")


def test_a_wrong_verifier_uses_the_code_up(browser: Browser) -> None:
    code = browser.sign_in()["code"][0]
    assert browser.exchange(code, code_verifier="x" * 43).status_code == 400
    assert browser.exchange(code).status_code == 400


def test_a_code_is_used_soon(browser: Browser) -> None:
    code = browser.sign_in()["code"][0]
    browser.clock.move(CODE_SECONDS)
    assert browser.exchange(code).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
    ],
)
def test_every_part_of_an_exchange_is_checked(browser: Browser, changes: dict[str, str], error: str) -> None:
    code = browser.sign_in()["code"][0]
    answer = browser.exchange(**{"code": code, **changes})
    assert (answer.status_code, answer.json and answer.json["error"]) == (400, error)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "openid admin"}, "invalid_scope"),
    ],
)
@pytest.mark.parametrize("path", ["/oauth2/authorize", "/login"])
def test_a_wrong_request_goes_back_with_its_error(
    browser: Browser, path: str, changes: dict[str, str], error: str
) -> None:
    back = parse_qs(urlsplit(browser.get(path, **(ASKED | changes)).headers["Location"]).query)
    assert (back["error"], back["state"]) == ([error], ["s/1"])


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "https://evil.example/"}, {"redirect_uri": f"{ISSUER}/other"}, {"client_id": "another"}],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_clients(browser: Browser, changes: dict[str, str]) -> None:
    for path in ("/oauth2/authorize", "/login"):
        answer = browser.get(path, **(ASKED | changes))
        assert answer.status_code == 400
        assert "Location" not in answer.headers
    assert browser.post(f"/login?{urlencode(ASKED | changes)}", username="ann").status_code == 400


def test_both_names_of_this_machine_are_one(browser: Browser) -> None:
    address = ISSUER.replace("127.0.0.1", "localhost") + "/"
    code = browser.sign_in(redirect_uri=address)["code"][0]
    assert browser.exchange(code, redirect_uri=address).status_code == 200


def test_a_session_signs_in_by_itself_until_it_ends(browser: Browser) -> None:
    browser.sign_in()
    back = urlsplit(browser.get("/oauth2/authorize", **ASKED).headers["Location"])
    assert "code" in parse_qs(back.query)
    browser.clock.move(SESSION_SECONDS + 1)
    assert urlsplit(browser.get("/oauth2/authorize", **ASKED).headers["Location"]).path == "/login"


def test_signing_out_ends_the_session_and_goes_home(browser: Browser) -> None:
    browser.sign_in()
    answer = browser.get("/logout", client_id="dashboard", logout_uri=f"{ISSUER}/")
    assert answer.headers["Location"] == f"{ISSUER}/"
    assert urlsplit(browser.get("/oauth2/authorize", **ASKED).headers["Location"]).path == "/login"
    assert browser.get("/logout", client_id="dashboard", logout_uri="https://evil.example/").status_code == 400


def test_the_page_is_a_form_and_nothing_else(browser: Browser) -> None:
    page = browser.get("/login", **(ASKED | {"state": '"><script>'}))
    assert "<script>" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {ISSUER}" in policy
    assert "unsafe-inline" not in policy


def test_a_name_is_asked_for_again_if_it_is_empty(browser: Browser) -> None:
    answer = browser.post(f"/login?{urlencode(ASKED)}", username=" ")
    assert urlsplit(answer.headers["Location"]).path == "/login"


def test_the_configuration_for_the_page_names_the_client(browser: Browser) -> None:
    sign_in = SignIn(TOKENS, CLIENT, browser.clock)
    assert sign_in.settings() == {"domain": "", "clientId": "dashboard", "scope": "openid penstock/read"}
    assert TOKENS.verify(sign_in.token(), "access")["scope"] == "openid penstock/read"
