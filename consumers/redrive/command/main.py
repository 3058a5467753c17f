"""Runs redrive's command line."""

from typing import NoReturn

from consumers.command import running
from consumers.redrive.command.commands import cli
from consumers.redrive.sender import SendingError


def run() -> NoReturn:
    """Run it and exit.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    running.run(
        cli,
        "python -m consumers.redrive",
        failures={SendingError: "nothing can be delivered: "},
        after_failure="running it again is safe",
    )
