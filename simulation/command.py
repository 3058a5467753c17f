"""The command: which seeds and faults, on how many processors; progress, summary and exit status."""

import os
import shlex
import signal
import time
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from simulation.faults import NAMES, UnknownFaultError, selected
from simulation.invariants import kind_of, shortened
from simulation.many import WorkerDiedError, outcome_of, run_all
from simulation.run import Outcome
from simulation.shrinking import shrunk
from simulation.summary import Summary
from simulation.trace import Trace
from simulation.world.handlers import simulated_handlers

HELD: Final = 0
VIOLATED: Final = 1
INTERRUPTED: Final = 130

MOST_SHOWN: Final = 10
"""Failing seeds of which more than the command line is said."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seeds", type=click.IntRange(1), metavar="N", help="How many seeds to run, from 0 on.  [default: 200]")
@click.option("--seed", type=click.IntRange(0), metavar="K", help="Run this seed; with --seeds, it and those after it.")
@click.option("--faults", default="", metavar="NAMES", help="Only these, with commas between; all but -NAME; or none.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes at once.  [default: one a processor]")
@click.option("--trace", type=click.Path(dir_okay=False, path_type=Path), help="Write what happened, of one seed.")
def simulate(seeds: int | None, seed: int | None, faults: str, jobs: int | None, trace: Path | None) -> int:
    """Run the whole pipeline in simulated worlds, a world a seed, and check that every event is counted once.

    Ends with 0 if everything held, 1 if not, 2 for wrong options, 130 after Ctrl-C.
    """
    try:
        allowed = selected(faults) if faults else frozenset(NAMES)
    except UnknownFaultError as error:
        raise click.BadParameter(str(error), param_hint="--faults") from error
    first, count = seed or 0, seeds or (1 if seed is not None else 200)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    if trace is None:
        return _run(range(first, first + count), faults, allowed, jobs or os.cpu_count() or 1, console)
    if count > 1:
        raise click.UsageError("--trace is for one seed: say --seed K without --seeds.")
    try:
        trace.write_text("", encoding="utf-8")  # before the run, which takes a while
    except OSError as error:
        raise click.BadParameter(f"{trace} can't be written: {error.strerror}.", param_hint="--trace") from error
    return _trace(first, allowed, trace, console)


def _run(seeds: range, faults: str, allowed: frozenset[str], jobs: int, console: Console) -> int:
    """Run seeds, show how far it is, and say what came of them; return the exit status."""
    began, summary = time.monotonic(), Summary()
    died: WorkerDiedError | None = None
    interrupted = False
    try:
        interrupted = _add_up(seeds, faults, allowed, jobs, summary)
    except WorkerDiedError as error:  # of the others something is known
        died = error
    for line in summary.lines(time.monotonic() - began, allowed):
        console.print(line)
    for outcome in sorted(summary.failed, key=lambda each: each.seed)[:MOST_SHOWN]:
        console.print(f"\n{_command_line(outcome.seed, faults)}", style="bold")
        _tell(outcome.violations, console)
    if died is not None:
        raise died
    if interrupted:
        console.print("interrupted")
        return INTERRUPTED
    if summary.failed and len(seeds) == 1:
        _shrink(summary.failed[0], allowed, console)
    return VIOLATED if summary.failed else HELD


def _add_up(seeds: range, faults: str, allowed: frozenset[str], jobs: int, summary: Summary) -> bool:
    """Run seeds and add up what comes of them, with a bar; return whether Ctrl-C ended it."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=_errors()) as progress:
        task = progress.add_task("seeds", total=len(seeds))

        def add(outcome: Outcome) -> None:
            summary.add(outcome)
            progress.advance(task)
            if outcome.violations:
                progress.update(task, description=f"seeds, {len(summary.failed)} failed")
                progress.console.print(_command_line(outcome.seed, faults), style="bold")

        return run_all(seeds, allowed, jobs, add)


def main() -> int:
    """Run the command of this process; return its exit status. Told to terminate, it ends as after Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = simulate.main(prog_name="python -m simulation", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except WorkerDiedError as error:
        click.echo(f"Error: {error}.", err=True)
        return VIOLATED
    except OSError as error:
        click.echo(f"Error: what came of it can't be written: {error.strerror}.", err=True)
        return VIOLATED
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)
    return int(status or 0)


def _errors() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


def _command_line(seed: int, faults: str) -> str:
    return f"make simulate SEED={seed}" + (f" FAULTS={shlex.quote(faults)}" if faults else "")


def _tell(violations: list[str], console: Console) -> None:
    for violation in shortened(violations):
        console.print(f"  {violation}")


def _shrink(failed: Outcome, allowed: frozenset[str], console: Console) -> None:
    """Say which faults a seed needs to fail as it did, and what then fails; and meanwhile how far that is."""
    wanted = {kind_of(violation) for violation in failed.violations}
    found = failed.violations
    with simulated_handlers(), _errors().status("looking for the least faults with which it fails") as status:
        least = len(allowed)

        def fails(faults: frozenset[str]) -> bool:
            nonlocal least, found
            violations = outcome_of(failed.seed, faults).violations
            likewise = not wanted.isdisjoint(map(kind_of, violations))
            if likewise:
                least, found = len(faults), violations
            status.update(f"looking for the least faults with which it fails: {least} or fewer")
            return likewise

        needed = shrunk(allowed, fails)
    names = ",".join(sorted(needed)) or "none"
    console.print(f"\nthe least faults with which it fails:\n{_command_line(failed.seed, names)}", style="bold")
    _tell(found, console)


def _trace(seed: int, allowed: frozenset[str], file: Path, console: Console) -> int:
    """Run one seed and write down what happened."""
    traces: list[Trace] = []
    with simulated_handlers():
        try:
            outcome = outcome_of(seed, allowed, traces=traces)
        finally:
            for trace in traces:
                file.write_text("".join(trace.lines()), encoding="utf-8")
    for trace in traces:
        console.print(f"{len(trace):,} lines in {file}")
    _tell(outcome.violations, console)
    return VIOLATED if outcome.violations else HELD
