"""``penstock-load compare``: two reports side by side."""

from pathlib import Path

import click


@click.command()
@click.argument("before", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("after", type=click.Path(path_type=Path, dir_okay=False))
def compare(before: Path, after: Path) -> None:
    """Show two reports (FILE.json) side by side, and which of their differences are beyond the noise."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from load.report.comparison import Difference, Verdict, unlike
    from load.report.comparison import compare as compare_reports
    from load.report.files import read_report
    from load.report.text import UNKNOWN, duration

    def shown(difference: Difference, value: float) -> str:
        if difference.unit == "s":
            return duration(value)
        if difference.unit == "$":
            return f"${value:,.2f}"
        return f"{value:,.0f}{difference.unit}" if value >= 100 else f"{value:.4g}{difference.unit}"

    one, other = read_report(before), read_report(after)
    console = Console(highlight=False, soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    for name in (before.name, after.name, "change"):
        table.add_column(Text(name), justify="right")
    table.add_column("")
    for each in compare_reports(one, other):
        change = UNKNOWN if each.change is None else f"{each.change:+.1%}"
        style = "bold" if each.verdict is Verdict.BEYOND else "dim"
        table.add_row(each.name, shown(each, each.before), shown(each, each.after), change, Text(each.verdict, style))
    console.print(table)
    if differs := unlike(one, other):
        console.print("They were asked for differently:")
        for line in differs:
            console.print(f"  {line}", markup=False)
    for path, report in ((before, one), (after, other)):
        if report.partial:
            console.print(f"{path.name} is partial: ended by {report.ended} before its time", markup=False)
