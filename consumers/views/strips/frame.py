"""Frames: the stretches of time whose counts lie in strips, and the parts that a strip counts one by one."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from consumers.schedule import DAY, HOUR, MINUTE
from consumers.tables import Level

_QUARTER: Final = 15 * MINUTE


class Frame(StrEnum):
    """A quarter of an hour and an hour of minutes, a day of hours, a month of days; all in UTC.

    The quarter is for the open hour: it is short, so that it can be written anew every few minutes for little.
    """

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    @property
    def part(self) -> Level:
        """What a strip counts: minutes, hours or days."""
        return _PARTS[self]

    def floor(self, when: float) -> int:
        """Return the start (epoch seconds) of the frame that holds `when`."""
        if self is Frame.MONTH:
            first = datetime.fromtimestamp(when // DAY * DAY, UTC).replace(day=1)
            return int(first.timestamp())
        return int(when // _SECONDS[self]) * _SECONDS[self]

    def end(self, start: int) -> int:
        """Return the end (epoch seconds) of the frame that starts at `start`, which is the start of the next."""
        return self.floor(start + 31 * DAY) if self is Frame.MONTH else start + _SECONDS[self]

    def parts(self, start: int) -> int:
        """Return the number of parts of the frame that starts at `start`: 15, 60, 24, or 28 to 31."""
        return (self.end(start) - start) // self.part.seconds

    def place(self, start: int) -> int:
        """Return the place of the frame that starts at `start` in its directory, from 0."""
        if self is Frame.MONTH:
            return datetime.fromtimestamp(start, UTC).month - 1
        return (start - self.directory(start)) // _SECONDS[self]

    def directory(self, start: int) -> int:
        """Return where the time of the directory begins that has the frame: an hour, a day, a month or a year."""
        match self:
            case Frame.QUARTER:
                return Frame.HOUR.floor(start)
            case Frame.HOUR:
                return Frame.DAY.floor(start)
            case Frame.DAY:
                return Frame.MONTH.floor(start)
            case Frame.MONTH:
                return int(datetime.fromtimestamp(start, UTC).replace(month=1, day=1, hour=0).timestamp())

    def listed(self, directory: int, place: int) -> int:
        """Return the start of the frame at a place of the directory that begins at `directory`."""
        if self is Frame.MONTH:
            return int(datetime.fromtimestamp(directory, UTC).replace(month=place + 1).timestamp())
        return directory + place * _SECONDS[self]

    def label(self, start: int) -> str:
        """Return the frame's start as keys have it, like ``2025-11-21T09:15``."""
        return datetime.fromtimestamp(start, UTC).strftime(_FORMATS[self])


_PARTS: Final = {
    Frame.QUARTER: Level.MINUTE,
    Frame.HOUR: Level.MINUTE,
    Frame.DAY: Level.HOUR,
    Frame.MONTH: Level.DAY,
}
_SECONDS: Final = {Frame.QUARTER: _QUARTER, Frame.HOUR: HOUR, Frame.DAY: DAY}
_FORMATS: Final = {
    Frame.QUARTER: "%Y-%m-%dT%H:%M",
    Frame.HOUR: "%Y-%m-%dT%H",
    Frame.DAY: "%Y-%m-%d",
    Frame.MONTH: "%Y-%m",
}
