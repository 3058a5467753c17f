"""How many shards are enough when authors, of whom nothing else is known, are as uneven as was seen."""

from math import ceil


def enough_shards(shards: int, busiest: float, author: float) -> int | None:
    """Return how many shards would take all that is asked of them; None if no number would.

    Args:
        shards: that there are.
        busiest: what is asked of the busiest of them, in parts of what a shard takes.
        author: what the author with the most events asks by themselves, likewise. An author's events are all on one
            shard; more shards spread those of all others.

    >>> enough_shards(4, busiest=1.5, author=0.5), enough_shards(4, busiest=1.5, author=1.1)
    (8, None)
    """
    if author >= 1:
        return None
    return max(1, ceil(shards * max(busiest - author, 0.0) / (1 - author) - 1e-9))
