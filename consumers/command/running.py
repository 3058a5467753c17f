"""Runs a command line and says what went wrong, in one line."""

import sys
from collections.abc import Mapping
from typing import Final, NoReturn

import click
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from consumers.command.stack import StackNotFoundError
from consumers.variables import SettingsError
from penstock.cli.defect_file import keep
from penstock.cli.ending import FAILURE, USAGE, ending, error_line
from penstock.cli.standard_streams import show_anything
from penstock.cli.unread_output import drop_unread_output

_USAGE: Final = (
    InvalidRegionError,
    NoCredentialsError,
    ProfileNotFound,
    SettingsError,
    StackNotFoundError,
)


def run(cli: click.Command, name: str, *, failures: Mapping[type[Exception], str], after_failure: str) -> NoReturn:
    """Run it and exit.

    Where the reader of the output has gone, as ``… | head`` does, click ends it with 1 and says nothing: what was still
    to be done was not. Progress on standard error that nobody reads ends nothing.

    Args:
        cli: the command line.
        name: what it is called by, like ``python -m consumers.redrive``.
        failures: exceptions of its own that end it with `FAILURE`, and what to say before their message.
        after_failure: what to say after AWS's message when a call fails.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    show_anything()
    drop_unread_output()
    try:
        sys.exit(cli(prog_name=name, standalone_mode=False))
    except click.Abort:
        raise KeyboardInterrupt from None  # which click makes of Ctrl-C
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(error.exit_code)
    except NoRegionError:
        _end(USAGE, error_line("no AWS region is configured: give --region NAME, or set AWS_REGION"))
    except _USAGE as error:
        _end(USAGE, error_line(str(error)))
    except tuple(failures) as error:
        what = next(what for kind, what in failures.items() if isinstance(error, kind))
        _end(FAILURE, error_line(f"{what}{error}"))
    except (ClientError, BotoCoreError) as error:
        _end(FAILURE, error_line(f"{error}; {after_failure}"))
    except Exception as error:  # noqa: BLE001 - told by ending, a defect of ours too
        if _is_about_endpoint(error):
            _end(USAGE, error_line(f"{error}: AWS_ENDPOINT_URL must be a URL, like http://127.0.0.1:4566"))
        message, status = ending(error, keep)
        _end(status, message)


def _is_about_endpoint(error: Exception) -> bool:
    """Tell whether botocore, making a client, has refused its endpoint: for that it has no exception of its own."""
    return isinstance(error, ValueError) and str(error).startswith("Invalid endpoint")


def _end(status: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(status)
