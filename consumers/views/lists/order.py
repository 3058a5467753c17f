"""Putting values in order: by count and by rise, and what place a value had. Pure."""

from bisect import bisect_left
from collections.abc import Mapping
from heapq import nlargest, nsmallest
from itertools import compress, repeat
from operator import itemgetter, sub
from typing import Final

Counts = Mapping[str, int]

_BY_SORTING: Final = 0.05
"""Part of the values from which sorting all of them is quicker than a heap of the wanted."""


def top(counts: Counts, most: int) -> list[str]:
    """Return the first values by count, the largest first, and by code point where counts are equal."""
    return _first(counts, most)


def risen(counts: Counts, before: Counts, most: int) -> list[str]:
    """Return the first values by rise, which is count less count before, the largest first, then by code point."""
    rises = dict(zip(counts, map(sub, counts.values(), map(before.get, counts, repeat(0))), strict=True))
    return _first(rises, most)


class Ranks:
    """The places of values by count, without a list of all of them in order."""

    def __init__(self, counts: Counts) -> None:
        """Rank `counts`, which must not change afterwards."""
        self._counts = counts
        self._ordered = sorted(counts.values())

    def of(self, values: list[str]) -> dict[str, int]:
        """Return the places of those of `values` that are counted, from 1 on: by count, then by code point."""
        wanted = {value: self._counts[value] for value in values if value in self._counts}
        larger = len(self._ordered)
        # Which others have the same count is asked once for all, since many have the small ones.
        equal: dict[int, list[str]] = {count: [] for count in wanted.values()}
        counts = list(self._counts.values())
        for value in compress(self._counts, map(equal.__contains__, counts)):
            equal[self._counts[value]].append(value)
        for same in equal.values():
            same.sort()
        return {
            value: larger - bisect_left(self._ordered, count + 1) + bisect_left(equal[count], value) + 1
            for value, count in wanted.items()
        }


def _first(numbers: Counts, most: int) -> list[str]:
    if most >= len(numbers) * _BY_SORTING:
        # Two sorts of which the second is stable: both compare in C, a key of tuples would not.
        order = sorted(numbers)
        order.sort(key=numbers.__getitem__, reverse=True)
        return order[:most]
    # What is at least as large as the last one wanted, and of those that equal it the first by code point.
    least = nlargest(most, numbers.values())[-1]
    larger = [item for item in numbers.items() if item[1] > least]
    larger.sort()
    larger.sort(key=itemgetter(1), reverse=True)
    equal = nsmallest(most - len(larger), (value for value, number in numbers.items() if number == least))
    return [*map(itemgetter(0), larger), *equal]
