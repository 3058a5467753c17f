"""Sums of many items' hashtags, from one request to the next.

An hour at 1,000 events/s is 240 items of some 2,600 hashtags. Between two requests hardly any of them changes, but
late events may change any. So each request reads all items and compares their bytes with those that the sum was
made of: what is the same is not decoded again, what differs is taken out and put in. The sum is always that of the
items read.
"""

from collections.abc import Mapping
from itertools import repeat
from operator import add
from typing import NamedTuple

from consumers.counts import decode
from consumers.tables import Level
from consumers.trends.item import BucketItem


class _Name(NamedTuple):
    level: Level
    start: int
    bucket: int


class RunningSum:
    """The sum of one dimension over the items of the last question."""

    def __init__(self, dimension: str) -> None:
        """Sum the values of `dimension`, of nothing to begin with."""
        self._dimension = dimension
        self._parts: dict[_Name, bytes] = {}
        self._total: dict[str, int] = {}

    def of(self, items: list[BucketItem]) -> dict[str, int]:
        """Return the sum over `items`, which this empties; the answer is the caller's.

        Raises:
            TrendsFormatError: an item's counts are damaged.
        """
        parts, total = self._parts, self._total
        self._parts, self._total = {}, {}  # what an error leaves behind: a sum of nothing, not half a sum
        wanted = {_Name(item.level, item.start, item.bucket): item.packed for item in items}
        gone = [packed for name, packed in parts.items() if wanted.get(name) != packed]
        if 2 * len(gone) > len(parts):
            parts, total, gone = {}, {}, []
        for packed in gone:
            take_out(total, decode(packed)[self._dimension])
        while items:  # an item keeps its counts once they are used, so it must not outlive them
            item = items.pop()
            if parts.get(_Name(item.level, item.start, item.bucket)) != item.packed:
                put_in(total, item.counts[self._dimension])
        self._parts, self._total = wanted, total
        return total.copy()


def put_in(total: dict[str, int], values: Mapping[str, int]) -> None:
    """Add `values` to `total`.

    One chain of C calls instead of a loop: values are distinct, so none is looked up after it was changed.
    """
    total.update(zip(values, map(add, map(total.get, values, repeat(0)), values.values()), strict=True))


def take_out(total: dict[str, int], values: Mapping[str, int]) -> None:
    """Subtract `values`, which are in `total`, and what is 0 then is gone."""
    for value, count in values.items():
        rest = total[value] - count
        if rest:
            total[value] = rest
        else:
            del total[value]
