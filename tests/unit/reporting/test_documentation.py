"""The page of the API is whole, safe, and needs nothing from anywhere."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

from reporting.documentation import PAGE, page
from tests.unit.reporting.api_document import DOCUMENT


class Elements(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_says_every_route_parameter_status_and_field() -> None:
    text = page(DOCUMENT)
    for said in (
        "GET /v1/things/{thing}",
        "What there is",
        "at most 9; default <code>5</code>",
        "list of string",
        "date-time or null",
        "<code>304</code>",
        '<a href="#Thing">Thing</a>',
        "<code>names</code>",
    ):
        assert said in text


def test_text_is_never_markup() -> None:
    text = page(DOCUMENT)
    assert "An &lt;API&gt;" in text
    assert "Which &lt;b&gt;" in text


def test_links_lead_to_what_is_there_and_every_element_is_closed() -> None:
    elements = Elements(page(DOCUMENT))
    assert not elements.open
    targets = {link[1:] for link in elements.attributes["href"] if link.startswith("#")}
    assert targets <= set(elements.attributes["id"])


def test_it_loads_nothing_and_runs_nothing() -> None:
    elements = Elements(page(DOCUMENT))
    assert not {"script", "link", "img", "iframe", "form"} & set(elements.tags)
    assert not {"style", "src", "onclick"} & set(elements.attributes)
    assert not [link for link in elements.attributes["href"] if ":" in link]


def test_its_policy_allows_its_own_style_alone() -> None:
    (style,) = re.findall(r"<style>(.*)</style>", page(DOCUMENT), re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = PAGE.headers(DOCUMENT)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe-inline" not in policy
