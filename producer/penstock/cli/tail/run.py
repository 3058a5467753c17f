"""Prints what arrives in a stream."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import click

from penstock.cli.connection import Connection
from penstock.cli.failures import FailureError, explained
from penstock.cli.reading.lineage import Position, StreamLineage
from penstock.cli.reading.stream_reader import StreamReader
from penstock.cli.reading.trouble import Trouble
from penstock.cli.reading.user_records import ReadRecord, read_records
from penstock.cli.safe_text import safe_text
from penstock.cli.standard_streams import abandon_output
from penstock.cli.tail.lines import data_line, json_line
from penstock.cli.tail.output import Output
from penstock.listing import ListedShard, list_shards


@dataclass(frozen=True, kw_only=True, slots=True)
class TailOrder:
    """What is to be printed, and how.

    Attributes:
        stream: the stream's name or ARN.
        connection: how to reach it.
        start: where to begin.
        start_text: the same in the user's words.
        only: the shards to read, empty for all.
        count: after how many records to end, none for never.
        as_json: whether to print JSON objects instead of data.
    """

    stream: str
    connection: Connection
    start: Position
    start_text: str
    only: frozenset[str]
    count: int | None
    as_json: bool


def run(order: TailOrder) -> int:
    """Print records until there are enough, nobody reads them, or the chosen shards have ended; return 0.

    Raises:
        click.ClickException: if the stream cannot be read.
    """
    output = Output()
    with explained(order.stream, order.connection.region):
        client = order.connection.client(order.stream, attempts=3)
        with explained(order.stream, client.meta.region_name):
            shards = [ListedShard.from_entry(entry) for entry in list_shards(client, order.stream)]
            lineage = StreamLineage(order.start, order.only)
            _check_chosen(order, shards)
            lineage.listed(shards)
            reader = StreamReader(
                order.connection.client(order.stream, attempts=1),
                order.stream,
                lineage,
                Trouble(_tell, time.monotonic).note,
            )
            try:
                _print(order, reader, output)
            except BrokenPipeError:
                abandon_output()
    return 0


def _print(order: TailOrder, reader: StreamReader, output: Output) -> None:
    left = order.count
    told = False
    for page in reader.pages():
        if not told and (reader.positioned or (page is not None and page.records)):
            told = True
            _tell(f"reading {order.stream} from {order.start_text}; Ctrl-C ends")
        if output.reader_gone():
            abandon_output()
            return
        if page is None:
            continue
        for record in page.records:
            lines = list(islice(_lines(order, read_records(page.shard_id, record), output), left))
            output.write(b"".join(lines))
            if left is not None:
                left -= len(lines)
                if left == 0:
                    return


def _lines(order: TailOrder, records: list[ReadRecord], output: Output) -> Iterator[bytes]:
    for record in records:
        if record.damage is not None:
            _tell(
                f"warning: record {record.sequence_number} of {record.shard_id} is a damaged aggregate: {record.damage}"
                + ("" if order.as_json else "; --json prints its bytes")
            )
        if order.as_json:
            yield json_line(record)
        elif record.damage is None:
            yield data_line(record, terminal=output.terminal)


def _check_chosen(order: TailOrder, shards: list[ListedShard]) -> None:
    unknown = order.only - {shard.shard_id for shard in shards}
    if unknown:
        known = ", ".join(shard.shard_id for shard in shards[:5]) + (", …" if len(shards) > 5 else "")
        raise FailureError(f"{order.stream} has no shard {', '.join(sorted(unknown))}; it has {known}")


def _tell(message: str) -> None:
    click.echo(safe_text(message), err=True)
