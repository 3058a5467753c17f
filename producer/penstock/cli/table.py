"""Rows in columns, as wide as there is room for."""

from collections.abc import Sequence
from typing import Final

GAP: Final = 2

Row = Sequence[str]


def columns(header: Row, rows: Sequence[Row], *, right: frozenset[int] = frozenset()) -> list[str]:
    """Return lines with the header first.

    Args:
        header: the columns' names.
        rows: their cells, as many in each.
        right: the columns, from 0, that end where the widest of their cells ends, as numbers do.
    """
    table = [header, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    return [
        (" " * GAP)
        .join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        .rstrip()
        for row in table
    ]


def blocks(header: Row, rows: Sequence[Row]) -> list[str]:
    """Return the same as a block of lines for each row, a line for each cell, for where columns don't fit."""
    width = max(map(len, header))
    lines: list[str] = []
    for row in rows:
        lines += [row[0]]
        lines += [
            f"  {name.lower().ljust(width)}  {cell}" for name, cell in zip(header[1:], row[1:], strict=True) if cell
        ]
    return lines


def fits(lines: Sequence[str], width: int | None) -> bool:
    """Tell whether no line is wider than there is room for; none stands for any width."""
    return width is None or all(len(line) <= width for line in lines)
