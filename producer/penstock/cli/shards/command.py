"""``penstock shards``: its options."""

from typing import Literal

import click

from penstock.cli.connection import Connection, connection_options


@click.command(short_help="Show how a stream is divided, and its load.")
@click.argument("stream")
@click.option(
    "--lanes", type=click.IntRange(1, 1000), metavar="N", help="Show each open shard's N lanes and their keys."
)
@click.option(
    "--hash",
    "notation",
    type=click.Choice(["hex", "decimal"]),
    default="hex",
    show_default=True,
    help="How hash keys are written.",
)
@click.option(
    "--sample",
    "seconds",
    type=click.FloatRange(min=1, max=3600),
    metavar="SECONDS",
    help="Read what arrives for so long, and show each shard's share and its busiest partition keys: those of the "
    "events in aggregates, which CloudWatch does not see.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, with hash keys as decimal strings.")
@connection_options
def shards(
    *,
    stream: str,
    lanes: int | None,
    notation: Literal["hex", "decimal"],
    seconds: float | None,
    as_json: bool,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
) -> None:
    """Show how STREAM is divided: its shards, open and closed, in the order of their hash keys.

    Where the terminal is too narrow for whole hash keys, their beginnings are shown.

    \b
    Examples:
      penstock shards social-events
      penstock shards social-events --lanes 4
      penstock shards social-events --sample 10
      penstock shards social-events --json | jq '.shards[] | select(.open) | .shard'
    """
    # Imported here so that --help and a usage error answer at once.
    from penstock.cli.shards.run import run

    connection = Connection(endpoint_url=endpoint_url, region=region, profile=profile)
    run(stream, connection, lanes=lanes, seconds=seconds, notation=notation, as_json=as_json)
