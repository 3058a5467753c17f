"""Longest waits, in seconds or none for as long as it takes, as points in time."""

import time
from typing import Final

GRACE_SECONDS: Final = 5.0
"""How long is waited for what should be over in no time, and may hang."""


def deadline_after(seconds: float | None) -> float | None:
    """Return when a wait that begins now is over."""
    return None if seconds is None else time.monotonic() + seconds


def remaining(deadline: float | None) -> float | None:
    """Return how long there is to wait, 0 if no longer."""
    return None if deadline is None else max(deadline - time.monotonic(), 0.0)
