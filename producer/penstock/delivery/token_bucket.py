"""A token bucket: so much a second, and a little at once."""

from typing import Final

_ROUNDING_SECONDS: Final = 1e-8
"""More than times are rounded by: what is due exactly now must not seem to be due a moment later."""


class TokenBucket:
    """Tokens that grow at a rate until the bucket is full.

    What it remembers is not how many tokens there are but when the bucket will be full, so that the moment at which
    tokens suffice is one sum, the same each time it is asked for (the generic cell rate algorithm, ITU-T I.371).
    KPL's (aws/utils/token_bucket.h) counts, and is asked every 25 ms.

    Whoever takes more than the bucket holds waits until it is full and leaves it in debt, so that in any ``t`` seconds
    no more than ``rate * t + burst`` are taken, and what the largest lacks.

    Args:
        rate: tokens a second, above 0.
        burst: how many the full bucket holds, above 0. It is full to begin with.

    >>> bucket = TokenBucket(rate=10, burst=5)
    >>> bucket.take(5, now=0)
    >>> round(bucket.ready_at(1), 3)
    0.1
    """

    __slots__ = ("_burst", "_full_at", "_rate")

    def __init__(self, *, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._full_at = float("-inf")

    def ready_at(self, tokens: float) -> float:
        """Return when so many can be taken, a time in the past if they can be now."""
        return self._full_at - max(self._burst - tokens, 0) / self._rate - _ROUNDING_SECONDS

    def take(self, tokens: float, now: float) -> None:
        """Take tokens at a time that ``ready_at`` allows."""
        self._full_at = max(self._full_at, now) + tokens / self._rate
