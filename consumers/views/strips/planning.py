"""When which frame's strips are written, pure.

To write a frame's strips costs their whole size, whatever has changed; a part that they lack costs each reader what its
own item costs. So a frame is left for longer the older it is: what comes late comes ever more rarely.
"""

from typing import Final

from consumers.rollup.lateness import LATE_SECONDS
from consumers.schedule import DAY, HOUR, MINUTE
from consumers.tables import Level
from consumers.trends.state import LevelsState
from consumers.views.strips.directory import Entry, Place
from consumers.views.strips.frame import Frame

_LEAST: Final = {
    Frame.QUARTER: 5 * MINUTE + LATE_SECONDS,  # so that it is written with 5 minutes, with 10, and whole
    Frame.HOUR: 15 * MINUTE,
    Frame.DAY: 30 * MINUTE,
    Frame.MONTH: 6 * HOUR,
}
_MOST: Final = {Frame.QUARTER: 15 * MINUTE, Frame.HOUR: HOUR + HOUR // 2, Frame.DAY: 12 * HOUR, Frame.MONTH: DAY}


def available(place: Place, now: float, state: LevelsState) -> int:
    """Return, bit by bit, which parts of a frame its strips can have at `now` (epoch seconds).

    Minutes of a quarter once nothing is expected for them any more, those of an hour, hours and days once they are
    closed.
    """
    frame, start = place
    until = {
        Frame.QUARTER: Level.MINUTE.floor(now - LATE_SECONDS),
        Frame.HOUR: state.closed,
        Frame.DAY: state.closed,
        Frame.MONTH: state.day_closed,
    }[frame]
    parts = min(max((until - start) // frame.part.seconds, 0), frame.parts(start))
    return (1 << parts) - 1


def is_due(place: Place, entry: Entry, available_parts: int, now: float) -> bool:
    """Tell whether a frame's strips are to be written at `now` (epoch seconds)."""
    since = max(entry.since, place.start)
    return bool(available_parts & ~entry.parts) and now - since >= patience(place, now)


def patience(place: Place, now: float) -> float:
    """Return for how long (seconds) strips are left as they are: half the time since the frame's end, within limits.

    What comes late is applied to the minutes of an hour one after the other (`consumers.rollup.lateness`): with an hour
    and a half the strips are written once each time.
    """
    age = now - place.frame.end(place.start)
    return min(max(age / 2, _LEAST[place.frame]), _MOST[place.frame])
