"""Makes the pictures in docs/images anew: `python -m tests.browser.screenshots [URL]`.

Of the page with synthetic figures, or of the one at URL, say of `make run`.
"""

import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.fake_api import FakeApi
from tests.browser.server import serving

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDE: ViewportSize = {"width": 1440, "height": 960}
PHONE: ViewportSize = {"width": 390, "height": 844}

TAGS: Final = (
    *("rivers", "opensource", "photography", "élections", "たのまう", "worldcup", "gardening", "тинита", "القدس"),
    *("jazz", "climate", "bookclub", "chess", "sourdough", "python", "astronomy", "cycling", "caturday", "шторм"),
    *("ceramics", "birding", "running", "design", "filmnoir", "typography", "wildflowers", "maps", "coffee"),
)


class Picture(NamedTuple):
    """One picture: its file's name, what it shows, and how."""

    name: str
    address: str
    viewport: ViewportSize
    dark: bool


PICTURES: Final = (
    Picture("dashboard", "/", WIDE, dark=False),
    Picture(
        "dashboard-dark",
        "/?window=24h&sort=rise&hashtag=rivers&hashtag=worldcup&hashtag=gardening",
        WIDE,
        dark=True,
    ),
    Picture("dashboard-value", "/?dimension=hashtag&value=rivers&range=7d", WIDE, dark=False),
    Picture("dashboard-phone", "/", PHONE, dark=False),
    Picture("dashboard-phone-value", "/?value=rivers", PHONE, dark=True),
)


def take(browser: Browser, url: str, picture: Picture) -> None:
    """Write one picture of the page at `url`."""
    context = browser.new_context(
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        viewport=picture.viewport,
        color_scheme="dark" if picture.dark else "light",
    )
    page = context.new_page()
    page.goto(url + picture.address)
    expect(page.locator("#content")).to_have_attribute("data-state", "filled")
    figure = "#tile-24h strong" if "value=" in picture.address else "#events"
    expect(page.locator(figure)).to_have_text(re.compile("[1-9]"))
    page.evaluate("document.fonts.ready")
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()


def main() -> None:
    """Take all pictures."""
    with ExitStack() as ending:
        if len(sys.argv) > 1:
            url = sys.argv[1].rstrip("/")
        else:
            api = FakeApi()
            api.tags = TAGS
            url = ending.enter_context(serving(api)).url
        playwright = ending.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        ending.callback(browser.close)
        for picture in PICTURES:
            take(browser, url, picture)


if __name__ == "__main__":
    main()
