"""The commands, by name."""

import click

from penstock.cli.put.command import put
from penstock.cli.shards.command import shards
from penstock.cli.tail.command import tail


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="penstock", message="%(package)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Send events to Amazon Kinesis Data Streams, read them, and see how the stream is divided.

    STREAM is a stream's name or ARN. Exit status: 0 when all went well, 1 when something failed, 2 for wrong usage or
    settings, 130 after Ctrl-C.

    \b
    Examples:
      penstock put social-events events.jsonl
      penstock tail social-events --from 10m
      penstock shards social-events --sample 10
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)


cli.add_command(put)
cli.add_command(tail)
cli.add_command(shards)
