"""Shows a stream's shards."""

import json
import sys
from shutil import get_terminal_size

import click
from rich.console import Console

from penstock.cli.connection import Connection
from penstock.cli.failures import explained
from penstock.cli.shards.hash_range import Notation
from penstock.cli.shards.load import ShardLoad, load_lines, load_object
from penstock.cli.shards.sampling import sample
from penstock.cli.shards.shard_view import ShardView, shard_lines, shard_object, shard_views
from penstock.listing import ListedShard, list_shards


def run(
    stream: str, connection: Connection, *, lanes: int | None, seconds: float | None, notation: Notation, as_json: bool
) -> None:
    """Print the map and, if asked for, how the load of some seconds is spread.

    Raises:
        click.ClickException: if the stream cannot be asked for.
        ShardMapError: with lanes, while the stream is split or merged.
    """
    loads: dict[str, ShardLoad] = {}
    with explained(stream, connection.region):
        client = connection.client(stream, attempts=3)
        with explained(stream, client.meta.region_name):
            listing = list_shards(client, stream)
            views = shard_views(listing, lanes)
            if not as_json:
                _print_map(views, notation)
            if seconds is not None:
                shards = [ListedShard.from_entry(entry) for entry in listing]
                console = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
                loads = sample(connection.client(stream, attempts=1), stream, shards, seconds, console)
    if as_json:
        _print_json(stream, views, loads, seconds)
    elif seconds is not None:
        _print_loads(views, loads, seconds)


def _print_map(views: list[ShardView], notation: Notation) -> None:
    width = get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo("\n".join(shard_lines(views, notation, width)))


def _print_loads(views: list[ShardView], loads: dict[str, ShardLoad], seconds: float) -> None:
    order = {view.shard_id: place for place, view in enumerate(views)}
    ordered = dict(sorted(loads.items(), key=lambda entry: order.get(entry[0], len(order))))
    click.echo(f"\nIn {seconds:g} s arrived; a key's share is that of its shard:")
    click.echo("\n".join(load_lines(ordered)))


def _print_json(stream: str, views: list[ShardView], loads: dict[str, ShardLoad], seconds: float | None) -> None:
    shown: dict[str, object] = {"stream": stream, "shards": [shard_object(view) for view in views]}
    if seconds is not None:
        shown["sample"] = {
            "seconds": seconds,
            "shards": {shard_id: load_object(load) for shard_id, load in loads.items()},
        }
    click.echo(json.dumps(shown, indent=2))
