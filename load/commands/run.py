"""``penstock-load run``: a workload against a live target."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from load.commands.workload_options import profile_of, shape_of, workload_options
from load.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from load.configuration import Configuration
    from load.runs.run import RunOptions
    from load.runs.target import Target

ENDED_BY_SIGNAL: Final = 128
LOGS: Final = Path(__file__).resolve().parents[2] / ".build" / "local"
STUB: Final = "stub"


@click.command()
@workload_options
@click.option(
    "--target",
    default="local",
    show_default=True,
    metavar="local|stub[:SHARDS]",
    help="The local stack, started for the run; or a stream that takes everything, to see what this machine can send.",
)
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
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the template (ShardCount=4) or an option of the SDK (linger_seconds=0.2). Repeatable.",
)
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="That send.")
@click.option(
    "--probe-interval",
    type=click.FloatRange(0.1, 60.0),
    default=0.2,
    show_default=True,
    help="Seconds between two events whose way to the reporting API is watched.",
)
@click.option("--no-probes", is_flag=True, help="Watch none.")
@click.option(
    "--settle", default="60s", show_default=True, metavar="TIME", help="How long to wait for the last of them."
)
@click.option("--stop-count", type=click.IntRange(1), metavar="EVENTS", help="End when so many were sent.")
@click.option(
    "--stop-errors", type=click.FloatRange(0, 100), metavar="PERCENT", help="End when more of the events were given up."
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.json", help="Write the report as JSON."
)
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.html", help="Write the report as a page."
)
def run(**given: Any) -> int:  # noqa: ANN401 - click gives options of every type
    """Send a workload to a live target and measure what becomes of it.

    Open loop: each event has a time at which it is sent whatever became of those before it, and latencies count from
    that time. Ctrl-C ends the run and reports what there is; so do the limits.

    \b
    Examples:
      penstock-load run --profile steady:500 --duration 2m --page report.html
      penstock-load run --profile spike:200:2000 --set ShardCount=4 --set IngestWindowSeconds=1
      penstock-load run --target stub:8 --profile steady:50000 --processes 2 --duration 30s
    """
    from rich.console import Console

    from load.configuration import Configuration
    from load.report.files import check_writable
    from local.errors import PartFailedError, StackError

    configuration = Configuration.parse(_pairs(given["settings"]))
    options = _options(given, configuration)
    for path in (given["report"], given["page"]):
        if path is not None:
            check_writable(path)
    try:
        return _run(given, options, configuration, Console(stderr=True, highlight=False))
    except PartFailedError as error:
        raise click.ClickException(str(error)) from error
    except StackError as error:
        raise InputError(str(error)) from error


def _run(given: dict[str, Any], options: "RunOptions", configuration: "Configuration", console: "Console") -> int:
    from load.report.files import write_report
    from load.report.page import write_page
    from load.report.text import lines
    from load.runs.run import run as run_load
    from load.runs.view import make_view
    from local.run.interruption import Interruption

    interruption = Interruption()
    with _target(given["target"], configuration, console) as target:
        interruption.heed()
        with make_view(console) as view:
            report = run_load(options, target, show=view.show, wish=interruption)
    if given["report"] is not None:
        write_report(given["report"], report)
        click.echo(f"report {given['report']}", err=True)
    if given["page"] is not None:
        write_page(given["page"], report)
        click.echo(f"page {given['page']}", err=True)
    for line in lines(report):
        click.echo(line)
    if interruption.signal is not None:
        return ENDED_BY_SIGNAL + interruption.signal
    return 1 if report.ended in ("errors", "failure") else 0


def _options(given: dict[str, Any], configuration: "Configuration") -> "RunOptions":
    from load.runs.run import RunOptions
    from load.runs.stops import Stops
    from load.workload.parsing import parse_seconds
    from penstock.config import ProducerConfig

    profile = profile_of(given)
    return RunOptions(
        profile=profile,
        warm_up_seconds=0.0 if given["warm_up"] == "0" else parse_seconds(given["warm_up"]),
        arrivals=given["arrivals"],
        shape=shape_of(given),
        seed=given["seed"],
        processes=given["processes"],
        producer=replace(
            ProducerConfig(),
            aggregate_bytes=configuration.aggregate_bytes,
            linger_seconds=configuration.linger_seconds,
            lanes_per_shard=configuration.lanes_per_shard,
            put_timeout_seconds=None,  # a stream that takes nothing makes events late, which is what is measured
        ),
        stops=Stops(count=given["stop_count"], error_percent=given["stop_errors"]),
        probe_seconds=None if given["no_probes"] else given["probe_interval"],
        settle_seconds=parse_seconds(given["settle"]),
    )


@contextmanager
def _target(name: str, configuration: "Configuration", console: "Console") -> "Iterator[Target]":
    from load.runs.local_target import LocalTarget
    from load.runs.stub_target import StubTarget

    kind, _, shards = name.partition(":")
    if kind == STUB and (not shards or (shards.isdecimal() and 1 <= int(shards) <= 10_000)):
        yield StubTarget(int(shards) if shards else configuration.shards)
    elif name == "local":
        if not console.is_terminal:
            console.print("starting the stack …")
        target = LocalTarget(configuration, LOGS)
        with console.status("starting the stack …"):
            target.start()
        try:
            yield target
        finally:
            target.stop()
    else:
        raise InputError(f"--target {name!r:.40} is neither local nor stub nor stub:SHARDS, as stub:8")


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    for each in given:
        if "=" not in each:
            raise InputError(f"--set {each!r:.60} is no NAME=VALUE, like ShardCount=4")
    return {name: value for name, _, value in (each.partition("=") for each in given)}
