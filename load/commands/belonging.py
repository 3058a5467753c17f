"""Options that belong to others: one that would have no effect is refused, for whoever gave it expects one."""

from collections.abc import Collection, Mapping

import click
from click.core import ParameterSource

from load.errors import InputError


def refuse(*names: str, why: str) -> None:
    """Refuse options that were given on the command line: what the environment says is for other commands too.

    Args:
        names: of the options, as the command's arguments have them.
        why: what they belong to, such as "belongs to --apply".

    Raises:
        InputError: one was given.
    """
    context = click.get_current_context()
    for option in context.command.params:
        if option.name in names and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
            raise InputError(f"{option.opts[0]} {why}")


def refuse_settings(settings: Collection[str], allowed: Collection[str], why: str) -> None:
    """Refuse what ``--set`` changes besides what is allowed.

    Args:
        settings: their names, as given.
        allowed: names that may be given.
        why: what makes others useless.

    Raises:
        InputError: another was given.
    """
    for name in settings:
        if name not in allowed:
            raise InputError(f"--set {name:.60} {why}")


def refuse_shards_on_demand(settings: Mapping[str, str]) -> None:
    """Refuse a number of shards beside a stream on demand, where nothing is planned that could be compared with it.

    Args:
        settings: what ``--set`` gives, by name.

    Raises:
        InputError: both were given, or a setting is none.
    """
    from load.configuration import PARAMETERS, CapacityMode, Configuration

    if Configuration.parse(settings).stream_mode is CapacityMode.ON_DEMAND:
        given = [name for name in settings if name in ("shards", PARAMETERS["shards"].name)]
        refuse_settings(given, (), "has no effect on a stream on demand, which has the shards that it needs")
