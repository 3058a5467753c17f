"""What the page is made of: its policy, its modules, its licences."""

import hashlib
import re
from pathlib import Path

import pytest

from tests.browser.server import DASHBOARD


def test_the_page_needs_nothing_inline() -> None:
    html = (DASHBOARD / "index.html").read_text()

    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", html) == []
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert "unsafe" not in policy[1]
    assert "default-src 'none'" in policy[1]


def test_values_become_text_never_markup() -> None:
    for module in (DASHBOARD / "js").rglob("*.js"):
        code = module.read_text()
        assert (
            re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|eval\(|new Function", code)
            == []
        ), module.name


def test_every_module_and_style_is_asked_for_by_the_page_itself() -> None:
    html = (DASHBOARD / "index.html").read_text()
    listed = re.findall(r'(?:modulepreload|stylesheet)" href="([^"]+)"', html)
    present = [
        path.relative_to(DASHBOARD).as_posix() for path in DASHBOARD.rglob("*.[cj]s*") if path.suffix in {".js", ".css"}
    ]

    assert sorted(listed) == sorted(set(present) - {"js/main.js"})


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
