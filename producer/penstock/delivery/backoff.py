"""How long to wait before trying again."""

from collections.abc import Callable


class Backoff:
    """Capped exponential backoff with full jitter: any time from 0 to a limit that doubles with each failure.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter".

    Args:
        base: the limit before the first retry, in seconds.
        cap: what the limit never exceeds, in seconds.
        random: returns a number from 0 to 1.
    """

    def __init__(self, *, base: float, cap: float, random: Callable[[], float]) -> None:
        self._base = base
        self._cap = cap
        self._random = random

    def draw(self) -> float:
        """Return a share for ``seconds``. Records that failed together share one, and come back together."""
        return self._random()

    def seconds(self, tries: int, share: float) -> float:
        """Return the wait after ``tries`` failures: ``share`` (0 to 1) of the limit."""
        # 2.0**1024 would overflow, and the cap is reached long before.
        return share * min(self._cap, self._base * 2.0 ** min(tries - 1, 64))
