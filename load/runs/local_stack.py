"""The local stack with a chosen configuration."""

from pathlib import Path
from typing import Final

from load.configuration import Configuration
from local.functions.observer import Observer
from local.stack import LocalStack

ROOT: Final = Path(__file__).resolve().parents[2]


def start_local_stack(configuration: Configuration, directory: Path, observer: Observer) -> LocalStack:
    """Start it from the repository's template, with shards that take no more than on AWS.

    Args:
        configuration: what its parameters follow from.
        directory: of its logs.
        observer: is told of invocations and what they measure.

    Raises:
        local.stack.StackError: it can't be started.
    """
    return LocalStack.start(
        template=ROOT / "template.yaml",
        port=0,
        directory=directory,
        parameters={**configuration.parameters, "Schedule": configuration.schedule},
        observer=observer,
        write_limits=True,
    )
