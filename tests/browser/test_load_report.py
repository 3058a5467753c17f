"""The page of a load test's report, which people also open on a phone."""

from pathlib import Path

import pytest

from load.report.page import write_page
from tests.browser.conftest import NewPage
from tests.unit.load.report.a_report import full

pytestmark = pytest.mark.browser

LEGIBLE = 10
"""Pixels of the smallest text."""


@pytest.mark.parametrize("width", [390, 700, 1440])
def test_text_of_charts_is_legible_and_the_page_is_never_wider_than_the_screen(
    new_page: NewPage, tmp_path: Path, width: int
) -> None:
    write_page(tmp_path / "report.html", full())
    page = new_page(viewport={"width": width, "height": 844})
    page.goto((tmp_path / "report.html").as_uri())

    sizes = page.locator("svg text").evaluate_all(
        "texts => texts.map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"
    )
    assert min(sizes) >= LEGIBLE
    assert page.evaluate("document.documentElement.scrollWidth") <= width
