"""The rules of an installation: what is abnormal, and how often it is told."""

from dataclasses import dataclass
from typing import Final

from consumers.counts import DIMENSIONS
from consumers.schedule import MINUTE

PAST_WINDOWS: Final = 12
"""A window is compared with as many before it. A median and a spread of fewer are rough; more reach into other times
of day: with windows of 5 minutes these are an hour."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When a value raises an alert."""

    dimensions: tuple[str, ...]
    """Whose values are watched; with none, nothing is."""
    score: float = 6.0
    """Least score (`consumers.alerts.score`)."""
    least_count: int = 30
    """Least count in the window."""
    window_minutes: int = 5
    cool_down_minutes: int = 30
    """How long a value must not have been abnormal before it raises another alert."""

    def __post_init__(self) -> None:
        """Check the names of the dimensions.

        Raises:
            ValueError: one is unknown.
        """
        if unknown := set(self.dimensions) - set(DIMENSIONS):
            raise ValueError(f"no dimension is called {min(unknown)!r}: they are {', '.join(DIMENSIONS)}")

    @property
    def window(self) -> int:
        """Length of a window in seconds."""
        return self.window_minutes * MINUTE

    @property
    def cool_down(self) -> int:
        """The cool-down in seconds."""
        return self.cool_down_minutes * MINUTE

    @property
    def reach(self) -> int:
        """How far before its end a window and what it is compared with begin, in seconds."""
        return (1 + PAST_WINDOWS) * self.window
