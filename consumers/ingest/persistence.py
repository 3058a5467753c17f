"""Going on until all of a batch is written: for what comes from elsewhere than a stream that would deliver it again."""

from collections.abc import Callable
from typing import Final, NamedTuple

from consumers.ingest.ingest import Result
from consumers.ingest.tally import Tally

ATTEMPTS: Final = 6
"""Tries for one batch, each from the first record that the one before could not write."""
FIRST_WAIT_SECONDS: Final = 0.5
"""Before the second try; it doubles."""


class Trouble(NamedTuple):
    """Why a batch is not written to its end."""

    why: str
    """AWS's code, or an exception's name."""
    detail: str


def persist(
    process: Callable[[int], Result],
    take: Callable[[Tally], None],
    *,
    sleep: Callable[[float], None],
    seconds_left: Callable[[], float],
) -> Trouble | None:
    """Process a batch until nothing of it is left, and say why not if something is.

    Args:
        process: gives to ingest what the batch has from a sequence number on.
        take: takes what each try came to.
        sleep: waits for so many seconds.
        seconds_left: how long all of it may still take.

    Raises:
        Exception: whatever `process` raises.
    """
    wait = FIRST_WAIT_SECONDS
    checkpoint = 0
    why = "Unwritten"
    for attempt in range(ATTEMPTS):
        if attempt:
            if seconds_left() < 2 * wait:
                return Trouble(why, f"{why}, and no time is left to try again")
            sleep(wait)
            wait *= 2
        result = process(checkpoint)
        take(result.tally)
        if result.checkpoint is None:
            return None
        why = next(iter(result.errors), why)
        checkpoint = result.checkpoint
    return Trouble(why, f"{why} after {ATTEMPTS} tries")
