"""Runs the command line and says what went wrong, in one line."""

import io
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NoReturn

import click
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound

from consumers.command.stack import StackNotFoundError
from consumers.redrive.command.commands import cli
from consumers.redrive.sender import SendingError
from consumers.variables import SettingsError
from penstock.cli.safe_text import safe_text
from penstock.errors import ConfigurationError


def run() -> NoReturn:
    """Run it and exit.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    _show_anything()
    try:
        sys.exit(cli(prog_name="python -m consumers.redrive", standalone_mode=False))
    except click.Abort:
        raise KeyboardInterrupt from None  # which click makes of Ctrl-C
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _end(error.exit_code, f"{error.format_message()} (--help tells more)")
    except (
        ConfigurationError,
        NoCredentialsError,
        NoRegionError,
        ProfileNotFound,
        SettingsError,
        StackNotFoundError,
    ) as error:
        _end(2, str(error))
    except SendingError as error:
        _end(1, f"nothing can be delivered: {error}")
    except (ClientError, BotoCoreError) as error:
        _end(1, f"{error}; what was marked stays marked, and running it again is safe")
    except BrokenPipeError:
        # The reader of the output has gone, as head does: what is buffered goes nowhere (Python, "Note on SIGPIPE").
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - a defect of ours: the user gets a line, the file what a developer needs
        with tempfile.NamedTemporaryFile("w", prefix="penstock-", suffix=".log", delete=False) as log:
            log.write(traceback.format_exc())
        _end(1, f"a defect of Penstock, {type(error).__name__}: {error}; {Path(log.name)} has the details")


def _show_anything() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the terminal can't show is no reason to end


def _end(status: int, message: str) -> NoReturn:
    click.echo(f"error: {' '.join(safe_text(message.replace(chr(10), ' ')).split())}", err=True)
    sys.exit(status)
