"""The console script: whatever goes wrong is one line on standard error, and an exit status."""

import sys
from typing import Final

MISSING_LIBRARY: Final = 2


def main() -> None:
    """Run the command line.

    Exit status: 0 when all went well, 1 when something failed, 2 for wrong usage or settings, 130 after Ctrl-C.
    """
    try:
        import click  # noqa: F401 - both are looked for before anything else is
        import rich  # noqa: F401 - as above
    except ImportError as error:
        sys.stderr.write(f"penstock's command line needs {error.name}: pip install 'penstock[cli]'\n")
        sys.exit(MISSING_LIBRARY)
    from penstock.cli.defect_file import keep
    from penstock.cli.ending import ending
    from penstock.cli.standard_streams import show_anything

    show_anything()
    try:
        from penstock.cli.commands import cli

        status = cli(prog_name="penstock", standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - told by ending, a defect of ours too
        message, status = ending(error, keep)
        if message:
            sys.stderr.write(f"{message}\n")
    sys.exit(status)
