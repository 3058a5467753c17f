"""The command line, ``python -m artifacts``."""

import sys
from pathlib import Path
from typing import Final, get_args

import click

from artifacts.target import TargetName

ROOT: Final = Path(__file__).resolve().parent.parent
OUTPUT: Final = ROOT / ".build" / "artifacts"
TARGETS: Final[tuple[TargetName, ...]] = get_args(TargetName)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Build the packages of the template's functions. No Docker and no credentials are needed."""


@cli.command()
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(TARGETS),
    help="What for: the template's processor and Python, or this machine's. [default: both]",
)
@click.option("--function", "functions", multiple=True, metavar="ID", help="A function's logical id. [default: all]")
def build(targets: tuple[TargetName, ...], functions: tuple[str, ...]) -> None:
    """Build packages into .build/artifacts/TARGET/ID/ and ID.zip, and print their sizes and hashes.

    With those for this machine comes what AWS's runtime brings itself, into .build/artifacts/runtime/.
    """
    from artifacts.build import Build
    from artifacts.table import table_of

    building = Build(ROOT, OUTPUT)
    for target in targets or TARGETS:
        if target == "host":
            building.runtime()
        click.echo(OUTPUT.relative_to(ROOT) / target)
        click.echo(table_of(building.packages(target, functions)))


@cli.command()
@click.argument("function")
@click.option("--into", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to fill.")
def package(function: str, into: Path) -> None:
    """Write the package of FUNCTION for Lambda into a folder, as `sam build` asks for it."""
    from artifacts.build import Build

    if into == Path():  # an empty text too, which is what make has for a variable that nobody gave
        raise click.BadParameter("name the folder to fill, as `sam build` does by ARTIFACTS_DIR", param_hint="--into")
    Build(ROOT, OUTPUT).into(function, into)


@cli.command()
@click.option(
    "--starts", type=click.IntRange(min=1), default=10, show_default=True, help="Of each handler and of boto3."
)
def measure(starts: int) -> None:
    """Print the table of docs/packages.md: sizes for Lambda, and imports on this machine, which takes a minute."""
    from artifacts.build import Build
    from artifacts.recorded import Recorded, as_table

    building = Build(ROOT, OUTPUT)
    sizes = {each.function: each for each in building.packages("lambda")}
    rows = {}
    for each in building.packages("host"):
        imported = building.cold_import(each.function)
        for _ in range(starts):
            imported.measure()
        size = sizes[each.function]
        rows[each.function] = Recorded(size.zipped, size.unzipped, imported.ratio)
        click.echo(f"{each.function}: {min(imported.ours):.2f} s, boto3 {min(imported.boto3s):.2f} s", err=True)
    click.echo(as_table(rows))


def main() -> None:
    """Run the command line; what goes wrong is one line on standard error."""
    from artifacts.errors import ArtifactError

    try:
        cli(prog_name="python -m artifacts")
    except ArtifactError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
