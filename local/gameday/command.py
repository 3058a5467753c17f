"""Runs exercises on a stack of their own, one after another."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from local.gameday.drill import Drill
from local.gameday.exercises import EXERCISES
from local.stack import LocalStack

TEMPLATE: Final = Path(__file__).resolve().parents[2] / "template.yaml"
PARAMETERS: Final = {"IngestWindowSeconds": "0", "RollupWindowSeconds": "0", "CorrectionPercent": "1000000"}
"""Nothing is waited for that an exercise is not about."""


def start(directory: Path, *, port: int) -> LocalStack:
    """Start a stack whose shards take no more than on AWS.

    Raises:
        local.stack.StackError: it can't be started.
    """
    return LocalStack.start(template=TEMPLATE, port=port, directory=directory, parameters=PARAMETERS, write_limits=True)


def run(names: Iterable[str], directory: Path, port: int, say: Callable[[str], None]) -> None:
    """Run exercises by name.

    Raises:
        DrillError: what one should show was not to be seen.
        local.stack.StackError: the stack can't be started.
        local.stack.PartFailedError: a part of it has ended by itself.
    """
    say("starting the stack …")
    with start(directory, port=port) as stack:
        say(f"dashboard {stack.url}")
        for name in names:
            exercise = EXERCISES[name]
            say(f"== {name}: {exercise.__doc__}")
            exercise(Drill(stack, say))
