"""The windows that answers count, and the parts that their histories are told by: whole UTC buckets."""

from enum import StrEnum
from typing import Final

from consumers.tables import Level


class Window(StrEnum):
    """The windows an answer can count."""

    FIVE_MINUTES = "5m"
    HOUR = "1h"
    DAY = "24h"

    @property
    def level(self) -> Level:
        """The buckets it is made of."""
        return _SHAPES[self][0]

    @property
    def seconds(self) -> int:
        """Its length."""
        return _SHAPES[self][1]

    @property
    def part_seconds(self) -> int:
        """Length of one part of a history: of 5 minutes, 12 times 5 minutes, 24 hours."""
        return _SHAPES[self][2]

    def end(self, now: float) -> int:
        """Return the end (epoch seconds) of the window that includes the bucket `now` is in."""
        return self.level.floor(now) + self.level.seconds


_SHAPES: Final = {
    Window.FIVE_MINUTES: (Level.MINUTE, 5 * 60, 60),
    Window.HOUR: (Level.MINUTE, 60 * 60, 5 * 60),
    Window.DAY: (Level.HOUR, 24 * 60 * 60, 60 * 60),
}
