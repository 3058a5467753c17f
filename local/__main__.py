"""``python -m local``: Ctrl-C is one line on standard error too, and an exit status."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        # Imported here, where Ctrl-C is answered: that takes a tenth of a second.
        from local import command

        command.main()
    except KeyboardInterrupt:
        sys.stderr.write("ended before the accounts were settled\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
