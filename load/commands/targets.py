"""What a run may be sent to: the local stack, a stubbed stream, a deployed stack."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from load.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from load.configuration import Configuration
    from load.prices.spending import Spending
    from load.prices.table import PriceTable
    from load.runs.run import RunOptions
    from load.runs.target import Target
    from load.stack.description import DescribedStack

LOGS: Final = Path(__file__).resolve().parents[2] / ".build" / "local"
LOCAL: Final = "local"
STUB: Final = "stub"
STACK: Final = "stack"
MOST_STUB_SHARDS: Final = 10_000


def stack_name(target: str) -> str | None:
    """Return the name of the deployed stack that ``--target`` asks for; None if it asks for something else.

    Raises:
        InputError: it asks for a stack without a name.
    """
    kind, colon, name = target.partition(":")
    if kind != STACK:
        return None
    if not colon or not name:
        raise InputError("--target stack needs the stack's name, as stack:penstock")
    return name


@contextmanager
def local_target(name: str, configuration: "Configuration", console: "Console") -> "Iterator[Target]":
    """Open a target on this machine: ``local``, ``stub`` or ``stub:SHARDS``.

    Raises:
        InputError: `name` is none of them.
        local.errors.StackError: the local stack can't be started.
    """
    from load.runs.local_target import LocalTarget
    from load.runs.stub_target import StubTarget

    kind, _, shards = name.partition(":")
    # The first digits are enough to see that there are too many; Python reads no number of thousands of them.
    if kind == STUB and shards.isdecimal() and not 1 <= int(shards[:20]) <= MOST_STUB_SHARDS:
        raise InputError(f"--target stub:SHARDS has 1 to {MOST_STUB_SHARDS:,} shards, not {shards:.40}")
    if kind == STUB and (not shards or shards.isdecimal()):
        yield StubTarget(int(shards) if shards else configuration.shards)
    elif name == LOCAL:
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
        raise InputError(
            f"--target {name!r:.40} is neither local nor stub nor stub:SHARDS, as stub:8, nor stack:NAME, as "
            "stack:penstock"
        )


def stack_target(
    session: Any,  # noqa: ANN401 - boto3's session, which is imported where it is used
    stack: "DescribedStack",
    configuration: "Configuration",
    given: dict[str, Any],
    options: "RunOptions",
) -> "Target":
    """Return a deployed stack as a target, after asking AWS for each thing that the run needs of it.

    Raises:
        InputError: something is not allowed, or was not given.
        LoadError: AWS can't be asked.
    """
    from load.runs.stack_target import StackTarget
    from load.stack.callers import authorize
    from load.workload.parsing import parse_seconds

    asking = None
    if options.probe_seconds is not None:
        asking = authorize(stack, session, token=given["api_token"], key=given["api_key"])
    target = StackTarget(
        session,
        stack,
        configuration,
        authorize=asking,
        role=stack.producer_role if given["role"] else None,
        metrics_seconds=parse_seconds(given["metrics_wait"], zero=True),
    )
    target.check()
    return target


def expected(options: "RunOptions", configuration: "Configuration", table: "PriceTable") -> "Spending":
    """Return what a run costs on AWS, by the model."""
    from load.calibration.calibration import default_calibration
    from load.model.surroundings import AWS
    from load.model.traffic import Traffic
    from load.prices.spending import spending
    from load.tuning.evaluation import Model
    from load.tuning.goal import Goal

    traffic = Traffic(options.profile, options.shape, options.processes)
    model = Model(
        traffic,
        Goal(3_600),
        calibration=default_calibration(),
        surroundings=AWS,
        prices=table.prices,
    )
    return spending(model(configuration).cost, traffic.new_share)


def confirm(target: "Target", options: "RunOptions", spending: "Spending", table: "PriceTable", *, yes: bool) -> None:
    """Say what a run will do to a deployed stack and what that costs, and ask whether it may.

    Raises:
        InputError: nobody is there to be asked.
        click.Abort: it may not.
    """
    profile = options.profile
    events = profile.events + profile.rate(0.0) * options.warm_up_seconds
    seconds = profile.seconds + options.warm_up_seconds
    click.echo(
        f"{target.name}: {events:,.0f} events in {seconds:,.0f} s, with the platform `load`, which stay in its "
        f"trends.\nThey cost about ${spending.of(0.0, events):,.4f} by list prices of {table.region} and the model;"
        f" the stack's shards and metrics cost ${spending.of(seconds, 0.0):,.4f} meanwhile, as ever.",
        err=True,
    )
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("this costs money, and there is nobody to ask: say --yes")
    click.confirm("Send them?", abort=True, err=True)
