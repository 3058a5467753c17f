"""The forms in which commands print: a table for a person at a terminal, else JSON, one value a line."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from penstock.cli.safe_text import safe_json, safe_text


def for_machine(as_json: bool) -> bool:
    """Tell whether standard output is for a program: it was asked for JSON, or is no terminal."""
    return as_json or not sys.stdout.isatty()


def json_line(value: Mapping[str, Any]) -> str:
    """Return a value as one line of JSON that acts on no terminal."""
    return safe_json(json.dumps(value))


def table(rows: Iterable[Iterable[str]], right: frozenset[int]) -> Iterator[str]:
    """Yield the lines of a table; the first row is its head, the columns `right` are flush right."""
    lines = [[safe_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
