"""A dimension's values in order: ranks, shares, pages and breakdowns."""

from bisect import bisect_right
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Self


@dataclass(frozen=True, slots=True)
class Place:
    """One value of a ranking."""

    rank: int
    value: str
    count: int
    share: float
    """Its part of the ranking's total, 0 to 1, rounded to six decimals."""


class Ranking:
    """Values by count, the largest first, and by code point where counts are equal: no two share a rank."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Rank `counts`, which must not change afterwards."""
        self._counts = counts
        self.total = sum(counts.values())

    @property
    def distinct(self) -> int:
        """Number of values, shown or not."""
        return len(self._counts)

    @property
    def places(self) -> int:
        """Number of values shown."""
        return len(self._order)

    def without(self, hidden: frozenset[str]) -> Self:
        """Return the ranking that does not show `hidden` values: ranks close up, total and shares stay."""
        if not self._counts.keys() & hidden:
            return self
        ranking = copy(self)
        ranking.__dict__["_order"] = [value for value in self._order if value not in hidden]
        return ranking

    def page(self, limit: int, after: tuple[int, str] | None = None) -> list[Place]:
        """Return up to `limit` places from the top, or from behind the place `after` = (count, value).

        `after` need not be in the ranking: the page begins where it would be.
        """
        start = 0 if after is None else self._behind(*after)
        page = self._order[start : start + limit]
        return [self._place(rank, value) for rank, value in enumerate(page, start + 1)]

    @cached_property
    def _order(self) -> list[str]:
        # Two sorts of which the second is stable: both compare in C, a key of tuples would not.
        order = sorted(self._counts)
        order.sort(key=self._counts.__getitem__, reverse=True)
        return order

    def _place(self, rank: int, value: str) -> Place:
        count = self._counts[value]
        return Place(rank, value, count, round(count / self.total, 6))

    def _behind(self, count: int, value: str) -> int:
        return bisect_right(self._order, (-count, value), key=lambda other: (-self._counts[other], other))
