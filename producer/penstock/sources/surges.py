"""Hashtags that surge within a minute or so and fade over some more: what makes a trend a trend."""

import math
from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import Final, NamedTuple

SLOT_SECONDS: Final = 15
"""In each slot of this length a surge may start, or none."""

LIFE_SECONDS: Final = 600
"""After this long a surge is over."""

MOST_SHARE: Final = 0.5
"""All surges together have at most this share of the hashtags used."""

_START_CHANCE: Final = 0.3  # about one surge in 50 seconds


class Surge(NamedTuple):
    """One hashtag's rise and fall.

    Attributes:
        hashtag: its index, among the hashtags by their usual rank.
        start: when it starts, in seconds since 1970.
        rise: seconds from its start to its peak.
        fade: seconds in which it falls to a third of its peak, once past it.
        peak: its share of the hashtags used at its peak, of 1.
    """

    hashtag: int
    start: float
    rise: float
    fade: float
    peak: float

    def share(self, time: float) -> float:
        """Return its share of the hashtags used at a time in seconds since 1970."""
        age = time - self.start
        if not 0 <= age < LIFE_SECONDS:
            return 0.0
        if age < self.rise:
            return self.peak * (age / self.rise) ** 2
        return self.peak * math.exp((self.rise - age) / self.fade)


class Surges:
    """The surges of all time, as the seed has them: those around any moment can be told without those before.

    Args:
        seed: another seed has other surges.
        hashtags: how many hashtags there are.
    """

    def __init__(self, seed: int, hashtags: int) -> None:
        self._seed = seed
        self._hashtags = hashtags
        self._starting = lru_cache(maxsize=4 * LIFE_SECONDS // SLOT_SECONDS)(self._draw)

    def at(self, time: float) -> dict[int, float]:
        """Return the shares of the hashtags that surge at a time in seconds since 1970, by their index."""
        shares: dict[int, float] = {}
        for surge in self._around(time):
            if share := surge.share(time):
                shares[surge.hashtag] = shares.get(surge.hashtag, 0.0) + share
        excess = sum(shares.values()) / MOST_SHARE
        return {index: share / excess for index, share in shares.items()} if excess > 1 else shares

    def _around(self, time: float) -> Iterator[Surge]:
        slot = int(time // SLOT_SECONDS)
        for earlier in range(slot - LIFE_SECONDS // SLOT_SECONDS, slot + 1):
            if surge := self._starting(earlier):
                yield surge

    def _draw(self, slot: int) -> Surge | None:
        random = Random(f"surge {self._seed} {slot}")  # noqa: S311 - made-up trends guard no secret
        if random.random() >= _START_CHANCE:
            return None
        return Surge(
            # Evenly over the logarithm of the rank, but for the best known few: those are always at the top.
            hashtag=int(self._hashtags ** random.uniform(0.3, 1.0)) - 1,
            start=(slot + random.random()) * SLOT_SECONDS,
            rise=random.uniform(20, 90),
            fade=random.uniform(30, 120),
            peak=random.uniform(0.02, 0.12),
        )
