"""Comma-separated values hold every value, and no formula."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting import comma_separated
from reporting.answers import Before, Point, RankedValue, Series, Trends

HEADER = "rank,value,count,share,count_before,change,rank_before\r\n"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def trends(*values: str) -> Trends:
    items = [
        RankedValue(
            rank=rank,
            value=value,
            count=3,
            share=1e-06,
            count_before=0,
            change=None,
            rank_before=None,
            history=[1, 2],
        )
        for rank, value in enumerate(values, 1)
    ]
    return Trends(
        dimension="hashtag",
        window="1h",
        sort="count",
        from_="2026-04-29T08:31:00Z",
        to="2026-04-29T09:31:00Z",
        as_of=None,
        total=3,
        distinct=1,
        before=Before(from_="2026-04-29T07:31:00Z", to="2026-04-29T08:31:00Z", total=0),
        history_seconds=300,
        items=items,
        next_cursor=None,
    )


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


def test_lines_end_as_rfc_4180_has_it_and_numbers_are_plain() -> None:
    assert comma_separated.trends(trends("a")) == f"{HEADER}1,a,3,0.000001,0,,\r\n"


def test_an_empty_list_is_a_header() -> None:
    assert comma_separated.trends(trends()) == HEADER


def test_a_series_is_a_row_a_bucket() -> None:
    series = Series(
        dimension="lang",
        value="en",
        granularity="minute",
        from_="2026-04-29T09:30:00Z",
        to="2026-04-29T09:32:00Z",
        as_of=None,
        total=7,
        points=[Point(start="2026-04-29T09:30:00Z", count=0), Point(start="2026-04-29T09:31:00Z", count=7)],
    )
    assert read(comma_separated.series(series)) == [
        ["start", "count"],
        ["2026-04-29T09:30:00Z", "0"],
        ["2026-04-29T09:31:00Z", "7"],
    ]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "=cmd|' /C calc'!A0"])
def test_no_value_is_a_formula(value: str) -> None:
    (_, (_, cell, *_)) = read(comma_separated.trends(trends(value)))
    assert cell == f"'{value}"


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1)))
def test_every_value_can_be_told_from_its_cell(values: list[str]) -> None:
    _, *rows = read(comma_separated.trends(trends(*values)))
    assert [row[1].removeprefix("'") for row in rows] == values
    assert not any(row[1].startswith(STARTS_A_FORMULA) for row in rows)
