"""Runs the command line and says what went wrong, in one line."""

import os
import sys
from typing import NoReturn

import click
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound

from consumers.command.stack import StackNotFoundError
from consumers.redrive.command.commands import cli
from consumers.redrive.sender import SendingError
from consumers.variables import SettingsError
from penstock.cli.defect_file import keep
from penstock.cli.ending import FAILURE, USAGE, ending, error_line
from penstock.cli.standard_streams import show_anything


def run() -> NoReturn:
    """Run it and exit.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    show_anything()
    try:
        sys.exit(cli(prog_name="python -m consumers.redrive", standalone_mode=False))
    except click.Abort:
        raise KeyboardInterrupt from None  # which click makes of Ctrl-C
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(error.exit_code)
    except (NoCredentialsError, NoRegionError, ProfileNotFound, SettingsError, StackNotFoundError) as error:
        _end(USAGE, error_line(str(error)))
    except SendingError as error:
        _end(FAILURE, error_line(f"nothing can be delivered: {error}"))
    except (ClientError, BotoCoreError) as error:
        _end(FAILURE, error_line(f"{error}; what was marked stays marked, and running it again is safe"))
    except BrokenPipeError:
        # The reader of the output has gone, as head does: what is buffered goes nowhere (Python, "Note on SIGPIPE").
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILURE)
    except Exception as error:  # noqa: BLE001 - told by ending, a defect of ours too
        message, status = ending(error, keep)
        _end(status, message)


def _end(status: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(status)
