"""The dashboard on the real stack: what a newcomer sees a minute after `make run`."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Response, expect

from tests.browser.conftest import NewPage

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.browser


@pytest.fixture
def running() -> Iterator[str]:
    """The address of a pipeline that counts synthetic events."""
    command = [sys.executable, "-m", "local", "run", "--rate", "100", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(r"dashboard (http://\S+)", line):
                    yield found[1]
                    break
            else:
                pytest.fail("the run ended before it said where its dashboard is")
        finally:
            process.terminate()
            process.communicate(timeout=120)


def test_events_become_trends_on_the_page_by_themselves(running: str, new_page: NewPage, console: list[str]) -> None:
    page = new_page()
    refused: list[Response] = []
    page.on("response", lambda response: refused.append(response) if response.status >= 400 else None)
    page.goto(running)
    events = page.locator("#events")
    expect(events).to_have_text(re.compile(r"[1-9]"), timeout=60_000)
    first = events.text_content() or ""
    expect(events).not_to_have_text(first, timeout=30_000)
    assert number(events.text_content()) > number(first)
    expect(page.locator("#freshness")).to_have_attribute("data-state", "live", timeout=30_000)
    expect(page.locator("#ranking tr").first).to_contain_text("#")
    # On a slow machine a read of the table may take longer than the API waits. It says so, and the page asks again; the
    # line that Chromium then writes can't be helped. Other errors in the console are found by `new_page`.
    assert [(response.status, response.url) for response in refused if response.status != 503] == []
    assert len(console) == len(refused)


def number(text: str | None) -> int:
    return int(re.sub(r"\D", "", text or ""))
