"""``penstock-load simulate``: what is to be expected of a configuration."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from load.commands.interrupted import told_unwritten
from load.commands.options import (
    SETTINGS,
    configuration_of,
    known_options,
    pairs_of,
    report_options,
    set_option,
    traffic_options,
)
from load.commands.output import show
from load.commands.written import Written

if TYPE_CHECKING:
    from load.calibration.calibration import Calibration
    from load.model.surroundings import Surroundings
    from load.model.traffic import Traffic
    from load.prices.table import PriceTable


@click.command(context_settings=SETTINGS)
@traffic_options
@set_option
@known_options
@click.option(
    "--seeds", default=5, show_default=True, type=click.IntRange(1, 100), help="How often, each by chance of its own."
)
@report_options
def simulate(
    *,
    traffic: "Traffic",
    seed: int,
    settings: tuple[str, ...],
    calibration: "Calibration",
    surroundings: "Surroundings",
    table: "PriceTable",
    seeds: int,
    report: Path | None,
    page: Path | None,
) -> int:
    """Say what is to be expected of a configuration, without sending anything: freshness, limits, cost.

    \b
    Examples:
      penstock-load simulate --profile steady:5000 --set ShardCount=4
      penstock-load simulate --profile diurnal:5000:15000 --set ShardCount=6 --report expected.json

    Exit status: 0; 1 if the configuration takes less than it is sent; 2 for wrong input.
    """
    from consumers.command.progress import Progress
    from load.commands.belonging import refuse_shards_on_demand
    from load.commands.showing import outcome_lines
    from load.model.overload import overload
    from load.model.reporting import simulated_report
    from load.model.run import simulate as simulated
    from load.model.windows import unpredictable_windows

    refuse_shards_on_demand(pairs_of(settings))
    configuration = configuration_of(settings)
    with told_unwritten(report, page, before="all was simulated"), Progress() as progress:
        outcomes = []
        for number in range(seeds):
            progress.show(f"{number + 1} of {seeds}")
            outcomes.append(simulated(traffic, configuration, calibration, surroundings, seed + number))
    with Written() as written:
        if report or page:
            written.write_reports(simulated_report(outcomes, traffic, surroundings, table, seed), report, page)
        lines = list(outcome_lines(outcomes[0]))
        if seeds > 1:
            lines.insert(0, f"by seed {seed}, the first of {seeds}; a report has the latencies of all of them")
        if told := list(overload(outcomes, traffic, seed)):
            lines += ["", f"overloaded: {told[0]}", *told[1:]]
        if (untold := unpredictable_windows(configuration, surroundings)) is not None:
            lines += ["", untold]
        show(*lines)
    return 1 if any(outcome.overloaded for outcome in outcomes) else 0
