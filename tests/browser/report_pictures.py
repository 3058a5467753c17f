"""Makes a picture of a load test's page: `python -m tests.browser.report_pictures PAGE.html NAME`, for docs/images."""

import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import ViewportSize, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.screenshots import IMAGES

VIEWPORT: Final[ViewportSize] = {"width": 1000, "height": 1_000}
"""The top of a page: what was found, and the first charts."""


def main() -> None:
    """Write the picture."""
    page_file, name = Path(sys.argv[1]), sys.argv[2]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport=VIEWPORT, color_scheme="light").new_page()
        page.goto(page_file.resolve().as_uri())
        page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
