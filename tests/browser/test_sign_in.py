"""Signing in: authorization code with PKCE, renewed tokens, the session's end, sign-out; nothing secret in the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_api import FakeApi
from tests.browser.fake_sign_in import FakeSignIn

pytestmark = pytest.mark.browser


@pytest.fixture
def sign_in() -> FakeSignIn:
    return FakeSignIn()


def enter(page: Page, api: FakeApi, query: str = "/") -> None:
    page.goto(api.url + query)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#freshness")).to_contain_text("Live")


def test_a_reader_who_is_not_signed_in_is_asked_to(page: Page, api: FakeApi) -> None:
    page.goto(api.url)

    expect(page.locator("#freshness")).to_contain_text("Signed out")
    expect(page.locator("#notice")).to_contain_text("Sign in to see the trends.")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.locator("#events")).to_be_hidden()
    assert api.asked == []


def test_signing_in_comes_back_to_the_same_view(page: Page, api: FakeApi, sign_in: FakeSignIn) -> None:
    enter(page, api, "/?window=24h&hashtag=art")

    expect(page.locator("#events-label")).to_have_text("events in the last 24 hours")
    expect(page.locator("#chosen-list bdi")).to_have_text("#art")
    assert page.url == api.url + "/?window=24h&hashtag=art"  # neither code nor state
    assert sign_in.refusals == []
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.context.cookies() == []


def test_a_reload_needs_no_new_sign_in(page: Page, api: FakeApi) -> None:
    enter(page, api)
    page.reload()

    expect(page.locator("#freshness")).to_contain_text("Live")


def test_another_tab_has_no_part_in_it(page: Page, api: FakeApi) -> None:
    enter(page, api)
    other = page.context.new_page()
    other.goto(api.url)

    expect(other.locator("#freshness")).to_contain_text("Signed out")


def test_a_token_the_api_no_longer_takes_is_renewed_unseen(page: Page, api: FakeApi, sign_in: FakeSignIn) -> None:
    enter(page, api)
    sign_in.expire()
    rounds = api.round
    page.get_by_role("radio", name="24 hours").check()

    expect(page.locator("#events-label")).to_have_text("events in the last 24 hours")
    expect(page.locator("#freshness")).to_contain_text("Live")
    assert api.round > rounds


def test_a_token_that_is_about_to_expire_is_renewed_before_it_is_used(
    page: Page, api: FakeApi, sign_in: FakeSignIn
) -> None:
    sign_in.lifetime = 30
    refused: list[str] = []
    page.on("response", lambda response: refused.append(response.url) if response.status == 401 else None)
    enter(page, api)
    first = page.locator("#events").text_content() or ""

    expect(page.locator("#events")).not_to_have_text(first)
    assert refused == []


def test_a_session_that_has_ended_keeps_the_figures_and_asks_to_sign_in(
    page: Page, api: FakeApi, sign_in: FakeSignIn
) -> None:
    enter(page, api, "/?hashtag=art")
    sign_in.expire(refresh=True)

    expect(page.locator("#freshness")).to_contain_text("Signed out")
    expect(page.locator("#notice")).to_contain_text(re.compile(r"Your session has ended\. The figures are as of \d"))
    expect(page.locator("#ranking tr")).to_have_count(20)
    expect(page.get_by_role("button", name="Try now")).to_be_hidden()

    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.locator("#freshness")).to_contain_text("Live")
    expect(page.locator("#chosen-list bdi")).to_have_text("#art")


def test_signing_out_forgets_the_tokens_and_ends_the_session(page: Page, api: FakeApi) -> None:
    enter(page, api)
    with page.expect_request("**/logout?*") as left:
        page.get_by_role("button", name="Sign out").click()

    expect(page.locator("#freshness")).to_contain_text("Signed out")
    assert "client_id=7example" in left.value.url
    assert page.evaluate("Object.keys(sessionStorage)") == []
    page.reload()
    expect(page.locator("#freshness")).to_contain_text("Signed out")


def test_a_refused_sign_in_says_why(page: Page, api: FakeApi, sign_in: FakeSignIn) -> None:
    sign_in.denies = True
    page.goto(api.url)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.locator("#notice")).to_contain_text("The sign-in failed: User is not confirmed.")
    assert page.url == api.url + "/"


def test_an_answer_to_a_sign_in_nobody_began_here_is_not_taken(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?code=stolen&state=guessed")

    expect(page.locator("#notice")).to_contain_text("That sign-in was not begun here, or is over.")
    expect(page.locator("#freshness")).to_contain_text("Signed out")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_token_with_another_nonce_is_not_taken(page: Page, api: FakeApi, sign_in: FakeSignIn) -> None:
    sign_in.nonce = "somebody else's"
    page.goto(api.url)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.locator("#notice")).to_contain_text("The sign-in's answer is not the one asked for.")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_sign_in_service_that_fails_is_an_error_not_a_sign_out(page: Page, api: FakeApi, sign_in: FakeSignIn) -> None:
    enter(page, api)
    sign_in.expire()
    page.route("**/oauth2/token", lambda route: route.fulfill(status=503, body="{}", content_type="application/json"))

    expect(page.locator("#notice")).to_contain_text("The sign-in service answered 503.")
    page.unroute("**/oauth2/token")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("#freshness")).to_contain_text("Live")


def test_a_configuration_without_a_client_says_what_is_missing(page: Page, api: FakeApi) -> None:
    api.config = b'{"apiUrl": "", "auth": {"domain": "https://x.example"}}'
    page.goto(api.url)

    expect(page.locator("#notice")).to_contain_text("The configuration's auth is not complete")


def test_the_challenge_is_that_of_the_rfc(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/icon.svg")

    challenge = page.evaluate(
        'async (verifier) => (await import("/js/sign_in/pkce.js")).challengeOf(verifier)',
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )
    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
