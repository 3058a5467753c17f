"""Invocations of a local stack's functions, which go well or are no measure."""

from collections.abc import Mapping
from typing import Any

from load.errors import LoadError
from local.stack import LocalStack
from simulation.event_source_mapping.invocation import Answered


def invoke(stack: LocalStack, function: str, event: Mapping[str, Any]) -> None:
    """Invoke a function, by its logical id, with a batch as its mapping would.

    Raises:
        LoadError: it failed.
    """
    result = stack.invoke(function, event)
    if not isinstance(result, Answered):
        raise LoadError(
            f"{function} failed on the local stack, so it can't be timed: {result}; "
            "`make run` shows whether a local stack works on this machine"
        )


def invoke_with_nothing(stack: LocalStack, function: str) -> None:
    """Invoke a function with a batch of no records.

    Raises:
        LoadError: it failed.
    """
    invoke(stack, function, {"Records": []})
