"""The command line, ``python -m local``: the template's stack on one machine."""

import io
import math
import sys
import traceback
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

import click

from penstock.cli.unread_output import drop_unread_output
from penstock.errors import PenstockError

ROOT: Final = Path(__file__).resolve().parent.parent
LOGS: Final = ROOT / ".build" / "local"
ARTIFACTS: Final = ROOT / ".build" / "artifacts"
DEFAULT_DEMO_RATE: Final = 200.0
ENDLESS: Final = ("demo", "bluesky")


class PositiveNumber(click.ParamType[float]):
    """A finite number above zero."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's signature
        """Read a number, or say what is expected instead."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not 0 < number < math.inf:
            self.fail(f"{value!r} is not a number above zero, like 1000", param, ctx)
        return number


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Run Penstock's stack, the very template.yaml, on this machine. Nothing leaves it."""


@cli.command()
@click.option(
    "--source",
    default="demo",
    show_default=True,
    metavar="demo|bluesky|FILE|-",
    help="Synthetic events; the live public feed; a file of SocialEvents or of recorded Jetstream frames, "
    "one JSON value a line; or such lines from standard input.",
)
@click.option(
    "--rate",
    type=PositiveNumber(),
    metavar="EVENTS/S",
    help=f"How fast to feed. [default: {DEFAULT_DEMO_RATE:g} for demo, otherwise as fast as they come]",
)
@click.option("--duration", type=PositiveNumber(), metavar="SECONDS", help="End after this long.")
@click.option("--once", is_flag=True, help="End when the source has ended and all of it is in the trends.")
@click.option("--repeat", type=click.IntRange(min=1), default=1, show_default=True, help="Play a file this many times.")
@click.option(
    "--times",
    type=click.Choice(["auto", "shift", "keep"]),
    default="auto",
    show_default=True,
    help="Shift a file's times so that its last is now, or keep them; auto shifts recorded frames alone.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the demo source.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write what was accepted, counted, dropped and set aside as JSON.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Where the dashboard listens; 0 takes any free port.",
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    callback=lambda _context, _option, given: _pairs(given),
    help="A parameter of the template, like Archive=true. May be given several times.",
)
@click.option(
    "--sign-in",
    is_flag=True,
    help="Ask callers of the reporting API, the dashboard too, to sign in, as a deployed stack does; any name will do.",
)
@click.option(
    "--runtime",
    type=click.Choice(["source", "artifact"]),
    default="source",
    show_default=True,
    help="What functions run as: this source, or the packages of `make build`, by AWS's own client and within their "
    "limits of memory.",
)
def run(
    *,
    source: str,
    rate: float | None,
    duration: float | None,
    once: bool,
    repeat: int,
    times: Literal["auto", "shift", "keep"],
    seed: int,
    report: Path | None,
    port: int,
    parameters: dict[str, str],
    sign_in: bool,
    runtime: Literal["source", "artifact"],
) -> None:
    """Play a source through the whole pipeline and watch it become trends.

    Exit status: 0 when every accepted event is accounted for, 1 when not, after Ctrl-C too, 2 for bad input,
    otherwise 130 after Ctrl-C, which drains first.

    \b
    Examples:
      python -m local run
      python -m local run --source bluesky
      python -m local run --rate 1000 --duration 60 --report report.json
      zcat events.jsonl.gz | python -m local run --source - --once
    """
    if report is not None:
        _check_writable(report)
    if source in ENDLESS and once and duration is None:
        _end(2, f"--once needs a source that ends, and {source} does not: add --duration")
    # Imported here so that --help and a usage error answer at once.
    from local.run.pipeline import RunOptions, print_outcome
    from local.run.pipeline import run as run_pipeline
    from local.run.trends_client import ReportingError
    from local.run.view import RunConsole
    from local.stack import PartFailedError, StackError

    console = RunConsole(highlight=False)
    options = RunOptions(
        template=ROOT / "template.yaml",
        directory=LOGS,
        source=source,
        rate=DEFAULT_DEMO_RATE if rate is None and source == "demo" else rate,
        duration=duration,
        once=once,
        repeat=repeat,
        times=times,
        seed=seed,
        report=report,
        port=port,
        parameters=parameters,
        sign_in=sign_in,
        artifacts=ARTIFACTS if runtime == "artifact" else None,
    )
    try:
        outcome = run_pipeline(options, console)
    except PartFailedError as error:
        _end(1, str(error))
    except (PenstockError, StackError) as error:
        _end(2, str(error))
    except ReportingError as error:
        _end(1, f"the reporting API failed: {error}; logs are in {LOGS / 'latest'}")
    print_outcome(outcome, console, report)
    if outcome.fault:
        _end(1, outcome.fault)
    if outcome.signal is not None:
        sys.exit(128 + outcome.signal)


@cli.command()
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Where the dashboard listens meanwhile; 0 takes any free port.",
)
def gameday(exercises: tuple[str, ...], port: int) -> None:
    """Make faults on purpose, see what tells of them, mend them, and find every event counted once.

    Without an EXERCISE all are run, on one stack: poison, hot-shard, table-throttled, rollup-stopped, broken-deploy and
    redrive (docs/game-day.md).

    Exit status: 0 when each showed what it should, 1 when not, 2 for bad input, 130 after Ctrl-C.
    """
    from local.gameday.command import run as run_exercises
    from local.gameday.drill import DrillError
    from local.gameday.exercises import EXERCISES
    from local.run.trends_client import ReportingError
    from local.stack import PartFailedError, StackError

    if unknown := [each for each in exercises if each not in EXERCISES]:
        _end(2, f"{unknown[0]!r:.40} is no exercise: there are {', '.join(EXERCISES)}")
    try:
        run_exercises(exercises or tuple(EXERCISES), LOGS, port, click.echo)
    except (DrillError, PartFailedError, ReportingError) as error:
        _end(1, str(error))
    except (PenstockError, StackError) as error:
        _end(2, str(error))


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    """Read ``NAME=VALUE`` as often as it was given."""
    for each in given:
        if "=" not in each:
            raise click.BadParameter(f"{each!r} is no NAME=VALUE, like Archive=true")
    return {name: value for name, _, value in (each.partition("=") for each in given)}


def _check_writable(report: Path) -> None:
    """End, before anything is started, if the report could not be written in the end."""
    existed = report.exists()
    try:
        with report.open("ab"):
            pass
        if not existed:
            report.unlink()
    except OSError as error:
        _end(2, f"--report {report} can't be written: {error.strerror}")


def _end(status: int, message: str) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    sys.exit(status)


def main() -> None:
    """Run the command line; whatever goes wrong is one line on standard error.

    Raises:
        KeyboardInterrupt: Ctrl-C, before the accounts were settled.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what the terminal can't show is no reason to end
    drop_unread_output()
    try:
        cli(prog_name="python -m local", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _end(error.exit_code, f"{error.format_message()} (--help tells more)")
    except click.Abort:
        raise KeyboardInterrupt from None  # which click makes of Ctrl-C
    except Exception as error:  # noqa: BLE001 - a defect of ours: the user gets a line, the file what a developer needs
        LOGS.mkdir(parents=True, exist_ok=True)
        (LOGS / "defect.log").write_text(traceback.format_exc(), encoding="utf-8")
        _end(1, f"a defect of Penstock, {type(error).__name__}: {error}; {LOGS / 'defect.log'} has the details")
