"""Runs the schedule's command line."""

from typing import NoReturn

from consumers.command import running
from consumers.command.stack_change import DeploymentError
from consumers.schedule.command.commands import cli


def run() -> NoReturn:
    """Run it and exit.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    running.run(
        cli,
        "python -m consumers.schedule",
        failures={DeploymentError: ""},
        after_failure="show tells how things stand",
    )
