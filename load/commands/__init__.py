"""The commands, a module each: parse, call, show. What is slow to import is imported when a command runs."""

import click

from load.commands.calibrate import calibrate
from load.commands.compare import compare
from load.commands.cost import cost
from load.commands.probe import probe
from load.commands.run import run
from load.commands.simulate import simulate
from load.commands.tune import tune


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Find the configuration that meets a goal for the least money, and prove it.

    Exit status: 0 when all went well, 1 when something failed, 2 for wrong input, 130 after Ctrl-C.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)


for _command in (run, probe, calibrate, simulate, tune, cost, compare):
    cli.add_command(_command)
