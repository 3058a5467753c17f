"""What is sent: a rate over time, and what events look like."""

from dataclasses import dataclass, field
from functools import cached_property
from math import exp, expm1, log, log1p
from random import Random
from typing import Final

from load.errors import InputError
from load.workload.events import EventShape
from load.workload.profile import Profile

SINGLED_OUT: Final = 2_000
"""Authors of whom each is put on its shard by itself; all others are spread evenly."""

STEPS_A_RATIO: Final = 8
"""Of the curve of different hashtags: so many while their number grows by e."""

_GROUP: Final = 1.2
"""Ranks beyond the first are taken together with those up to so many times as far down."""


@dataclass(frozen=True)
class Traffic:
    """A profile, the shape of its events and who sends them.

    Attributes:
        profile: events a second over time.
        shape: of the events. Duplicates cost what others do until they are dropped.
        producers: processes that send, each of which aggregates for itself.

    Raises:
        InputError: there is no producer.
    """

    profile: Profile
    shape: EventShape = field(default_factory=EventShape)
    producers: int = 1
    _shares: dict[tuple[int, int], tuple[float, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the number of producers."""
        if self.producers < 1:
            raise InputError(f"producers must be 1 or more, not {self.producers:,}")

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

    def _expected(self, hashtags: float) -> float:
        return sum(count * -expm1(hashtags * log1p(-min(share, 1 - 1e-9))) for count, share in self._ranks)

    @cached_property
    def _curve(self) -> list[float]:
        """By the logarithm of how many are drawn, as far as it was needed."""
        return []

    @cached_property
    def _ranks(self) -> tuple[tuple[int, float], ...]:
        return _zipf_groups(self.shape.hashtag_values, self.shape.hashtag_skew)

    def shares(self, shards: int, seed: int) -> tuple[float, ...]:
        """Return the part of all events that each shard takes, largest first; authors are on shards by chance."""
        if (shards, seed) not in self._shares:
            self._shares[shards, seed] = self._drawn_shares(shards, seed)
        return self._shares[shards, seed]

    def _drawn_shares(self, shards: int, seed: int) -> tuple[float, ...]:
        if shards == 1:
            return (1.0,)
        random, skew = Random(f"{seed} {shards}"), self.shape.key_skew
        loads = [0.0] * shards
        single = min(self.shape.keys, SINGLED_OUT)
        weights = [rank**-skew for rank in range(1, single + 1)]
        others = sum(count * share for count, share in _zipf_weights(single + 1, self.shape.keys, skew))
        total = sum(weights) + others
        for weight in weights:
            loads[random.randrange(shards)] += weight / total
        return tuple(sorted((load + others / total / shards for load in loads), reverse=True))


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


def _zipf_groups(values: int, skew: float) -> tuple[tuple[int, float], ...]:
    weights = _zipf_weights(1, values, skew)
    total = sum(count * weight for count, weight in weights)
    return tuple((count, weight / total) for count, weight in weights)
