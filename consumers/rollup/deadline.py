"""Ending in time: an answer that names what is left costs less than an invocation that is killed."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

RESERVE_SECONDS: Final = 2.0
"""Time that must be left to begin a write: what a slow DynamoDB takes for it, and the answer."""

ANSWER_SECONDS: Final = 0.5
"""Time that is kept for the answer: what is still under way then is given up. It may succeed all the same, which the
next delivery finds out."""


class DeadlineError(Exception):
    """Too little of the invocation's time was left; what it was for comes again."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no time left to bring {name} up to date")


def check(name: str, time_left: Callable[[], float]) -> None:
    """Let pass if there is time to begin a write of `name`.

    Raises:
        DeadlineError: there is not.
    """
    if time_left() < RESERVE_SECONDS:
        raise DeadlineError(name)


def error_of(task: Future[Any], name: str, time_left: Callable[[], float]) -> BaseException | None:
    """Wait for `task`, on `name`, while there is time; return what went wrong with it."""
    try:
        return task.exception(timeout=max(time_left() - ANSWER_SECONDS, 0.0))
    except TimeoutError:
        return DeadlineError(name)
