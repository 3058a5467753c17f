"""Reports as people read them."""

from rich.console import Console
from rich.table import Table as Grid

from tests.benchmarks.report import Report


def print_report(console: Console, report: Report) -> None:
    """Print a report's tables, then its bounds."""
    console.rule(report.title)
    if report.versions:
        console.print(", ".join(f"{name} {version}" for name, version in report.versions.items()))
    for table in report.tables:
        grid = Grid(title=table.title)
        for column in table.columns:
            grid.add_column(column.heading, justify="right" if column.form else "left")
        for row in table.rows:
            grid.add_row(*(column.text(cell) for column, cell in zip(table.columns, row, strict=True)))
        console.print(grid)
    for bound in report.bounds:
        console.print("met   " if bound.met else "[bold red]missed[/]", str(bound), highlight=False)
