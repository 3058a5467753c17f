"""``python -m reporting.hidden``: whatever goes wrong is one line on standard error, and an exit status."""

from consumers.command import interruption


def main() -> None:
    """Run the command line."""
    interruption.main("reporting.hidden.command.main", "running it again is safe")


if __name__ == "__main__":
    interruption.begin(main)
