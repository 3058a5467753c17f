"""``penstock-load calibrate``: measure what the handlers cost on this machine."""

from pathlib import Path

import click

from load.commands.options import FILE, SETTINGS, to_be_written


@click.command(context_settings=SETTINGS)
@click.argument("file", type=FILE, callback=to_be_written)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 100), help="Batches of each kind.")
@click.option(
    "--memory",
    "megabytes",
    type=click.FloatRange(128, 10_240),
    metavar="MEGABYTES",
    help="The memory with which Lambda gives as much processor as this machine has. [default: 1769, a whole one]",
)
def calibrate(*, file: Path, rounds: int, megabytes: float | None) -> None:
    """Measure what ingest, rollup and views cost on this machine, and write that to FILE for the other commands.

    The real handlers are given batches of several sizes and shapes; DynamoDB is answered in memory, and what that costs
    is left out. It takes a minute or two, and a machine that does nothing else meanwhile.
    """
    from consumers.command.progress import Progress
    from load.calibration.measure import measure

    with Progress() as progress:
        made = measure(rounds, lambda done, of: progress.show(f"{done} of {of} kinds of batches"))
    if megabytes is not None:
        made = made.model_copy(update={"processor_megabytes": megabytes})
    file.write_text(made.model_dump_json(indent=2) + "\n", encoding="utf-8")
    for name, function in (("ingest", made.ingest), ("rollup", made.rollup), ("views", made.views)):
        parts = ", ".join(f"{part} {1e6 * seconds:,.1f}" for part, seconds in function.seconds.items())
        click.echo(
            f"{name:<8}off by {function.median_error:.0%} in the median of {function.points} kinds of batches, "
            f"{function.worst_error:.0%} at most; µs by part: {parts}"
        )
