"""``penstock-load cost``: what a configuration costs."""

from typing import TYPE_CHECKING

import click

from load.commands.options import SETTINGS, configuration_of, pairs_of, priced_options, set_option, traffic_options
from load.commands.output import say, show

if TYPE_CHECKING:
    from load.calibration.calibration import Calibration
    from load.model.traffic import Traffic
    from load.prices.table import PriceTable


@click.command(context_settings=SETTINGS)
@traffic_options
@set_option
@priced_options
@click.option("--json", "as_json", is_flag=True, help="JSON, also on a terminal. Elsewhere it is always JSON.")
def cost(
    *,
    traffic: "Traffic",
    seed: int,
    settings: tuple[str, ...],
    calibration: "Calibration",
    table: "PriceTable",
    as_json: bool,
) -> None:
    """Say what a configuration costs a month and for a million events, by item, and what the usual design would.

    It is AWS that is paid; a local stack is free. What takes less than it is sent has no price for it: that is an error
    which says what there is too little of.

    A profile that changes is reckoned from its peak and its trough. Reading the API, sign-in, S3 and alerts by SNS are
    left out: they don't follow the events.

    \b
    Examples:
      penstock-load cost --profile steady:1000
      penstock-load cost --profile diurnal:1000:3000 --set ShardCount=4 --set table_mode=provisioned

    Exit status: 0; 1 if the configuration takes less than it is sent; 2 for wrong input.
    """
    from consumers.command.output import for_machine, json_line
    from load.commands.belonging import refuse_shards_on_demand
    from load.commands.showing import cost_lines
    from load.errors import LoadError
    from load.model.outcome import most_used, remedy_of
    from load.model.reporting import cost_section, usual_cost
    from load.model.surroundings import AWS
    from load.tuning.evaluation import DRAWS, Model
    from load.tuning.goal import Goal

    refuse_shards_on_demand(pairs_of(settings))
    configuration = configuration_of(settings)
    judge = Model(
        traffic,
        Goal(3_600),
        calibration=calibration,
        surroundings=AWS,
        prices=table.prices,
        seeds=range(seed, seed + DRAWS),
    )
    judged = judge(configuration)
    most = most_used(judged.utilisation)
    if judged.utilisation[most] > 1:
        remedy = remedy_of(most, configuration.stream_mode)
        raise LoadError(
            f"this has no price: {most} is asked for {judged.utilisation[most]:,.0%} of what there is: {remedy}"
        )
    bill, usual = judged.cost, usual_cost(traffic, table)
    if for_machine(as_json):
        say(json_line(cost_section(bill, usual, table).model_dump(mode="json")))
        return
    show(*cost_lines(bill, table, usual))
