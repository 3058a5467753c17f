"""The commands: list, add, remove."""

from typing import TYPE_CHECKING

import click

from consumers.command.options import json_option, stack_options
from consumers.command.output import for_machine
from consumers.command.target import StackTarget
from consumers.counts import DIMENSIONS

if TYPE_CHECKING:
    from consumers.trends.hidden import HideList

_dimension = click.argument("dimension", type=click.Choice(DIMENSIONS))
_values = click.argument("values", nargs=-1, required=True, metavar="VALUE...")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def cli() -> None:
    """Say which values are counted and not shown: by no answer of the API, no page of the dashboard, no alert.

    It takes effect with the next request. Totals stay as counted. Exit status: 0 when all went well, 1 when something
    failed, 2 for wrong usage, 130 after Ctrl-C. docs/moderation.md tells more.

    \b
    Examples:
      python -m reporting.hidden list
      python -m reporting.hidden add hashtag '#Spam' 'buy now'
      python -m reporting.hidden remove hashtag spam
    """


@cli.command("list")
@click.argument("dimension", type=click.Choice(DIMENSIONS), required=False)
@stack_options
@json_option
def list_(*, dimension: str | None, target: StackTarget, as_json: bool) -> None:
    """List the hidden values, of one DIMENSION or of all.

    \b
    Examples:
      python -m reporting.hidden list
      python -m reporting.hidden list hashtag --json
    """
    from reporting.hidden.command.output import list_lines

    hidden = _hide_list(target).read()
    for line in list_lines(hidden, [dimension] if dimension else DIMENSIONS, as_json=for_machine(as_json)):
        click.echo(line)


@cli.command()
@_dimension
@_values
@stack_options
@json_option
def add(*, dimension: str, values: tuple[str, ...], target: StackTarget, as_json: bool) -> None:
    """Hide values, in every spelling that is counted as the same. What is hidden already stays so.

    \b
    Examples:
      python -m reporting.hidden add hashtag '#Spam' 'buy now'
      python -m reporting.hidden add platform elsewhere --stack penstock-test
      python -m reporting.hidden add hashtag -- -18
    """
    _change(dimension, values, target, as_json=as_json, hide=True)


@cli.command()
@_dimension
@_values
@stack_options
@json_option
def remove(*, dimension: str, values: tuple[str, ...], target: StackTarget, as_json: bool) -> None:
    """Show values again, with all that was counted of them. What is not hidden stays so.

    \b
    Examples:
      python -m reporting.hidden remove hashtag spam
    """
    _change(dimension, values, target, as_json=as_json, hide=False)


def _change(dimension: str, values: tuple[str, ...], target: StackTarget, *, as_json: bool, hide: bool) -> None:
    from reporting.hidden.command.output import Change, change_lines
    from reporting.hidden.values import ValueNeverCountedError, counted_as

    try:
        counted = list(dict.fromkeys(counted_as(dimension, value) for value in values))
    except ValueNeverCountedError as error:
        raise click.UsageError(str(error)) from error
    hide_list = _hide_list(target)
    changed = (hide_list.add if hide else hide_list.remove)(dimension, counted)
    changes = [Change(dimension, value, hide, value in changed) for value in counted]
    for line in change_lines(changes, as_json=for_machine(as_json)):
        click.echo(line)


def _hide_list(target: StackTarget) -> "HideList":
    from consumers.calls import call_config
    from consumers.command.stack import describe
    from consumers.trends.hidden import HideList

    session = target.session()
    table = describe(session, target.stack, {"TrendsTable": "TRENDS_TABLE"})["TRENDS_TABLE"]
    return HideList(session.client("dynamodb", config=call_config(calls_at_once=1, read_seconds=5.0)), table)
