"""``penstock-load`` and ``python -m load``: Ctrl-C is an exit status from the first line on."""

import sys


def main() -> None:
    """Run the command line; `load.entry` has its exit statuses."""
    try:
        # Imported here, where Ctrl-C is answered: that takes a tenth of a second.
        from load.entry import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
