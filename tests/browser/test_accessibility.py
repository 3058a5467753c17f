"""What a screen reader is told, and what axe-core (https://github.com/dequelabs/axe-core) finds in every state."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import NewPage
from tests.browser.fake_api import FakeApi, State

pytestmark = pytest.mark.browser

CHOSEN = "/?hashtag=art&hashtag=worldcup&hashtag=climate&hashtag=music&hashtag=python"
VALUE = "/?dimension=hashtag&value=art"
SCREENS: dict[str, ViewportSize] = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe-core calls serious or critical: the rule, and where it is broken."""
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in results.response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]


def test_a_screen_reader_finds_names(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)

    expect(page.get_by_role("group", name="Window of time").get_by_role("radio")).to_have_count(3)
    expect(page.get_by_role("img", name="Events per minute")).to_have_count(1)
    expect(page.get_by_role("img", name="Events per minute")).to_have_accessible_description(
        re.compile(r"^From .* All events: highest [\d,]+ at ")
    )
    expect(page.get_by_role("table", name="Top hashtags")).to_be_visible()
    expect(page.get_by_role("rowheader", name="#worldcup")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Penstock Social trends")
    expect(page.get_by_role("heading", level=2)).to_have_text(
        ["Totals", "Events per minute", "Top hashtags", "Languages", "Platforms", "Kinds"]
    )
    for dimension in ("Languages", "Platforms", "Kinds"):
        expect(page.get_by_role("region", name=dimension).get_by_role("listitem").first).to_be_visible()
    # Figures that change every two seconds are not read out by themselves; a change of state is.
    expect(page.get_by_role("status")).to_have_text("Live")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_state_breaks_a_rule(new_page: NewPage, api: FakeApi, scheme: Literal["light", "dark"], screen: str) -> None:
    page = new_page(color_scheme=scheme, viewport=SCREENS[screen])
    said: dict[State, str] = {
        "ok": "Live",
        "empty": "No events yet",
        "stale": "Stale",
        "failing": "Error",
        "throttled": "Paused",
        "silent": "Loading",
    }
    found = {}
    for state, words in said.items():
        api.state = state
        page.goto(api.url + CHOSEN)
        expect(page.locator("#freshness")).to_contain_text(words)
        if state == "ok":
            expect(page.locator("#ranking tr")).to_have_count(20)
            page.get_by_text("Figures of the chart").first.click()
        found[state] = serious(page)

    assert found == {state: [] for state in said}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_breaks_a_rule(new_page: NewPage, api: FakeApi, scheme: Literal["light", "dark"], screen: str) -> None:
    page = new_page(color_scheme=scheme, viewport=SCREENS[screen])
    pages: dict[str, Callable[[], object]] = {
        "/?sort=rise&window=5m": lambda: expect(page.locator("#ranking tr")).to_have_count(20),
        VALUE: lambda: expect(page.locator("#tile-1h strong")).to_have_text(re.compile(r"\d")),
        "/?dimension=hashtag&value=nobody": lambda: expect(page.get_by_text("Not counted in the time")).to_be_visible(),
        "/?dimension=lang": lambda: searched(page),
    }
    found = {}
    for address, arrived in pages.items():
        page.goto(api.url + address)
        arrived()
        found[address] = serious(page)

    assert found == {address: [] for address in pages}


def searched(page: Page) -> None:
    page.get_by_role("combobox").fill("c")
    expect(page.get_by_role("option")).to_have_count(3)
    page.keyboard.press("ArrowDown")
