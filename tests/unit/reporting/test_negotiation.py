"""A client gets the form that it wants most of those that a route has."""

import pytest

from reporting.negotiation import choose

JSON, CSV = "application/json", "text/csv"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/*", CSV),
        ("text/csv;header=present", CSV),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("application/json;q=0.5, text/csv", CSV),
        ("application/json;q=0.5, text/csv;q=0.4", JSON),
        ("text/csv;q=0.9,*/*;q=0.1", CSV),
        ("application/json;q=0,*/*", CSV),
        ("text/csv;q=0,text/*", None),
        ("*/*;q=0", None),
        ("text/html", None),
        ("application/problem+json", None),
        ("nonsense", JSON),
        ("text/csv;q=nonsense", CSV),
        (",,text/csv ; q=0.3 ,", CSV),
        ("*/csv", None),
    ],
)
def test_the_form_wanted_most_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert choose(accept, [JSON, CSV]) == chosen


def test_of_forms_wanted_alike_the_routes_own_choice_is_taken() -> None:
    assert choose("text/csv, application/json", [JSON, CSV]) == JSON
    assert choose("text/csv, application/json", [CSV, JSON]) == CSV
