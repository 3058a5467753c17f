"""Answers as comma-separated values (RFC 4180), for spreadsheets and scripts.

A spreadsheet takes a cell that begins with one of a few characters for a formula, and a value of an event may begin
with any. Such a cell gets an apostrophe in front, as OWASP ("CSV Injection") has it; so does one that begins with an
apostrophe itself, so that taking one apostrophe away always gives the value back.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from reporting.answers import Comparison, Series, Trends

_FORMULA: Final = tuple("=+-@\t\r\n'＝＋－＠")  # noqa: RUF001 - full width, which spreadsheets take for the plain ones

Cell = str | int | float | None


def trends(answer: Trends) -> str:
    """Return a page of a list: a row a value."""
    return _write(
        ("rank", "value", "count", "share", "count_before", "change", "rank_before"),
        (
            (item.rank, item.value, item.count, item.share, item.count_before, item.change, item.rank_before)
            for item in answer.items
        ),
    )


def series(answer: Series) -> str:
    """Return a series: a row a bucket."""
    return _write(("start", "count"), ((point.start, point.count) for point in answer.points))


def comparison(answer: Comparison) -> str:
    """Return a comparison: a row a bucket, a column a value."""
    columns = [each.counts for each in answer.series]
    return _write(("start", *(each.value for each in answer.series)), zip(answer.starts, *columns, strict=True))


def _write(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_guarded(name) for name in header])
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return text.getvalue()


def _guarded(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return f"{cell:.6f}".rstrip("0").rstrip(".")  # never 1e-06
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
