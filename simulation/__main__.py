"""`python -m simulation`: runs seeds of the simulated world and says what came of them."""

import sys


def start() -> int:
    """Run the command; return its exit status, after Ctrl-C while it is still imported too."""
    try:
        from simulation.command import main
    except KeyboardInterrupt:
        return 130
    return main()


if __name__ == "__main__":
    sys.exit(start())
