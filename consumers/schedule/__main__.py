"""``python -m consumers.schedule``: whatever goes wrong is one line on standard error, and an exit status."""

import sys

from consumers.command import interruption


def main() -> None:
    """Run the command line."""
    try:
        # Imported here, where Ctrl-C is handled already: it takes most of a second.
        from consumers.command.running import run
        from consumers.schedule.commands import cli
        from consumers.schedule.deployed import DeploymentError

        run(
            cli,
            "python -m consumers.schedule",
            failures={DeploymentError: ""},
            after_failure="show tells how things stand",
        )
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; show tells how things stand\n")
        sys.exit(interruption.INTERRUPTED)


if __name__ == "__main__":
    interruption.handle()
    main()
