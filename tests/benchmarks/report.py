"""What a bench has found: tables, and the floors and ceilings that it was measured against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Cell = str | int | float


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        key: its name in JSON.
        heading: its name for people.
        form: how its numbers are written (a format specification, like ``,.2f``); empty for text.
    """

    key: str
    heading: str
    form: str = ""

    def text(self, cell: Cell) -> str:
        """Return a cell as people read it."""
        return format(cell, self.form) if self.form else str(cell)


@dataclass(frozen=True)
class Table:
    """Rows of cells, one for each column."""

    name: str
    """Its name in JSON."""
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Bound:
    """A floor or a ceiling, and what was measured.

    Attributes:
        what: was measured, like ``put next to aws-kinesis-agg, times``.
        measured: the figure.
        least: the floor, if there is one.
        most: the ceiling, if there is one.
        form: how the figures are written.
    """

    what: str
    measured: float
    least: float | None = None
    most: float | None = None
    form: str = ",.2f"

    @property
    def met(self) -> bool:
        """Whether the figure is within."""
        return (self.least is None or self.measured >= self.least) and (self.most is None or self.measured <= self.most)

    def __str__(self) -> str:
        """Return the bound and the figure as a line."""
        floor = "" if self.least is None else f", floor {self.least:{self.form}}"
        ceiling = "" if self.most is None else f", ceiling {self.most:{self.form}}"
        return f"{self.what}: {self.measured:{self.form}}{floor}{ceiling}"


@dataclass(frozen=True)
class Report:
    """What one bench has found.

    Attributes:
        title: what it measures.
        tables: its figures.
        bounds: what must hold; one that is not met makes ``make bench`` fail.
        versions: of the distributions that it is measured against, by name.
    """

    title: str
    tables: Sequence[Table]
    bounds: Sequence[Bound] = ()
    versions: dict[str, str] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        """Return the figures as plain data, for JSON."""
        return {
            "title": self.title,
            "versions": self.versions,
            "tables": {
                table.name: [
                    dict(zip((column.key for column in table.columns), row, strict=True)) for row in table.rows
                ]
                for table in self.tables
            },
            "bounds": [
                {
                    "what": bound.what,
                    "measured": bound.measured,
                    "least": bound.least,
                    "most": bound.most,
                    "met": bound.met,
                }
                for bound in self.bounds
            ],
        }
