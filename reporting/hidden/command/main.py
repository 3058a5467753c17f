"""Runs the hide-list's command line."""

from typing import NoReturn

from consumers.command import running
from consumers.trends.errors import TrendsError
from reporting.hidden.command.commands import cli


def run() -> NoReturn:
    """Run it and exit.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    running.run(cli, "python -m reporting.hidden", failures={TrendsError: ""}, after_failure="running it again is safe")
