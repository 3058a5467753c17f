"""What a top list says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consumers.views.windows import Window

MAX_RANK: Final = 1_000
"""Values by count, for each dimension."""

MAX_RISEN: Final = 100
"""Values by rise, for each dimension."""

WITH_HISTORY: Final = 100
"""The first values of either order have a history."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a list."""

    value: str
    count: int
    before: int
    """Its count in the window before."""
    rank_before: int | None
    """Its place by count in the window before; None if it was not counted then."""
    history: Sequence[int]
    """Its counts in the window's parts, oldest first; empty where none is kept."""


@dataclass(frozen=True, slots=True)
class DimensionList:
    """One dimension of a list."""

    total: int = 0
    """Sum of the counts of all values, also of those that are not listed."""
    distinct: int = 0
    """Number of values."""
    total_before: int = 0
    """Sum of the counts of all values in the window before."""
    top: tuple[Entry, ...] = ()
    """The first `MAX_RANK` values by count, the largest first, then by code point; fewer where their names are so long
    that the list would not fit into an item."""
    risen: tuple[Entry, ...] = ()
    """The first `MAX_RISEN` values by rise, which is the count less the count before, then by code point. What was not
    counted in the window is not among them."""


@dataclass(frozen=True, slots=True)
class TopList:
    """The values most used in one window, of every dimension."""

    window: Window
    end: int
    """Epoch seconds; the window before ends where this one begins."""
    as_of: int | None
    """Newest arrival that is surely counted, epoch milliseconds; None while there is none."""
    made_at: int
    """When its sources were read, epoch seconds."""
    version: int
    """Sum of the change notes' numbers for both windows."""
    dimensions: dict[str, DimensionList]

    @property
    def start(self) -> int:
        """Where its window begins, epoch seconds."""
        return self.end - self.window.seconds
