"""How long to wait before trying again."""

from collections.abc import Callable


class Backoff:
    """Capped exponential backoff with full jitter: any time from 0 to a limit that doubles with each failure.

    So those whom the same fault hit do not come back at the same time. Source: AWS Architecture Blog, "Exponential
    Backoff And Jitter" (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).

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

    def seconds(self, failures: int, share: float | None = None) -> float:
        """Return the wait after so many failures in a row: ``share`` (0 to 1, by default a new one) of the limit."""
        # 2.0**1024 would overflow, and the cap is reached long before.
        limit = min(self._cap, self._base * 2.0 ** min(failures - 1, 64))
        return (self.draw() if share is None else share) * limit
