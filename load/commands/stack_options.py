"""The options that say how a deployed stack is reached: the same for every command that may go to one."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from load.stack.callers import KEY_VARIABLE, TOKEN_VARIABLE

_Command = TypeVar("_Command", bound=Callable[..., Any])

region_option = click.option(
    "--region", metavar="NAME", help="Of a deployed stack. [default: AWS_REGION or the profile's]"
)
_OPTIONS: Final = (
    click.option("--role", is_flag=True, help="Send to a deployed stack by the role that it has for producers."),
    click.option(
        "--api-token",
        envvar=TOKEN_VARIABLE,
        metavar="TOKEN",
        help=f"By which a deployed stack's API knows a user, where users sign in. [env: {TOKEN_VARIABLE}]",
    ),
    click.option(
        "--api-key",
        envvar=KEY_VARIABLE,
        metavar="KEY",
        help=f"Of a deployed stack's API, where it wants one. [env: {KEY_VARIABLE}]",
    ),
    click.option(
        "--metrics-wait",
        default="5m",
        show_default=True,
        metavar="TIME",
        help="How long to wait for CloudWatch, which tells some minutes late; 0 for not at all.",
    ),
)


def stack_options(command: _Command) -> _Command:
    """Give a command the options of `load.commands.targets.stack_target`."""
    for option in reversed((region_option, *_OPTIONS)):
        command = option(command)
    return command
