"""``penstock-load tune``: find the configuration that meets a goal for the least money."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from load.commands.interrupted import told_unwritten
from load.commands.options import (
    FILE,
    SETTINGS,
    configuration_of,
    known_options,
    report_options,
    set_option,
    to_be_written,
    traffic_options,
)
from load.commands.output import show
from load.commands.stack_options import region_option
from load.commands.written import Written

if TYPE_CHECKING:
    from consumers.command.progress import Progress
    from load.calibration.calibration import Calibration
    from load.configuration import Configuration
    from load.model.surroundings import Surroundings
    from load.model.traffic import Traffic
    from load.prices.table import PriceTable
    from load.tuning.advice import Advice
    from load.tuning.evaluation import Judged
    from load.tuning.goal import Strategy
    from load.tuning.space import Space
    from load.tuning.tune import Tuned, Tuner

BUDGET = 160


@click.command(context_settings=SETTINGS)
@traffic_options
@click.option("--within", required=True, type=float, metavar="SECONDS", help="When answers must have an event.")
@click.option("--percentile", default=0.99, show_default=True, help="Of which part of the events.")
@click.option("--headroom", default=0.3, show_default=True, help="By how much the peak may be exceeded.")
@click.option(
    "--strategy",
    default="cost",
    show_default=True,
    type=click.Choice(("cost", "speed", "balanced")),
    help="The cheapest that meets the goal, the freshest, or the least product of both.",
)
@click.option(
    "--budget",
    default=BUDGET,
    show_default=True,
    type=click.IntRange(10),
    help="How much to simulate: to look at a configuration takes 1, to confirm one 3 at most.",
)
@set_option
@click.option(
    "--running", is_flag=True, help="--set is a stack that runs: say whether a change is worth it, step by step."
)
@click.option(
    "--apply",
    "stack",
    metavar="NAME",
    help="Begin from what a deployed stack has, advise as --running does, and change it, after asking.",
)
@region_option
@click.option("--yes", is_flag=True, help="With --apply: do not ask.")
@click.option(
    "--run",
    "trials",
    default=0,
    metavar="N",
    type=click.IntRange(0, 4),
    help="Run the best N on the local stack too, under the very profile.",
)
@click.option("--samconfig", type=FILE, callback=to_be_written, help="Write the chosen parameters for sam deploy.")
@known_options
@report_options
def tune(
    *,
    traffic: "Traffic",
    seed: int,
    within: float,
    percentile: float,
    headroom: float,
    strategy: "Strategy",
    budget: int,
    settings: tuple[str, ...],
    running: bool,
    stack: str | None,
    region: str | None,
    yes: bool,
    trials: int,
    samconfig: Path | None,
    calibration: "Calibration",
    surroundings: "Surroundings",
    table: "PriceTable",
    report: Path | None,
    page: Path | None,
) -> int:
    """Find the configuration that meets a goal for the least money, by the model.

    What --set says is where the search begins. A profile that changes is planned from its peak and its trough.

    \b
    Examples:
      penstock-load tune --profile steady:5000 --within 10
      penstock-load tune --profile diurnal:5000:15000 --within 10 --samconfig chosen.toml
      penstock-load tune --profile steady:1000 --within 5 --set ShardCount=4 --running
      penstock-load tune --profile steady:1000 --within 5 --apply penstock --region eu-central-1
      penstock-load tune --profile steady:100 --within 15 --run 2 --page tuned.html

    Exit status: 0; 1 if nothing meets the goal, which is then answered with what is nearest; 2 for wrong input.
    """
    from consumers.command.progress import Progress
    from load.commands.applying import apply, check_asking, deployed_configuration
    from load.commands.belonging import refuse
    from load.commands.options import pairs_of
    from load.commands.showing import tuned_lines
    from load.commands.trying import INTERRUPTED, trial_lines, try_here
    from load.errors import InputError
    from load.report.fitting import room
    from load.stack.access import open_session
    from load.tuning.advice import advise
    from load.tuning.goal import Goal
    from load.tuning.reporting import tuned_report, with_trials
    from load.tuning.space import whole_space
    from load.tuning.tune import Tuner

    goal = Goal(within, percentile, headroom, strategy)
    session = None
    if stack is None:
        refuse("region", "yes", why="belongs to --apply NAME")
        start = configuration_of(settings)
    else:
        check_asking(yes=yes)
        if surroundings.fresh:
            raise InputError("--on local plans for the local stack, and --apply changes one on AWS: leave one out")
        session = open_session(region)
        start = deployed_configuration(session, stack, pairs_of(settings))
    tuner = Tuner(traffic, goal, calibration, surroundings, table.prices, seed)
    with told_unwritten(report, page, samconfig, before="the search was done"), Progress() as progress:
        tuned = _tuned(tuner, whole_space(traffic, goal, start), start, budget, progress)
        advice = advise(start, tuned.chosen, goal, tuner.confirming) if running or stack is not None else None
    parameters = _parameters(tuned, advice)
    found = tuned_report(tuned, tuner, table) if report or page else None
    with Written() as written:
        written.write(samconfig, lambda path: path.write_text(parameters, encoding="utf-8"))
        # Before anything is printed: whoever reads that may have enough of it.
        if found is not None:
            written.write_reports(found, report, page)
        show(*tuned_lines(tuned, start, advice, room()))
        tried, whole = (
            try_here([each.configuration for each in tuned.finalists[:trials]], tuner) if trials else ([], True)
        )
        if found is not None and tried:
            written.write_reports(with_trials(found, tried), report, page)
        show(*trial_lines(tried, room()))
    if not whole:
        return INTERRUPTED
    if not tuned.chosen.meets or any(each.partial for each in tried):  # which something broke down in
        return 1
    if stack is not None and advice is not None and advice.change:
        apply(session, stack, tuned.chosen, advice.current, yes=yes)
    return 0


def _parameters(tuned: "Tuned", advice: "Advice | None") -> str:
    """Return what ``sam deploy`` is to be given: what is advised, so what there is if that is to stay."""
    configuration = tuned.chosen.configuration if advice is None else advice.configuration
    nearest = "" if tuned.chosen.meets else f"# Nothing found meets the goal, {tuned.goal}: this is nearest.\n"
    return nearest + configuration.samconfig()


def _tuned(tuner: "Tuner", space: "Space", start: "Configuration", budget: int, progress: "Progress") -> "Tuned":
    """Search, and say what was best so far if that is interrupted: it may have taken minutes."""
    from load.commands.showing import best_lines

    found: list[Judged] = []

    def note(spent: int, best: "Judged") -> None:
        found[:] = [best]
        progress.show(f"{spent} of {budget}; {best.month:,.2f} $ a month, {best.freshness:.2f} s")

    try:
        return tuner.tune(space, start, budget, note)
    except KeyboardInterrupt:
        show(*best_lines(found, start, tuner.goal))
        raise
