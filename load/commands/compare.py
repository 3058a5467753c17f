"""``penstock-load compare``: two reports side by side."""

from pathlib import Path

import click

from load.commands.output import say

RIGHT = frozenset({1, 2, 3})


@click.command()
@click.argument("before", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("after", type=click.Path(path_type=Path, dir_okay=False))
def compare(before: Path, after: Path) -> None:
    """Show two reports (FILE.json) side by side, and which of their differences are beyond the noise."""
    from load.report.comparison import Difference, Verdict, unlike
    from load.report.comparison import compare as compare_reports
    from load.report.files import read_report
    from load.report.text import UNKNOWN, duration
    from penstock.cli.safe_text import safe_text
    from penstock.cli.table import columns

    def shown(difference: Difference, value: float) -> str:
        if difference.unit == "s":
            return duration(value)
        if difference.unit == "$":
            return f"${value:,.2f}"
        return f"{value:,.0f}{difference.unit}" if value >= 100 else f"{value:.4g}{difference.unit}"

    def row(each: Difference) -> list[str]:
        change = UNKNOWN if each.change is None else f"{each.change:+.1%}"
        verdict = click.style(each.verdict, bold=each.verdict is Verdict.BEYOND, dim=each.verdict is not Verdict.BEYOND)
        return [each.name, shown(each, each.before), shown(each, each.after), change, verdict]

    one, other = read_report(before), read_report(after)
    # Files' names are no heads: long ones would drive the figures apart.
    for name, path, report in (("before", before, one), ("after", after, other)):
        partial = f" (partial: ended by {report.ended} before its time)" if report.partial else ""
        say(f"{name:<6}  {safe_text(str(path))}{partial}")
    say()
    head = ["", "before", "after", "change", "noise"]
    for line in columns(head, [row(each) for each in compare_reports(one, other)], right=RIGHT):
        say(line)
    if differs := unlike(one, other):
        say("\nThey were asked for differently:")
        for line in differs:
            say(f"  {safe_text(line)}")
