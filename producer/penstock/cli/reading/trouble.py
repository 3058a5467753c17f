"""Says what goes wrong while a stream is read, without a flood."""

from collections.abc import Callable
from typing import Final

INTERVAL_SECONDS: Final = 10.0
"""Shortest time between two lines about the same error code."""


class Trouble:
    """Tells of failures that are tried again, each error code at most once in ``INTERVAL_SECONDS``.

    Args:
        tell: shows a line to the person at the terminal.
        monotonic: tells the time in seconds, from any beginning.
    """

    def __init__(self, tell: Callable[[str], None], monotonic: Callable[[], float]) -> None:
        self._tell = tell
        self._monotonic = monotonic
        self._told: dict[str, float] = {}

    def note(self, call: str, code: str, message: str) -> None:
        """Note that a call failed."""
        now = self._monotonic()
        if now - self._told.get(code, float("-inf")) >= INTERVAL_SECONDS:
            self._told[code] = now
            self._tell(f"warning: {call} failed with {code}, and is tried again: {message:.200}")
