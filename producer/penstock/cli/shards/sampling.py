"""Reads what arrives in a stream for some seconds, and counts it."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from penstock.cli.reading.lineage import LATEST, StreamLineage
from penstock.cli.reading.stream_reader import StreamReader
from penstock.cli.reading.trouble import Trouble
from penstock.cli.reading.user_records import read_records
from penstock.cli.shards.load import ShardLoad
from penstock.listing import ListedShard

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


def sample(
    client: "KinesisClient", stream: str, shards: Sequence[ListedShard], seconds: float, console: Console
) -> dict[str, ShardLoad]:
    """Return what has arrived in each shard within some seconds, from the moment that all are being read.

    Args:
        client: a boto3 client for Kinesis that does not retry by itself.
        stream: the stream's name or ARN.
        shards: its shards; open ones without arrivals are in the answer, too.
        seconds: how long to read.
        console: shows how long it will take, on a terminal.
    """
    lineage = StreamLineage(LATEST)
    lineage.listed(shards)
    loads = {shard.shard_id: ShardLoad() for shard in shards if not shard.closed}
    reader = StreamReader(client, stream, lineage, Trouble(console.print, time.monotonic).note)
    progress = Progress(
        TextColumn("sampling"),
        BarColumn(bar_width=None),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        expand=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = progress.add_task("", total=seconds)
    began: float | None = None
    with progress if console.is_terminal else nullcontext():
        for page in reader.pages():
            now = time.monotonic()
            if began is None and reader.positioned:
                began = now
            if page is not None:
                load = loads.setdefault(page.shard_id, ShardLoad())
                for record in page.records:
                    load.add(read_records(page.shard_id, record))
            if began is not None:
                progress.update(task, completed=min(now - began, seconds))
                if now - began >= seconds:
                    break
    return loads
