"""A browser for the tests: the system's Chromium, driven by Playwright.

Where no Chromium is, the tests are skipped and say so; in CI (`CI=true`) that is a failure, so that they can't be
skipped for ever without anybody noticing.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Literal, Protocol, TypedDict, Unpack

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.fake_api import FakeApi
from tests.browser.fake_sign_in import FakeSignIn
from tests.browser.server import serving

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Chromium writes this for every answer that is no success: tests of the page's error states cause it on purpose.
EXPECTED_ON_ERRORS = "Failed to load resource"

expect.set_options(timeout=10_000)


class Context(TypedDict, total=False):
    """What a test may ask of a page's surroundings: options of Playwright's `Browser.new_context`."""

    locale: str
    timezone_id: str
    viewport: ViewportSize
    color_scheme: Literal["dark", "light"]
    reduced_motion: Literal["no-preference", "reduce"]
    has_touch: bool


class NewPage(Protocol):
    def __call__(self, **options: Unpack[Context]) -> Page: ...


# One browser a module, not a session: Playwright keeps an event loop running in this thread as long as it is open,
# and other folders' tests could not run theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which(CHROMIUM) or shutil.which("chromium")
    if executable is None:
        missing = f"no Chromium at {CHROMIUM} or on the path: pages were not tested"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def console() -> list[str]:
    """What pages of the test wrote to the console as errors, and what they threw."""
    return []


@pytest.fixture
def new_page(browser: Browser, console: list[str]) -> Iterator[NewPage]:
    """Opens pages, each in a context of its own with the given options. None may have failed by the end of the test."""
    contexts = []

    def open_page(**options: Unpack[Context]) -> Page:
        surroundings: Context = {
            "locale": "en-US",
            "timezone_id": "UTC",
            "viewport": {"width": 1440, "height": 900},
            "reduced_motion": "reduce",
        }
        surroundings.update(options)
        context = browser.new_context(**surroundings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: console.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: console.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [line for line in console if not line.startswith(EXPECTED_ON_ERRORS)] == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()


@pytest.fixture
def sign_in() -> FakeSignIn | None:
    """Nobody has to sign in, unless a test's module says otherwise."""
    return None


@pytest.fixture
def api(sign_in: FakeSignIn | None) -> Iterator[FakeApi]:
    with serving(FakeApi(), sign_in) as api:
        yield api
