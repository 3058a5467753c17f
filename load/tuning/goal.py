"""What is wanted of a configuration."""

from dataclasses import dataclass
from typing import Final, Literal

from load.errors import InputError

Strategy = Literal["cost", "speed", "balanced"]
STRATEGIES: Final[tuple[Strategy, ...]] = ("cost", "speed", "balanced")


@dataclass(frozen=True, slots=True)
class Goal:
    """Freshness within a bound, with room to spare.

    Attributes:
        seconds: within which the lists have an event, counted from its intended time.
        percentile: part (0 to 1) of the events of which that must hold.
        headroom: by how much (0.3 for 30 %) the peak may be exceeded before any limit is reached.
        strategy: ``cost`` for the cheapest that meets it, ``speed`` for the freshest, ``balanced`` for the least
            product of both.

    Raises:
        InputError: a value that can't be.
    """

    seconds: float
    percentile: float = 0.99
    headroom: float = 0.3
    strategy: Strategy = "cost"

    def __post_init__(self) -> None:
        """Check each value by itself."""
        if not 0 < self.seconds <= 3_600:
            raise InputError(f"the goal is above 0 s and at most 3,600 s, not {self.seconds:g}")
        if not 0.5 <= self.percentile < 1:
            raise InputError(f"the goal's percentile is 0.5 to below 1, not {self.percentile:g}")
        if not 0 <= self.headroom <= 9:
            raise InputError(f"headroom is 0 to 9 (0.3 is 30 %), not {self.headroom:g}")

    def __str__(self) -> str:
        """Return it as reports say it."""
        return f"p{100 * self.percentile:g} within {self.seconds:g} s, headroom {self.headroom:.0%}"
