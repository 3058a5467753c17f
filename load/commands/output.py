"""Standard output: what a command prints for whoever asked."""

import click

from load.errors import LoadError


class OutputError(LoadError):
    """Standard output could not be written, as on a full disk."""


def say(text: str = "") -> None:
    """Print a line, or more, to standard output.

    Raises:
        OutputError: it could not be written.
        BrokenPipeError: the reader has gone, who may have enough of it.
    """
    try:
        click.echo(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"standard output could not be written: {error.strerror}; make room, or send it elsewhere"
        ) from error


def show(*lines: str) -> None:
    """Print lines for a person, fitted to the terminal if standard output is one.

    Raises:
        OutputError, BrokenPipeError: as of `say`.
    """
    from load.report.fitting import fitted, room

    for line in fitted(lines, room()):
        say(line)
