"""A bound is met within, and on, what bounds it."""

import json

import pytest

from tests.benchmarks.report import Bound, Column, Report, Table


@pytest.mark.parametrize(
    ("bound", "met"),
    [
        (Bound("x", 2.0, least=2.0), True),
        (Bound("x", 1.9, least=2.0), False),
        (Bound("x", 2.0, most=2.0), True),
        (Bound("x", 2.1, most=2.0), False),
        (Bound("x", 2.0, least=1.0, most=3.0), True),
    ],
)
def test_a_bound_is_met_within_it(bound: Bound, met: bool) -> None:
    assert bound.met is met


def test_a_missed_bound_says_by_how_much() -> None:
    assert str(Bound("put, times", 1.9, least=2.0)) == "put, times: 1.90, floor 2.00"
    assert str(Bound("growth", 40_000_000, most=32_000_000, form=",.0f")) == "growth: 40,000,000, ceiling 32,000,000"


def test_programs_get_rows_by_the_keys_of_their_columns() -> None:
    columns = (Column("part", ""), Column("microseconds", "µs", ".2f"))
    report = Report("A title", [Table("parts", "Parts", columns, [("reading", 1.5)])], [Bound("x", 1.0, least=2.0)])
    document = json.loads(json.dumps(report.as_document()))
    assert document["tables"] == {"parts": [{"part": "reading", "microseconds": 1.5}]}
    assert document["bounds"] == [{"what": "x", "measured": 1.0, "least": 2.0, "most": None, "met": False}]
