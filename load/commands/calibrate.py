"""``penstock-load calibrate``: measure what the handlers cost on this machine, or read it from a stack's logs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from load.commands.interrupted import told_unwritten
from load.commands.numbers import Number
from load.commands.options import FILE, SETTINGS, to_be_written
from load.commands.output import show
from load.commands.stack_options import region_option
from load.commands.written import Written

if TYPE_CHECKING:
    from consumers.command.progress import Progress
    from load.calibration.calibration import Calibration


@click.command(context_settings=SETTINGS)
@click.argument("file", type=FILE, callback=to_be_written)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 100), help="Batches of each kind.")
@click.option(
    "--memory",
    "megabytes",
    type=Number(128, 10_240),
    metavar="MEGABYTES",
    help="The memory with which Lambda gives as much processor as this machine has. [default: 1769, a whole one]",
)
@click.option(
    "--from-logs", "stack", metavar="NAME", help="Measure nothing here, but read a deployed stack's logs instead."
)
@click.option(
    "--since", default="1h", show_default=True, metavar="TIME", help="With --from-logs: how far back to read them."
)
@region_option
def calibrate(
    *, file: Path, rounds: int, megabytes: float | None, stack: str | None, since: str, region: str | None
) -> None:
    """Measure what ingest, rollup and views cost on this machine, and write that to FILE for the other commands.

    The real handlers are given batches of several sizes and shapes; DynamoDB is answered in memory, and what that costs
    is left out. It takes some three minutes, and a machine that does nothing else meanwhile.

    With --from-logs they are read from a stack that was deployed with SystemLogLevel=INFO and sent loads of several
    rates: what Lambda reports of each invocation, and what the function says of its batch.
    """
    from consumers.command.progress import Progress
    from load.commands.belonging import refuse

    if stack is None:
        refuse("since", "region", why="belongs to --from-logs NAME")
    else:
        refuse("megabytes", why="is of this machine, and --from-logs of a stack, whose functions' memory is logged")
        refuse("rounds", why="is of what is measured here, and --from-logs measures nothing")
    with told_unwritten(file, before="all was measured"), Progress() as progress:
        if stack is not None:
            made = _read(stack, region, since, progress)
        else:
            from load.calibration.measure import measure

            made = measure(rounds, progress.show)
    if megabytes is not None:
        made = made.model_copy(update={"processor_megabytes": megabytes})
    with Written() as written:
        written.write(file, lambda path: path.write_text(made.model_dump_json(indent=2) + "\n", encoding="utf-8"))
        for name, function in (("ingest", made.ingest), ("rollup", made.rollup), ("views", made.views)):
            parts = ", ".join(f"{part} {1e6 * seconds:,.1f}" for part, seconds in function.seconds.items())
            show(
                f"{name:<8}off by {function.median_error:.0%} in the median of {function.points} kinds of batches, "
                f"{function.worst_error:.0%} at most; µs by part: {parts}"
            )


def _read(stack: str, region: str | None, since: str, progress: "Progress") -> "Calibration":
    import time

    from load.stack.access import open_session
    from load.stack.calibration import read_calibration_of
    from load.stack.description import describe
    from load.workload.parsing import parse_seconds

    session = open_session(region)
    described = describe(session, stack, naming="name it as --from-logs NAME, or its --region")
    now = time.time()
    return read_calibration_of(session, described, begin=now - parse_seconds(since), end=now, progress=progress.show)
