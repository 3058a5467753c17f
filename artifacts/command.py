"""The command line, ``python -m artifacts``."""

import sys
from pathlib import Path
from typing import Final

import click

ROOT: Final = Path(__file__).resolve().parent.parent
OUTPUT: Final = ROOT / ".build" / "artifacts"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Build the packages of the template's functions. No Docker and no credentials are needed."""


@cli.command()
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(["lambda", "host"]),
    help="What for: the template's processor and Python, or this machine's. [default: both]",
)
@click.option("--function", "functions", multiple=True, metavar="ID", help="A function's logical id. [default: all]")
def build(targets: tuple[str, ...], functions: tuple[str, ...]) -> None:
    """Build packages into .build/artifacts/TARGET/ID/ and ID.zip, and print their sizes and hashes."""
    from artifacts.build import Build, Package
    from artifacts.table import table_of

    building = Build(ROOT, OUTPUT)
    for target in targets or ("lambda", "host"):
        found: list[Package] = list(building.packages("host" if target == "host" else "lambda", functions))
        click.echo(f"{'' if target == (targets or ('lambda',))[0] else chr(10)}{OUTPUT.relative_to(ROOT) / target}")
        click.echo(table_of(found))


@cli.command()
@click.argument("function")
@click.option("--into", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to fill.")
def package(function: str, into: Path) -> None:
    """Write the package of FUNCTION for Lambda into a folder, as `sam build` asks for it."""
    from artifacts.build import Build

    Build(ROOT, OUTPUT).into(function, into)


def main() -> None:
    """Run the command line; what goes wrong is one line on standard error."""
    from artifacts.errors import ArtifactError

    try:
        cli(prog_name="python -m artifacts")
    except ArtifactError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
