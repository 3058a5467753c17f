"""What the page is made of: its weight, its policy, its licences, its contrast, its names for a screen reader."""

import hashlib
import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import NewPage
from tests.browser.fake_api import DASHBOARD, FakeApi, State

WEIGHT_LIMIT = 250_000

# Elements with a text of their own whose contrast with what is behind them is below WCAG AA (4.5, large text 3).
LOW_CONTRAST = """
() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (rgb) => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.slice(0, 3).map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || !element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const [dark, light] = [luminance(parse(style.color)), luminance(behind(element))].sort((a, b) => a - b);
    const needed = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < needed) low.push([element.textContent.slice(0, 40), contrast]);
  }
  return low;
}
"""


@pytest.mark.browser
def test_the_whole_page_weighs_little(page: Page, api: FakeApi) -> None:
    weights: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if "/v1/" not in response.url:
            weights[response.url] = len(response.body())

    page.on("response", weigh)
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)

    assert 50_000 < sum(weights.values()) < WEIGHT_LIMIT, weights  # as served here: uncompressed


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(new_page: NewPage, api: FakeApi, scheme: Literal["light", "dark"]) -> None:
    page = new_page(color_scheme=scheme)
    said: dict[State, str] = {
        "ok": "Live",
        "empty": "No events yet",
        "stale": "Stale",
        "failing": "Error",
        "throttled": "Paused",
        "silent": "Loading",
    }
    for state, words in said.items():
        api.state = state
        page.goto(api.url + "/?hashtag=art&hashtag=worldcup&hashtag=climate&hashtag=music&hashtag=python")
        expect(page.locator("#freshness")).to_contain_text(words)
        if state == "ok":
            page.get_by_text("Figures of the chart").first.click()
            expect(page.locator("#figures tbody tr")).to_have_count(60)
        assert page.evaluate(LOW_CONTRAST) == [], state


@pytest.mark.browser
def test_a_screen_reader_finds_names(page: Page, api: FakeApi) -> None:
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)

    expect(page.get_by_role("group", name="Window of time").get_by_role("radio")).to_have_count(3)
    expect(page.get_by_role("img", name="Events per minute")).to_have_count(1)
    expect(page.get_by_role("img", name="Events per minute")).to_have_accessible_description(
        re.compile(r"^From .* All events: highest [\d,]+ at ")
    )
    expect(page.get_by_role("table", name="Hashtags by number of uses in the window")).to_be_visible()
    expect(page.get_by_role("rowheader", name="#worldcup")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Penstock Social trends")
    expect(page.get_by_role("heading", level=2)).to_have_text(
        ["Totals", "Events per minute", "Top hashtags", "Languages", "Platforms", "Kinds"]
    )
    for dimension in ("Languages", "Platforms", "Kinds"):
        expect(page.get_by_role("region", name=dimension).get_by_role("listitem").first).to_be_visible()
    # Figures that change every two seconds are not read out by themselves; a change of state is.
    expect(page.get_by_role("status")).to_have_text("Live")


def test_the_page_needs_nothing_inline() -> None:
    html = (DASHBOARD / "index.html").read_text()

    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", html) == []
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert "unsafe" not in policy[1]
    assert "default-src 'none'" in policy[1]


def test_values_become_text_never_markup() -> None:
    for module in (DASHBOARD / "js").glob("*.js"):
        code = module.read_text()
        assert (
            re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|eval\(|new Function", code)
            == []
        ), module.name


@pytest.mark.parametrize(
    "readme", sorted((DASHBOARD / "vendor").glob("*/README.md")), ids=lambda path: path.parent.name
)
def test_what_is_vendored_is_unchanged_and_licensed(readme: Path) -> None:
    listed = dict(reversed(line.split()) for line in re.findall(r"[0-9a-f]{64}  \S+", readme.read_text()))
    present = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in readme.parent.iterdir() if path != readme
    }

    assert "LICENSE" in present
    assert present == listed
