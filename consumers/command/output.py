"""The forms in which commands print: a table for a person at a terminal, else JSON, one value a line."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from penstock.cli.safe_text import safe_json, safe_text
from penstock.cli.table import columns


def for_machine(as_json: bool) -> bool:
    """Tell whether standard output is for a program: it was asked for JSON, or is no terminal."""
    return as_json or not sys.stdout.isatty()


def json_line(value: Mapping[str, Any]) -> str:
    """Return a value as one line of JSON that acts on no terminal."""
    return safe_json(json.dumps(value))


def table(rows: Iterable[Iterable[str]], right: frozenset[int]) -> list[str]:
    """Return the lines of a table; the first row is its head, the columns `right` are flush right."""
    head, *body = ([safe_text(cell) for cell in row] for row in rows)
    return columns(head, body, right=right)
