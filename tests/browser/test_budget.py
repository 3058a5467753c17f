"""What the page may cost its reader: weight, time to the first content, time from an answer to its picture.

Times are the best of several, since what else a machine does can only make them longer.
"""

import gzip

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import NewPage
from tests.browser.fake_api import FakeApi

pytestmark = pytest.mark.browser

MOST_BYTES = 250_000
FIRST_CONTENT_MS = 1_000
DRAWN_MS = 100
ATTEMPTS = 5
ROUNDS = 6


def test_the_whole_page_weighs_little(page: Page, api: FakeApi) -> None:
    weights: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if "/v1/" not in response.url:
            weights[response.url] = len(gzip.compress(response.body()))

    page.on("response", weigh)
    page.goto(api.url)
    expect(page.locator("#ranking tr")).to_have_count(20)

    assert 50_000 < sum(weights.values()) < MOST_BYTES, weights


def test_the_first_content_comes_within_a_second(new_page: NewPage, api: FakeApi) -> None:
    paints = []
    for _ in range(ATTEMPTS):
        page = new_page()  # with nothing in its cache
        page.goto(api.url)
        expect(page.locator("#ranking tr")).to_have_count(20)
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        page.close()

    assert min(paints) < FIRST_CONTENT_MS, paints


@pytest.mark.parametrize("address", ["/", "/?window=24h&hashtag=art&hashtag=music", "/?dimension=hashtag&value=art"])
def test_an_answer_is_drawn_at_once(page: Page, api: FakeApi, address: str) -> None:
    page.add_init_script("""
      window.drawn = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (entry.name === "penstock:drawn") drawn.push(entry.duration);
      }).observe({ entryTypes: ["measure"] });
    """)
    page.goto(api.url + address)
    page.wait_for_function("(rounds) => drawn.length >= rounds", arg=ROUNDS, timeout=60_000)

    drawn = page.evaluate("drawn")
    assert min(drawn) < DRAWN_MS, drawn
