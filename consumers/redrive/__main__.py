"""``python -m consumers.redrive``: whatever goes wrong is one line on standard error, and an exit status."""

import sys

from consumers.command import interruption


def main() -> None:
    """Run the command line."""
    try:
        # Imported here, where Ctrl-C is handled already: it takes most of a second.
        from consumers.redrive.command.main import run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; running it again is safe\n")
        sys.exit(interruption.INTERRUPTED)


if __name__ == "__main__":
    interruption.handle()
    try:
        main()
    except SystemExit as ended:
        if ended.code == interruption.INTERRUPTED:
            interruption.end(interruption.INTERRUPTED)
        raise
