"""The command line, run: whatever goes wrong is one line on standard error, and an exit status."""

import sys
from typing import NoReturn

from penstock.cli.defect_file import keep
from penstock.cli.ending import ending
from penstock.cli.standard_streams import abandon_output, show_anything
from penstock.cli.unread_output import drop_unread_output


def run() -> NoReturn:
    """Run the command line and exit.

    Exit status: 0 when all went well, 1 when something failed, 2 for wrong input, 130 after Ctrl-C.

    Raises:
        KeyboardInterrupt: Ctrl-C before the command has begun, or after it has ended.
    """
    show_anything()
    drop_unread_output()
    try:
        from load.commands import cli

        status = cli(prog_name="penstock-load", standalone_mode=False)
    except SystemExit:
        # Commands return their status. By this click ends them, with 1, when whoever read the output has enough of it,
        # as ``… | head`` does: that is no failure.
        abandon_output()
        sys.exit(0)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - told by ending, a defect of ours too
        message, status = ending(error, keep)
        if message:
            sys.stderr.write(f"{message}\n")
    sys.exit(status)
