"""The options that several commands have."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from consumers.failed_events import Reason

_Command = TypeVar("_Command", bound=Callable[..., Any])


def selecting(*, days: str, failed_events_only: bool = True) -> Callable[[_Command], _Command]:
    """Give a command the options that select."""

    def decorate(command: _Command) -> _Command:
        keys = "An object's name, or KEY#POSITION of one event." if failed_events_only else "A batch's object name."
        options = [
            click.option("--day", "days", multiple=True, metavar="DAY", help=days),
            click.option("--key", "keys", multiple=True, metavar="KEY", help=keys),
        ]
        if failed_events_only:
            options += [
                click.option(
                    "--reason",
                    "reasons",
                    multiple=True,
                    type=click.Choice(list(map(str, Reason))),
                    help="Why it failed.",
                ),
                click.option("--author", "authors", multiple=True, metavar="AUTHOR", help="Who the event says did it."),
            ]
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


all_option = click.option("--all", "everything", is_flag=True, help="All of them; needed where nothing else selects.")
again_option = click.option("--again", is_flag=True, help="Those too that are marked as redriven.")
