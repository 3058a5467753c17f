"""``python -m consumers.erase``: whatever goes wrong is one line on standard error, and an exit status."""

from consumers.command import interruption


def main() -> None:
    """Run the command line."""
    interruption.main("consumers.erase.command.main", "running it again goes on")


if __name__ == "__main__":
    interruption.begin(main)
