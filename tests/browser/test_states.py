"""The dashboard where something is missing: no answer yet, no events, old events, errors, a pause asked for."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_api import FakeApi

pytestmark = pytest.mark.browser


def test_loading_is_said(page: Page, api: FakeApi) -> None:
    api.state = "silent"
    page.goto(api.url)

    expect(page.locator("#freshness")).to_have_text(re.compile("Loading"))
    expect(page.locator("#content")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#events-label")).to_have_text("Loading the trends …")


def test_no_events_yet(page: Page, api: FakeApi) -> None:
    api.state = "empty"
    page.goto(api.url)

    expect(page.locator("#freshness")).to_contain_text("No events yet")
    expect(page.locator("#chart")).to_contain_text("Trends appear here seconds after the first event.")
    expect(page.get_by_text("Nothing in this window")).to_be_visible()
    expect(page.locator("#events")).to_have_text("0")
    expect(page.locator("#notice")).to_be_hidden()

    api.state = "ok"

    expect(page.locator("#freshness")).to_contain_text("Live")
    expect(page.get_by_text("Trends appear here")).to_be_hidden()
    expect(page.locator("#ranking tr")).to_have_count(20)


def test_old_figures_are_called_stale(page: Page, api: FakeApi) -> None:
    api.state = "stale"
    page.goto(api.url)

    expect(page.locator("#freshness")).to_contain_text("Stale")
    expect(page.locator("#notice")).to_contain_text("The newest one counted arrived 10 minutes ago")
    expect(page.get_by_role("status")).to_contain_text("No new events.")
    expect(page.locator("#ranking tr")).to_have_count(20)


@pytest.mark.parametrize("address", ["/", "/?value=art"])
def test_the_masthead_says_as_of_when_the_figures_are(page: Page, api: FakeApi, address: str) -> None:
    api.lists_behind = 3_600.0
    page.goto(api.url + address)
    time = page.locator("#freshness-as-of time")
    expect(time).to_be_visible()

    said = datetime.fromisoformat(time.get_attribute("datetime") or "")
    assert timedelta(minutes=50) < datetime.now(UTC) - said
    expect(page.locator("#freshness")).to_contain_text("Live")


def test_an_error_keeps_the_figures_and_says_so(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)

    api.state = "failing"

    expect(page.locator("#freshness")).to_contain_text("Error")
    expect(page.locator("#notice")).to_contain_text(
        "The reporting API answered 503: the tables do not answer. Request c6af9ac6."
    )
    expect(page.locator("#notice")).to_contain_text(
        re.compile(r"The figures are as of \d+:\d\d:\d\d.*Trying again in \d+ s\.")
    )
    expect(page.locator("#ranking tr")).to_have_count(20)

    api.state = "ok"
    page.get_by_role("button", name="Try now").click()

    expect(page.locator("#freshness")).to_contain_text("Live")
    expect(page.locator("#notice")).to_be_hidden()


def test_an_error_from_the_start_shows_no_figures(page: Page, api: FakeApi) -> None:
    api.state = "wordless"
    page.goto(api.url)

    expect(page.locator("#freshness")).to_contain_text("Error")
    expect(page.locator("#notice")).to_contain_text("The reporting API does not answer.")
    expect(page.locator("#events")).to_be_hidden()

    api.state = "ok"

    expect(page.locator("#events")).to_have_text(re.compile(r"\d"))


def test_a_page_without_its_configuration_says_what_is_missing(page: Page, api: FakeApi) -> None:
    api.config = b"{}"
    page.goto(api.url)

    expect(page.locator("#notice")).to_contain_text('config.json beside the page must hold {"apiUrl": "…"}')
    assert api.asked == []


def test_a_pause_is_kept_for_as_long_as_the_api_asked(page: Page, api: FakeApi) -> None:
    page.clock.install()
    api.state = "throttled"
    api.retry_after = "45"
    page.goto(api.url)
    expect(page.locator("#freshness")).to_contain_text("Paused")
    expect(page.locator("#notice")).to_contain_text(re.compile(r"asked for a pause\. .*Trying again in 4\d s\."))
    expect(page.get_by_role("button", name="Try now")).to_be_hidden()
    asked = len(api.asked)
    api.state = "ok"

    page.clock.run_for(30_000)
    page.get_by_role("radio", name="5 min").check()
    page.clock.run_for(1_000)
    assert len(api.asked) == asked

    page.clock.run_for(20_000)
    expect(page.locator("#freshness")).to_contain_text("Live")
    expect(page.locator("#events-label")).to_have_text("events in the last 5 minutes")


def test_a_page_nobody_sees_asks_once_a_minute(page: Page, api: FakeApi) -> None:
    page.clock.install()
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.away ?? true })")
    page.goto(api.url)
    expect(page.locator("#freshness")).to_contain_text("Live")
    rounds = api.round

    page.clock.run_for(40_000)
    assert api.round == rounds

    with page.expect_response("**/v1/health*"):
        page.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
        page.clock.run_for(100)
    expect(page.locator("#freshness")).to_contain_text("Live")
    assert api.round == rounds + 1


def test_the_pace(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/icon.svg")
    cases = [
        ({"failures": 0, "retryAfterMs": 0, "durationMs": 90, "hidden": False}, 2_000),
        ({"failures": 0, "retryAfterMs": 0, "durationMs": 7_000, "hidden": False}, 7_000),
        ({"failures": 0, "retryAfterMs": 0, "durationMs": 90, "hidden": True}, 60_000),
        ({"failures": 1, "retryAfterMs": 0, "durationMs": 90, "hidden": False}, 2_000),
        ({"failures": 4, "retryAfterMs": 0, "durationMs": 90, "hidden": False}, 16_000),
        ({"failures": 40, "retryAfterMs": 0, "durationMs": 90, "hidden": False}, 60_000),
        ({"failures": 1, "retryAfterMs": 45_000, "durationMs": 90, "hidden": False}, 45_000),
        ({"failures": 1, "retryAfterMs": 86_400_000, "durationMs": 90, "hidden": False}, 600_000),
    ]
    for last, milliseconds in cases:
        delay = page.evaluate("async (last) => (await import('/js/rounds/pace.js')).delayAfter(last, () => 0.5)", last)
        assert delay == milliseconds, last


def test_retry_after_is_seconds_or_a_date(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/icon.svg")
    cases = {
        None: 0,
        "": 0,
        "7": 7_000,
        "-3": 0,
        "soon": 0,
        "Wed, 29 Apr 2026 09:30:12 GMT": 12_000,
        "Wed, 29 Apr 2026 09:29:00 GMT": 0,
    }
    wait = """
    async (header) => (await import("/js/api.js")).retryAfterMs(header, Date.UTC(2026, 3, 29, 9, 30, 0))
    """
    for header, milliseconds in cases.items():
        assert page.evaluate(wait, header) == milliseconds, header
