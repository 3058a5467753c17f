"""Measure: ``python -m tests.benchmarks [BENCH …]`` (``make bench``)."""

import json
import platform
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from tests.benchmarks.benches import BENCHES, measure
from tests.benchmarks.options import Options
from tests.benchmarks.printing import print_report


@click.command()
@click.argument("benches", metavar="[BENCH]...", nargs=-1, type=click.Choice(BENCHES))
@click.option("--rounds", default=Options.rounds, type=click.IntRange(2), show_default=True, help="Rounds that count.")
@click.option(
    "--memory/--no-memory", default=Options.memory, show_default=True, help="Producer: also put ten million events."
)
@click.option(
    "--late-seconds",
    default=Options.late_seconds,
    type=click.IntRange(60),
    show_default=True,
    help="Units: of time with late events.",
)
@click.option("--rollup-events", default=Options.rollup_events, type=click.IntRange(100_000), show_default=True)
@click.option(
    "--truth-runs",
    type=click.Path(file_okay=False, path_type=Path),
    default=Options.truth_runs,
    show_default=True,
    help="Truth: folder of runs; what it has is not run again.",
)
@click.option(
    "--truth-minutes",
    default=Options.truth_minutes,
    show_default=True,
    help="Truth: after which no more runs are begun.",
)
@click.option("--calibration", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="Truth: another.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON, as when the output is no terminal.")
def main(*, benches: tuple[str, ...], json_wanted: bool, **options: Any) -> None:  # noqa: ANN401 - an option of each type
    """Run the benches named, or all. Exit status 1 means a missed floor."""
    machine_readable = json_wanted or not sys.stdout.isatty()
    reports = {}
    for name in benches or BENCHES:
        reports[name] = measure(name, Options(**options))
        if not machine_readable:
            print_report(Console(), reports[name])
    if machine_readable:
        figures = {name: report.as_document() for name, report in reports.items()}
        click.echo(json.dumps({"python": platform.python_version(), "benches": figures}, indent=2, ensure_ascii=False))
    missed = [f"{name}: {bound}" for name, report in reports.items() for bound in report.bounds if not bound.met]
    for line in missed:
        click.echo(f"missed: {line}", err=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
