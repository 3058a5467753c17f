"""``python -m consumers.schedule``: whatever goes wrong is one line on standard error, and an exit status."""

from consumers.command import interruption


def main() -> None:
    """Run the command line."""
    interruption.main("consumers.schedule.command.main", "show tells how things stand")


if __name__ == "__main__":
    interruption.begin(main)
