"""How much of all that is sent has the same author or the same hashtag, by Zipf's law.

What takes time to reckon is kept, since one shape of events is looked at under many configurations.
"""

from functools import cached_property, lru_cache
from math import exp, expm1, log, log1p
from random import Random
from typing import Final

from load.workload.events import EventShape

SINGLED_OUT: Final = 2_000
"""Authors of whom each is put on its shard by itself; all others are spread evenly."""

STEPS_A_RATIO: Final = 8
"""Of the curve of different hashtags: so many while their number grows by e."""

_GROUP: Final = 1.2
"""Ranks beyond the first are taken together with those up to so many times as far down."""
_SHAPES_KEPT: Final = 8
_DRAWS_KEPT: Final = 256
"""Of authors onto shards."""


class Popularity:
    """Authors and hashtags of one shape of events."""

    def __init__(self, shape: EventShape) -> None:
        """Reckon nothing yet."""
        self._shape = shape
        self._curve: list[float] = []
        """Different hashtags by the logarithm of how many are drawn, as far as it was needed."""
        self._drawn = lru_cache(_DRAWS_KEPT)(self._drawn_shares)

    def different(self, hashtags: float) -> float:
        """Return how many different ones are expected among so many hashtags drawn."""
        if hashtags <= 1:
            return max(hashtags, 0.0)
        # A batch asks several times, so the curve is reckoned once, at steps of a ratio, straight in between.
        place = log(hashtags) * STEPS_A_RATIO
        left = int(place)
        curve = self._curve
        while len(curve) <= left + 1:
            curve.append(self._expected(exp(len(curve) / STEPS_A_RATIO)))
        low, high = exp(left / STEPS_A_RATIO), exp((left + 1) / STEPS_A_RATIO)
        return curve[left] + (curve[left + 1] - curve[left]) * (hashtags - low) / (high - low)

    def shares(self, shards: int, seed: int) -> tuple[float, ...]:
        """Return the part of all events that each shard takes, largest first; authors are on shards by chance."""
        return self._drawn(shards, seed)

    @cached_property
    def hottest_author(self) -> float:
        """The part of all events that the author with the most of them sends."""
        ranks = _zipf_weights(1, self._shape.keys, self._shape.key_skew)
        return 1 / sum(count * weight for count, weight in ranks)

    def _expected(self, hashtags: float) -> float:
        return sum(count * -expm1(hashtags * log1p(-min(share, 1 - 1e-9))) for count, share in self._hashtags)

    @cached_property
    def _hashtags(self) -> list[tuple[int, float]]:
        """Groups of ranks: how many, and the part of all hashtags that one of them is."""
        weights = _zipf_weights(1, self._shape.hashtag_values, self._shape.hashtag_skew)
        total = sum(count * weight for count, weight in weights)
        return [(count, weight / total) for count, weight in weights]

    def _drawn_shares(self, shards: int, seed: int) -> tuple[float, ...]:
        if shards == 1:
            return (1.0,)
        random, skew = Random(f"{seed} {shards}"), self._shape.key_skew
        loads = [0.0] * shards
        single = min(self._shape.keys, SINGLED_OUT)
        weights = [rank**-skew for rank in range(1, single + 1)]
        others = sum(count * share for count, share in _zipf_weights(single + 1, self._shape.keys, skew))
        total = sum(weights) + others
        for weight in weights:
            loads[random.randrange(shards)] += weight / total
        return tuple(sorted((load + others / total / shards for load in loads), reverse=True))


@lru_cache(_SHAPES_KEPT)
def popularity(shape: EventShape) -> Popularity:
    """Return the popularity of a shape's authors and hashtags; the same object for the same shape."""
    return Popularity(shape)


def _zipf_weights(first: int, last: int, skew: float) -> list[tuple[int, float]]:
    """Return groups of ranks: how many, and the weight of one of them."""
    groups: list[tuple[int, float]] = []
    start = first
    while start <= last:
        end = min(max(start, int(start * _GROUP)), last)
        middle = (start + end) / 2
        groups.append((end - start + 1, middle**-skew))
        start = end + 1
    return groups
