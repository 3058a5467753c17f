"""``penstock put``: its options."""

import math
from pathlib import Path

import click

from penstock.cli.connection import Connection, connection_options
from penstock.hash_keys import MAX_PARTITION_KEY_CHARACTERS


@click.command(short_help="Send lines of JSON to a stream.")
@click.argument("stream")
@click.argument("source", metavar="[FILE|-]", default="-")
@click.option("--raw", is_flag=True, help="Send lines as they are, instead of as SocialEvents.")
@click.option(
    "--partition-key-field", metavar="NAME", help="With --raw: the field of each line's JSON that is its key."
)
@click.option("--partition-key", metavar="KEY", help="With --raw: the key of all lines. [default: random keys]")
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), metavar="EVENTS/S", help="At most so many events a second."
)
@click.option(
    "--failed",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the lines that were not delivered, for another run. What FILE held is overwritten.",
)
@click.option("--ordered", is_flag=True, help="Keep the order of each partition key's events, whatever fails.")
@click.option("--spool", type=click.Path(file_okay=False), metavar="DIR", help="Keep events there until acknowledged.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Any option of penstock.ProducerConfig; may be repeated. Has precedence over PENSTOCK_ variables.",
)
@connection_options
def put(
    *,
    stream: str,
    source: str,
    raw: bool,
    partition_key_field: str | None,
    partition_key: str | None,
    rate: float | None,
    failed: Path | None,
    ordered: bool,
    spool: str | None,
    options: tuple[str, ...],
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
) -> int:
    """Send the lines of FILE, plain or compressed by gzip, or of standard input to STREAM.

    Each line is a SocialEvent as JSON; one without an event_id gets one from its place and its bytes, so that sending
    a file again brings the same events. A line that breaks a rule is told with its number, and the others are sent.
    Blank lines are passed over. When the stream is slower than the input, the input waits.

    Ctrl-C stops reading and waits for the events that were read; a second one gives them up. Exit status: 0 when all
    lines were delivered, 1 when some were not, 2 for wrong usage or settings, 130 after Ctrl-C.

    \b
    Examples:
      penstock put social-events events.jsonl
      penstock put social-events events.jsonl --failed failed.jsonl --rate 500
      zcat events.jsonl.gz | penstock put social-events
      penstock put clicks clicks.jsonl --raw --partition-key-field user
      penstock put social-events events.jsonl --ordered --option linger_seconds=0.05
    """
    if not raw and (partition_key is not None or partition_key_field is not None):
        raise click.UsageError("--partition-key and --partition-key-field go with --raw: an event's key is its author")
    if partition_key is not None and partition_key_field is not None:
        raise click.UsageError("--partition-key and --partition-key-field say two different things; give one")
    if partition_key is not None and not 1 <= len(partition_key) <= MAX_PARTITION_KEY_CHARACTERS:
        raise click.UsageError(
            f"--partition-key has 1 to {MAX_PARTITION_KEY_CHARACTERS} characters, not {len(partition_key)}"
        )
    if rate is not None and math.isnan(rate):
        raise click.UsageError("--rate is a number of events a second above 0, like 500, not nan")
    # Imported here so that --help and a usage error answer at once.
    from penstock.cli.put.lines import raw_reader, read_event
    from penstock.cli.put.options import parse_options
    from penstock.cli.put.run import PutOrder, run

    of_producer = parse_options(options)
    if ordered:
        of_producer["ordered"] = True
    if spool is not None:
        of_producer["spool"] = spool
    return run(
        PutOrder(
            stream=stream,
            source=source,
            connection=Connection(endpoint_url=endpoint_url, region=region, profile=profile),
            reader=raw_reader(partition_key, partition_key_field) if raw else read_event,
            rate=rate,
            failed=failed,
            options=of_producer,
        )
    )
