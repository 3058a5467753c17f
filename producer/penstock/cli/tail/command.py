"""``penstock tail``: its options."""

import time

import click

from penstock.cli.connection import Connection, connection_options


@click.command(short_help="Print what arrives in a stream.")
@click.argument("stream")
@click.option(
    "--from",
    "start",
    default="latest",
    show_default=True,
    metavar="latest|oldest|TIME|AGE",
    help="Where to begin: with what comes next; with the oldest that is kept; at a time like 2026-11-21T09:30:00Z; or "
    "so long ago, like 30s, 10m, 2h or 1d.",
)
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="End after N events.")
@click.option(
    "--shard",
    "only",
    multiple=True,
    metavar="ID",
    help="Read this shard alone, and end where it ends; may be repeated. [default: all, through splits and merges]",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print objects with shard, sequence_number, subsequence_number, partition_key, arrived_at and data "
    "(data_base64 where it is no UTF-8).",
)
@connection_options
def tail(
    *,
    stream: str,
    start: str,
    count: int | None,
    only: tuple[str, ...],
    as_json: bool,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
) -> int:
    """Print the events of STREAM as they arrive, a line for each; those in KPL aggregates, too.

    Shards are read side by side: events of one shard come in its order, and those of a split or merged shard before
    its children's. On a terminal, control characters and bytes that are no UTF-8 are shown as \\x1b and the like;
    into a pipe or a file, data goes as it is.

    A damaged aggregate is told on standard error; with --json, its bytes are printed, too. Ends with status 0 when the
    reader of its output goes away, 130 after Ctrl-C.

    \b
    Examples:
      penstock tail social-events
      penstock tail social-events --from 10m --json | jq .partition_key
      penstock tail social-events --from oldest --count 100 > sample.jsonl
    """
    # Imported here so that --help and a usage error answer at once.
    from penstock.cli.tail.start import parse_start

    try:
        position = parse_start(start, time.time())
    except ValueError as error:
        raise click.UsageError(f"--from {error}") from error
    from penstock.cli.tail.run import TailOrder, run

    return run(
        TailOrder(
            stream=stream,
            connection=Connection(endpoint_url=endpoint_url, region=region, profile=profile),
            start=position,
            start_text=start,
            only=frozenset(only),
            count=count,
            as_json=as_json,
        )
    )
