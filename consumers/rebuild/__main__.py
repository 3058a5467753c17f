"""``python -m consumers.rebuild``: whatever goes wrong is one line on standard error, and an exit status."""

from consumers.command import interruption


def main() -> None:
    """Run the command line."""
    interruption.main("consumers.rebuild.command.main", "running it again is safe, and says when it takes --continue")


if __name__ == "__main__":
    interruption.begin(main)
