"""A dimension's values in order: ranks, shares, changes, pages."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from consumers.views.lists.top_list import DimensionList, Entry


class Sort(StrEnum):
    """What a list is in order of; equal ones are by code point."""

    COUNT = "count"
    RISE = "rise"

    def number(self, entry: Entry) -> int:
        """Return the number that the list is in order of, the largest first."""
        return entry.count if self is Sort.COUNT else entry.count - entry.before


@dataclass(frozen=True, slots=True)
class Place:
    """One value of a ranking."""

    rank: int
    value: str
    count: int
    share: float
    """Its part of the ranking's total, 0 to 1, rounded to six decimals."""
    count_before: int
    change: float | None
    """Count by count before, less 1, rounded to six decimals; None if it was not counted before."""
    rank_before: int | None
    """Its place by count in the window before; None if it was not counted then."""
    history: Sequence[int]
    """Its counts in the window's parts, oldest first; empty where none is kept."""
    number: int
    """What the ranking is in order of."""


class Ranking:
    """The first values of a list, in order: no two share a rank."""

    def __init__(self, listed: DimensionList, sort: Sort = Sort.COUNT) -> None:
        """Rank what is listed."""
        self._listed = listed
        self._sort = sort
        self._entries: Sequence[Entry] = listed.top if sort is Sort.COUNT else listed.risen
        self._gone: list[int] = []

    def without(self, hidden: frozenset[str]) -> "Ranking":
        """Return the ranking that does not show `hidden` values: ranks close up, totals and shares stay.

        So do ranks before, by the hidden values that the list names.
        """
        ranking = Ranking(self._listed, self._sort)
        ranking._entries = [entry for entry in self._entries if entry.value not in hidden]
        every = (*self._listed.top, *self._listed.risen)
        gone = {entry.value: entry.rank_before for entry in every if entry.value in hidden}
        ranking._gone = sorted(rank for rank in gone.values() if rank is not None)
        return ranking

    @property
    def total(self) -> int:
        """Sum of the counts of all values, shown or not."""
        return self._listed.total

    @property
    def distinct(self) -> int:
        """Number of values, shown or not."""
        return self._listed.distinct

    @property
    def total_before(self) -> int:
        """Sum of the counts of all values in the window before."""
        return self._listed.total_before

    @property
    def places(self) -> int:
        """Number of values that pages show."""
        return len(self._entries)

    def page(self, limit: int, after: tuple[int, str] | None = None) -> list[Place]:
        """Return up to `limit` places from the top, or from behind the place `after` = (number, value).

        `after` need not be in the ranking: the page begins where it would be.
        """
        start = 0 if after is None else self._behind(*after)
        page = self._entries[start : start + limit]
        return [self._place(rank, entry) for rank, entry in enumerate(page, start + 1)]

    def place_of(self, value: str) -> Place | None:
        """Return the place of a value, or None where it is not among the listed ones."""
        found = ((rank, entry) for rank, entry in enumerate(self._entries, 1) if entry.value == value)
        return next((self._place(rank, entry) for rank, entry in found), None)

    def _place(self, rank: int, entry: Entry) -> Place:
        before = entry.rank_before
        return Place(
            rank,
            entry.value,
            entry.count,
            share=round(entry.count / self.total, 6),
            count_before=entry.before,
            change=round(entry.count / entry.before - 1, 6) if entry.before else None,
            rank_before=None if before is None else before - bisect_left(self._gone, before),
            history=entry.history,
            number=self._sort.number(entry),
        )

    def _behind(self, number: int, value: str) -> int:
        return bisect_right(self._entries, (-number, value), key=lambda entry: (-self._sort.number(entry), entry.value))
