"""Runs erase's command line."""

from typing import NoReturn

from consumers.command import running
from consumers.erase.command.command import cli
from consumers.erase.run import ContendedObjectError


def run() -> NoReturn:
    """Run it and exit.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    running.run(
        cli, "python -m consumers.erase", failures={ContendedObjectError: ""}, after_failure="running it again goes on"
    )
