"""``python -m reporting.hidden``: whatever goes wrong is one line on standard error, and an exit status."""

from consumers.command import interruption


def main() -> None:
    """Run the command line."""
    interruption.main("reporting.hidden.command.main", "list tells how things stand")


if __name__ == "__main__":
    interruption.begin(main)
