"""``penstock-load run``: a workload against a live target."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from load.commands.interrupted import told_unwritten
from load.commands.numbers import Number
from load.commands.options import pairs_of, prices_option, report_options, set_option
from load.commands.output import show
from load.commands.stack_options import stack_options
from load.commands.workload_options import profile_of, shape_of, workload_options
from load.commands.written import Written
from load.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from load.configuration import Configuration
    from load.prices.spending import Spending
    from load.prices.table import PriceTable
    from load.runs.run import RunOptions
    from load.runs.target import Target
    from local.run.interruption import Interruption

ENDED_BY_SIGNAL: Final = 128


@click.command()
@workload_options
@click.option(
    "--target",
    default="local",
    show_default=True,
    metavar="local|stub[:SHARDS]|stack:NAME",
    help="The local stack, started for the run; a stream that takes everything, to see what this machine can send; or "
    "a deployed stack, by AWS_PROFILE and the other usual variables.",
)
@stack_options
@click.option("--yes", is_flag=True, help="Send to a deployed stack without asking.")
@click.option(
    "--warm-up",
    default="10s",
    show_default=True,
    metavar="TIME",
    help="Time before the measured time, at the profile's first rate; 0 for none.",
)
@click.option(
    "--arrivals",
    type=click.Choice(["poisson", "even"]),
    default="poisson",
    show_default=True,
    help="Independent of each other, as people are, or at equal distances.",
)
@set_option
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="That send.")
@click.option(
    "--probe-interval",
    type=Number(0.1, 60.0),
    default=0.2,
    show_default=True,
    help="Seconds between two events whose way to the reporting API is watched.",
)
@click.option("--no-probes", is_flag=True, help="Watch none.")
@click.option(
    "--settle",
    default="60s",
    show_default=True,
    metavar="TIME",
    help="How long to wait in the end for the stream's last answers, 30s at least, and then for probes to become "
    "visible and for events to be counted, 0 for not at all.",
)
@click.option(
    "--stop-count",
    type=click.IntRange(1),
    metavar="EVENTS",
    help="End when so many were sent; workers tell how many once a second, so up to two seconds' events more may be.",
)
@click.option(
    "--stop-errors", type=Number(0, 100), metavar="PERCENT", help="End when more of the events were given up."
)
@click.option(
    "--stop-cost",
    type=Number(0, min_open=True),
    metavar="USD",
    help="End when what was sent has cost so many dollars, reckoned by list prices; locally, would have.",
)
@prices_option
@report_options
def run(**given: Any) -> int:  # noqa: ANN401 - click gives options of every type
    """Send a workload to a live target and measure what becomes of it.

    Open loop: each event has a time at which it is sent whatever became of those before it, and latencies count from
    that time. Ctrl-C ends the run and reports what there is; so do the limits.

    \b
    Examples:
      penstock-load run --profile steady:500 --duration 2m --page report.html
      penstock-load run --profile spike:200:2000 --set ShardCount=4 --set IngestWindowSeconds=1
      penstock-load run --target stub:8 --profile steady:50000 --processes 2 --duration 30s
      penstock-load run --target stack:penstock --region eu-central-1 --profile steady:1000 --stop-cost 1
    """
    from local.errors import PartFailedError, StackError
    from local.run.interruption import Interruption

    interruption = Interruption()
    try:
        return _run(given, interruption)
    except KeyboardInterrupt:
        if interruption.signal is None:  # not by a signal, so that there is none to end with
            raise
        return ENDED_BY_SIGNAL + interruption.signal
    except PartFailedError as error:
        raise click.ClickException(str(error)) from error
    except StackError as error:
        raise InputError(str(error)) from error


def _refuse_what_has_no_effect(given: dict[str, Any], settings: dict[str, str]) -> None:
    from load.commands.belonging import refuse, refuse_settings, refuse_shards_on_demand
    from load.commands.targets import LOCAL, STUB, stack_name
    from load.configuration import PARAMETERS, PRODUCER_OPTIONS

    target = given["target"]
    if stack_name(target) is None:
        belongs = f"belongs to --target stack:NAME, and this is --target {target:.40}"
        refuse("region", "role", "api_token", "api_key", "metrics_wait", "yes", why=belongs)
        if given["stop_cost"] is None:
            refuse("prices", why="belongs to --stop-cost")
    if given["no_probes"]:
        refuse("probe_interval", why="has no effect with --no-probes")
    kind, _, shards = target.partition(":")
    if kind == STUB and given["stop_cost"] is None:  # which is reckoned for all of a configuration
        own = () if shards else ("shards", PARAMETERS["shards"].name)
        why = f"has no effect on --target {target:.40}, a stream with nothing behind it"
        refuse_settings(settings, (*PRODUCER_OPTIONS, *own), why)
    if target == LOCAL:
        refuse_shards_on_demand(settings)
        if given["stop_cost"] is None:  # which is reckoned by how tables are paid for
            why = "has no effect on a run without --stop-cost: the template's tables are on demand"
            refuse_settings([name for name in settings if name == "table_mode"], (), why)


def _run(given: dict[str, Any], interruption: "Interruption") -> int:
    from rich.console import Console

    from load.report.fitting import room
    from load.report.text import lines
    from load.runs.run import run as run_load
    from load.runs.view import make_view

    settings = pairs_of(given["settings"])
    _refuse_what_has_no_effect(given, settings)
    console = Console(stderr=True, highlight=False)
    # The target is left after the report is written: what is still to be done there may take long, or fail.
    with ExitStack() as leaving:
        with told_unwritten(given["report"], given["page"], before="there was anything to report"):
            options, target = leaving.enter_context(_opened(given, settings, console))
            interruption.heed()
            with make_view(console) as view:
                report = run_load(options, target, show=view.show, wish=interruption)
        with Written() as written:
            for kind in written.write_reports(report, given["report"], given["page"]):
                click.echo(f"{kind} {given[kind]}", err=True)
            show(*lines(report, room()))
    if interruption.signal is not None:
        return ENDED_BY_SIGNAL + interruption.signal
    return 1 if report.ended in ("errors", "failure") else 0


@contextmanager
def _opened(
    given: dict[str, Any], settings: dict[str, str], console: "Console"
) -> "Iterator[tuple[RunOptions, Target]]":
    """Open what the run is sent to, with what it is asked for."""
    from load.commands.targets import expected, local_target, stack_name
    from load.configuration import Configuration

    if (name := stack_name(given["target"])) is not None:
        yield _on_stack(name, given, settings)
        return
    configuration = Configuration.parse(settings)
    options = _options(given, configuration)
    table = _prices(given)
    if given["stop_cost"] is not None:
        options = _with_ceiling(options, given, expected(options, configuration, table))
    with local_target(given["target"], configuration, console) as target:
        yield options, target


def _on_stack(name: str, given: dict[str, Any], settings: dict[str, str]) -> "tuple[RunOptions, Target]":
    from load.commands.targets import confirm, expected, stack_target
    from load.stack.access import open_session
    from load.stack.description import describe

    session = open_session(given["region"])
    stack = describe(session, name)
    configuration = stack.configuration(settings)
    options = _options(given, configuration)
    table = _prices(given)
    target = stack_target(session, stack, configuration, given, options)
    spending = expected(options, configuration, table)
    confirm(target, options, spending, table, yes=given["yes"])
    if given["stop_cost"] is not None:
        options = _with_ceiling(options, given, spending)
    return options, target


def _prices(given: dict[str, Any]) -> "PriceTable":
    from load.prices.table import price_table, read_price_table

    return price_table() if given["prices"] is None else read_price_table(given["prices"])


def _with_ceiling(options: "RunOptions", given: dict[str, Any], spending: "Spending") -> "RunOptions":
    return replace(options, stops=replace(options.stops, dollars=given["stop_cost"], spending=spending))


def _options(given: dict[str, Any], configuration: "Configuration") -> "RunOptions":
    from load.runs.producer import producer_of
    from load.runs.run import RunOptions
    from load.runs.stops import Stops
    from load.workload.parsing import parse_seconds

    profile = profile_of(given)
    return RunOptions(
        profile=profile,
        warm_up_seconds=parse_seconds(given["warm_up"], zero=True),
        arrivals=given["arrivals"],
        shape=shape_of(given),
        seed=given["seed"],
        processes=given["processes"],
        producer=producer_of(configuration),
        stops=Stops(count=given["stop_count"], error_percent=given["stop_errors"]),
        probe_seconds=None if given["no_probes"] else given["probe_interval"],
        settle_seconds=parse_seconds(given["settle"], zero=True),
    )
