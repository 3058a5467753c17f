"""The options that several command lines have."""

import functools
from collections.abc import Callable
from typing import Any

import click

from consumers.command.target import StackTarget

json_option = click.option(
    "--json", "as_json", is_flag=True, help="JSON, also on a terminal. Elsewhere it is always JSON."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be done.")

_STACK = (
    click.option("--stack", default="penstock", show_default=True, metavar="NAME", help="The deployed stack."),
    click.option(
        "--region", metavar="NAME", help="AWS region. [default: AWS_REGION, AWS_DEFAULT_REGION or the profile's]"
    ),
    click.option("--profile", metavar="NAME", help="Profile of the AWS configuration files."),
)


def stack_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which stack it is about, and hand them over as `target`."""

    @functools.wraps(command)
    def with_target(*arguments: Any, stack: str, region: str | None, profile: str | None, **others: Any) -> Any:  # noqa: ANN401 - a command's own
        return command(*arguments, target=StackTarget(stack, region, profile), **others)

    for option in reversed(_STACK):
        with_target = option(with_target)
    return with_target
