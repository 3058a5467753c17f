"""``python -m consumers.rebuild``: whatever goes wrong is one line on standard error, and an exit status."""

from consumers.command import interruption


def main() -> None:
    """Run the command line."""
    interruption.main("consumers.rebuild.command.main", "--continue goes on with it")


if __name__ == "__main__":
    interruption.begin(main)
