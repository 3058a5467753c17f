"""A value's own page: its address, its figures, its time, the way there and back."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.fake_api import FakeApi
from tests.browser.figures import HOSTILE, RIGHT_TO_LEFT

pytestmark = pytest.mark.browser


def test_a_name_leads_to_its_page_and_back(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?window=24h&hashtag=music")
    page.get_by_role("link", name="#art", exact=True).click()

    heading = page.get_by_role("heading", name="#art", exact=True)
    expect(heading).to_be_focused()
    expect(page).to_have_title("#art · Penstock")
    expect(page.locator("#tile-1h strong")).to_have_text(re.compile(r"\d"))
    expect(page.locator("#ranking")).to_be_hidden()
    assert page.url.endswith("?dimension=hashtag&value=art")

    page.get_by_role("link", name="All trends").click()

    expect(page.locator("#events-label")).to_have_text("events in the last 24 hours")
    expect(page.locator("#chosen-list bdi")).to_have_text("#music")
    expect(page).to_have_title("Penstock · Social trends")

    page.go_back()
    expect(heading).to_be_visible()
    page.go_back()
    expect(page.locator("#ranking tr")).to_have_count(20)
    assert page.url.endswith("?window=24h&hashtag=music")


def test_the_page_tells_windows_rank_first_use_and_peak(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?dimension=hashtag&value=art")

    for window, label in {"5m": "Last 5 minutes", "1h": "Last hour", "24h": "Last 24 hours"}.items():
        tile = page.locator(f"#tile-{window}")
        expect(tile.get_by_role("heading")).to_have_text(label)
        expect(tile.locator("strong")).to_have_text(re.compile(r"^[\d,]+$"))
        expect(tile.locator(".change")).to_have_text(re.compile(r"^[+-]?[\d.]+%$"))
        expect(tile.locator(".before")).to_have_text(re.compile(r"^[\d,]+ in the .* before$"))
        expect(tile.locator(".rank")).to_have_text(re.compile(r"^Rank \d+ · [\d.]+% of all uses$"))
    expect(page.locator("#tile-first")).to_contain_text("40 days ago")
    expect(page.locator("#tile-peak")).to_contain_text(re.compile(r"[\d,]+ uses in that hour"))


def test_a_round_is_three_questions(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?dimension=hashtag&value=art")
    expect(page.locator("#chart-title")).to_have_text("Uses per hour")
    expect(page.locator("#content")).to_have_attribute("aria-busy", "false")

    assert sorted(question.partition("?")[0] for question in api.asked[:3]) == [
        "/v1/health",
        "/v1/trends/hashtag/%23art",
        "/v1/trends/hashtag/%23art/series",
    ]


@pytest.mark.parametrize(
    ("choices", "title", "points"),
    [
        (["1 hour"], "Uses per minute", 60),
        (["24 hours", "By minute"], "Uses per minute", 1440),
        (["7 days"], "Uses per hour", 168),
        (["7 days", "By day"], "Uses per day", 7),
        (["30 days", "By hour"], "Uses per hour", 720),
    ],
)
def test_time_and_buckets_are_the_readers(
    page: Page, api: FakeApi, choices: list[str], title: str, points: int
) -> None:
    page.goto(api.url + "/?dimension=hashtag&value=art")
    for choice in choices:
        page.get_by_role("main").get_by_role("radio", name=choice, exact=True).check()
    expect(page.locator("#chart-title")).to_have_text(title)
    expect(page.locator("#content")).to_have_attribute("aria-busy", "false")
    page.get_by_text("Figures of the chart").first.click()

    expect(page.locator("#figures tbody tr")).to_have_count(points)
    address = page.url
    page.reload()
    for choice in choices:
        expect(page.get_by_role("main").get_by_role("radio", name=choice, exact=True)).to_be_checked()
    expect(page.locator("#chart-title")).to_have_text(title)
    assert page.url == address


@pytest.mark.parametrize(
    ("dimension", "value", "name"),
    [("lang", "ja", "Japanese"), ("platform", "mastodon", "Mastodon"), ("kind", "reply", "Replies")],
)
def test_every_dimension_has_pages(page: Page, api: FakeApi, dimension: str, value: str, name: str) -> None:
    page.goto(api.url)
    page.locator(f"#{dimension}").get_by_role("link", name=name).click()

    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
    expect(page.locator("#tile-1h .rank")).to_contain_text("of all events")
    expect(page.locator("#chart-title")).to_have_text("Events per hour")
    assert page.url.endswith(f"?dimension={dimension}&value={value}")


@pytest.mark.parametrize("value", [HOSTILE, RIGHT_TO_LEFT, "..", "a/b?c#d", "50%, really", "search"])
def test_a_page_of_any_hashtag(page: Page, api: FakeApi, value: str) -> None:
    page.goto(f"{api.url}/?dimension=hashtag&value={quote(value)}")

    expect(page.locator("#value-name bdi")).to_have_text(f"#{value}")
    expect(page.locator("#tile-24h strong")).to_have_text(re.compile(r"^[1-9]"))
    expect(page.locator("#chart-summary")).to_contain_text(f"#{value}: highest")
    expect(page).to_have_title(f"#{value} · Penstock")
    assert page.locator("main img").count() == 0


def test_a_value_nobody_used_is_zero_not_an_error(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?dimension=hashtag&value=nobodysaidthis")

    expect(page.get_by_text("Not counted in the time that is kept.")).to_be_visible()
    expect(page.locator("#tile-24h strong")).to_have_text("0")
    expect(page.locator("#freshness")).to_contain_text("Live")


def test_a_hidden_value_is_answered_as_never_seen(page: Page, api: FakeApi) -> None:
    api.hidden = frozenset({"art"})
    page.goto(api.url + "/?dimension=hashtag&value=art")

    expect(page.get_by_text("Not counted in the time that is kept.")).to_be_visible()


def test_a_value_goes_to_the_chart_to_be_compared(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?dimension=lang&value=ja")
    page.get_by_role("link", name="Compare with others").click()

    expect(page.locator("#chosen-list bdi")).to_have_text("Japanese")
    expect(page.get_by_role("heading", name="Top languages")).to_be_visible()
    assert page.url.endswith("?dimension=lang&lang=ja")


def test_a_value_of_another_dimension_begins_empty(page: Page, api: FakeApi) -> None:
    page.goto(api.url + "/?dimension=hashtag&value=art")
    expect(page.locator("#content")).to_have_attribute("data-state", "filled")
    api.state = "silent"

    page.evaluate("history.pushState(null, '', '?dimension=hashtag&value=music')")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")

    expect(page.locator("#value-name")).to_have_text("#music")
    expect(page.locator("#content")).to_have_attribute("data-state", "loading")
    expect(page.locator("#tile-1h strong")).to_be_hidden()
    expect(page.locator("#chart-summary")).to_be_empty()


@pytest.mark.parametrize("width", [320, 390, 820])
def test_nothing_sticks_out_on_a_small_screen(new_page: NewPage, api: FakeApi, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800}, has_touch=True)
    page.goto(api.url + "/?dimension=hashtag&value=averyveryverylonghashtagthatsomebodytypedwithoutanyspaces")
    expect(page.locator("#plot canvas")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") == width
