"""How long to wait before trying again."""

from collections.abc import Callable
from dataclasses import dataclass
from random import random


@dataclass(frozen=True)
class Backoff:
    """Capped exponential backoff with full jitter.

    The wait is drawn evenly from nothing up to ``first * 2 ** failures``, at most ``cap``, so that those whom the
    same fault hit do not come back at the same time
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).

    Args:
        first: the longest first wait, in seconds.
        cap: the longest of all, in seconds.
        draw: a random number from 0 up to 1.
    """

    first: float = 1.0
    cap: float = 30.0
    draw: Callable[[], float] = random

    def seconds(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row before this one."""
        return self.draw() * min(self.cap, self.first * 2.0 ** min(failures, 32))
