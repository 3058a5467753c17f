"""Measure the producer: ``python -m tests.benchmarks`` (``make bench``)."""

import logging
import multiprocessing
import sys

import click
from rich.console import Console
from rich.progress import Progress

from tests.benchmarks.comparison import compare
from tests.benchmarks.memory import MOST_GROWTH, measure_growth
from tests.benchmarks.parts import measure_parts
from tests.benchmarks.report import as_json, print_tables
from tests.benchmarks.workload import make_events

_EVENTS = 100_000
_MEMORY_EVENTS = 10_000_000


@click.command()
@click.option("--rounds", default=10, type=click.IntRange(2), show_default=True, help="Rounds that count.")
@click.option("--memory/--no-memory", default=True, show_default=True, help="Also put ten million events.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON, as when the output is no terminal.")
def main(*, rounds: int, memory: bool, json_wanted: bool) -> None:
    """Measure what an event costs, next to aws-kinesis-agg and async-kinesis. Exit status 1 means a missed floor."""
    logging.disable(logging.WARNING)  # async-kinesis warns that its limits are off
    machine_readable = json_wanted or not sys.stdout.isatty()
    console = Console(stderr=machine_readable)
    events = make_events(_EVENTS)
    missed = []
    growth = None
    with Progress(console=console, disable=not console.is_terminal) as progress:
        if memory:
            task = progress.add_task("Memory", total=_MEMORY_EVENTS)
            # A process of its own, and before anything else has made this one large. It is spawned: producers have
            # threads, which a fork would lose.
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                growth = pool.apply(measure_growth, (_MEMORY_EVENTS,))
            progress.update(task, completed=_MEMORY_EVENTS)
            if growth[1] - growth[0] > MOST_GROWTH:
                missed.append(f"memory grew by {growth[1] - growth[0]:,} bytes from 1 to 10 million events")
        task = progress.add_task("Rounds", total=rounds + 1)
        comparison = compare(events, rounds, lambda number: progress.update(task, completed=number + 1))
        parts = measure_parts(events)
    for ratio in comparison.ratios:
        if not ratio.met:
            name = ", ".join(ratio.goal.contender)
            missed.append(f"{name}: {ratio.measured.median:.2f} times {ratio.goal.other[0]}, floor {ratio.goal.floor}")
    if machine_readable:
        click.echo(as_json(comparison, parts, growth))
    else:
        print_tables(console, comparison, parts)
        if growth is not None:
            console.print(f"Resident: {growth[0] >> 20} MiB at 1 million events, {growth[1] >> 20} MiB at 10 million")
    for line in missed:
        click.echo(f"missed: {line}", err=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
