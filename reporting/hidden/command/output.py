"""What the hide-list's commands print: a table for a person at a terminal, else JSON, one value a line. Pure."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from consumers.command.output import json_line, table
from consumers.counts import DIMENSIONS
from consumers.trends.hidden import Hidden


class Change(NamedTuple):
    """What a command came to for one value."""

    dimension: str
    value: str
    hidden: bool
    """Whether it is hidden now."""
    changed: bool
    """Whether it was not before; or was, where it is not now."""


def list_lines(hidden: Hidden, dimensions: Collection[str], *, as_json: bool) -> Iterator[str]:
    """Yield the hidden values of `dimensions`, in order of dimension and value."""
    rows = [
        (dimension, value) for dimension in DIMENSIONS if dimension in dimensions for value in sorted(hidden[dimension])
    ]
    if as_json:
        yield from (json_line({"dimension": dimension, "value": value}) for dimension, value in rows)
    elif rows:
        yield from table([("dimension", "value"), *rows], frozenset())
    else:
        yield "nothing is hidden"


def change_lines(changes: Iterable[Change], *, as_json: bool) -> Iterator[str]:
    """Yield what was done, value by value."""
    if as_json:
        yield from (json_line(change._asdict()) for change in changes)
    else:
        rows = [(change.dimension, change.value, _said(change)) for change in changes]
        yield from table([("dimension", "value", ""), *rows], frozenset())


def _said(change: Change) -> str:
    if change.hidden:
        return "hidden" if change.changed else "was hidden before"
    return "shown again" if change.changed else "was not hidden"
