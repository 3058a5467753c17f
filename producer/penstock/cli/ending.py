"""How a command ends that an exception ends: a message of one line, and the exit status."""

from collections.abc import Callable
from typing import Final

import click

from penstock.cli.safe_text import safe_text
from penstock.errors import ConfigurationError, PenstockError

FAILURE: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130


def ending(error: BaseException, keep: Callable[[BaseException], str]) -> tuple[str, int]:
    """Return what to print to standard error, if anything, and the exit status.

    Args:
        error: what has ended the command.
        keep: writes the details of a defect somewhere and tells where.
    """
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "", INTERRUPTED
    if isinstance(error, click.ClickException):
        hint = " (--help tells more)" if isinstance(error, click.UsageError) else ""
        return error_line(error.format_message() + hint), error.exit_code
    if isinstance(error, PenstockError):
        return error_line(str(error)), USAGE if isinstance(error, ConfigurationError) else FAILURE
    if isinstance(error, OSError):
        return error_line(f"a file could not be read or written: {error}"), FAILURE
    return error_line(f"a defect of Penstock, {type(error).__name__}: {error}; {keep(error)} has the details"), FAILURE


def error_line(message: str) -> str:
    """Return a message as the one line that a command ends with; nothing in it acts on a terminal."""
    return f"error: {safe_text(' '.join(message.split()))}"
