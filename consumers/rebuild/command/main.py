"""Runs rebuild's command line."""

from typing import NoReturn

from consumers.command import running
from consumers.rebuild.command.command import cli
from consumers.rebuild.folding import RebuildError
from consumers.rebuild.journal import JournalError
from consumers.rebuild.tables import TablesError


def run() -> NoReturn:
    """Run it and exit.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    running.run(
        cli,
        "python -m consumers.rebuild",
        failures={RebuildError: "", JournalError: "", TablesError: ""},
        after_failure="running it again is safe, and says when it takes --continue",
    )
