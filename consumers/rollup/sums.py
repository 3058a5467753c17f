"""Hours as sums of minutes, days as sums of hours: pure, over plain data."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from consumers import counts as counting
from consumers.tables import Level

if TYPE_CHECKING:
    from consumers.trends.item import BucketItem

BELOW: Final = {Level.HOUR: Level.MINUTE, Level.DAY: Level.HOUR}
"""What an hour or a day is the sum of."""


class PartsExpiredError(Exception):
    """A part that is in a sum is no longer in the table, so a new sum would lose it: the old one stays."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} stays as it is: some of what it sums has expired")


def positions(level: Level) -> int:
    """Return how many parts an hour or a day has."""
    return level.seconds // BELOW[level].seconds


def summed(target: "BucketItem", parts: Sequence["BucketItem"]) -> "BucketItem":
    """Return the next revision of an hour or day as the sum of `parts`; `target` itself if it is that already.

    Its vector says which revision of each part is in the sum.

    Raises:
        PartsExpiredError: a part in the sum of `target` is not among `parts`.
    """
    vector = [0] * positions(target.level)
    for part in parts:
        vector[(part.start - target.start) // part.level.seconds] = part.revision
    if tuple(vector) == target.vector:
        return target
    if any(now < before for now, before in zip(vector, target.vector, strict=True)):
        raise PartsExpiredError(target.name)
    total = counting.empty()
    for part in parts:
        counting.add(total, part.counts)
    newest = max((part.newest_arrival_ms for part in parts if part.newest_arrival_ms is not None), default=None)
    return target.succeeded_by(total, tuple(vector), newest)
