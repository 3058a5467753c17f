"""Which keys weigh most, in memory that does not grow with the number of keys."""

from collections.abc import Mapping
from heapq import nlargest


class FrequentKeys:
    """Adds up weights by key, for at most so many keys at once.

    When there are more, the smallest weights are given up: the largest that has no room any more is subtracted from
    all. So a weight is never too large, and too small by at most ``total / (capacity + 1)``; a key that has more than
    that share of the total is never missed. This is Misra and Gries, "Finding repeated elements" (1982), with the
    merging of Agarwal, Cormode, Huang, Phillips, Wei and Yi, "Mergeable summaries" (2012), for a batch at a time.

    Args:
        capacity: how many keys are kept, at least 1.

    Attributes:
        total: of all weights added.

    >>> keys = FrequentKeys(capacity=2)
    >>> keys.add({"a": 5, "b": 2})
    >>> keys.add({"a": 2, "c": 1})
    >>> keys.weights, keys.total
    ({'a': 6.0, 'b': 1.0}, 10.0)
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self.weights: dict[str, float] = {}
        self.total = 0.0

    def add(self, weights: Mapping[str, float]) -> None:
        """Add weights, all above 0, by key."""
        kept = self.weights
        for key, weight in weights.items():
            kept[key] = kept.get(key, 0.0) + weight
        self.total += sum(weights.values())
        if len(kept) > self._capacity:
            lost = nlargest(self._capacity + 1, kept.values())[-1]
            self.weights = {key: weight - lost for key, weight in kept.items() if weight > lost}

    def fade(self, factor: float) -> None:
        """Multiply all that was added so far, so that what is older weighs less. The bounds hold on."""
        self.weights = {key: weight * factor for key, weight in self.weights.items()}
        self.total *= factor

    def share(self, key: str) -> float:
        """Return a key's share of the total, from 0 to 1."""
        return self.weights.get(key, 0.0) / self.total if self.total else 0.0
