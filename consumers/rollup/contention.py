"""Racing other writers for an item: how long to wait after a refusal, and when to give up."""

import random
from collections.abc import Callable
from typing import Final

MAX_ATTEMPTS: Final = 12
"""For each refused write another went through, so twelve refusals in a row need twelve rivals at the same item."""

FIRST_WAIT: Final = 0.01
LONGEST_WAIT: Final = 0.5


class ContendedError(Exception):
    """A write was refused again and again; the records it was for are reported as failed and come again."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was written by others before each of {MAX_ATTEMPTS} attempts")


class Contention:
    """Waits between attempts: full jitter over an exponentially rising bound, none before the first repetition.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog. The first repetition needs no wait, since the
    refusal brings the winner's item and rivals are few.
    """

    def __init__(
        self, sleep: Callable[[float], None], uniform: Callable[[float, float], float] = random.uniform
    ) -> None:
        """Wait by `sleep` (seconds), for times drawn by `uniform`."""
        self._sleep = sleep
        self._uniform = uniform

    def refused(self, name: str, refusals: int) -> None:
        """Wait after the `refusals`-th refusal in a row of a write of the item called `name`.

        Raises:
            ContendedError: that was the last attempt.
        """
        if refusals >= MAX_ATTEMPTS:
            raise ContendedError(name)
        if refusals > 1:
            self._sleep(self._uniform(0.0, min(FIRST_WAIT * 2.0**refusals, LONGEST_WAIT)))
