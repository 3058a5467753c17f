"""Which strips and which items answer for some values' counts over time: the planner, pure.

A minute is taken from the strips of its hour, or while those are not written yet of its quarter; an hour from those of
its day, a day from those of its month. An hour or day that these do not have is put together from the level below; if
it is closed, only where that is one strip: its own item is read otherwise.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from consumers.schedule import DAY
from consumers.tables import Level
from consumers.views.strips.directory import NOTHING, Entry, Place
from consumers.views.strips.frame import Frame
from reporting.plan import Closed
from reporting.windows import Span

Lookup = Callable[[Place], Entry]
"""What the directories say of a frame; `NOTHING` where they do not have it."""

AHEAD_SECONDS: Final = 2 * DAY
"""Of open time there is less than this in strips."""

_FRAMES: Final = {Level.MINUTE: (Frame.HOUR, Frame.QUARTER), Level.HOUR: (Frame.DAY,), Level.DAY: (Frame.MONTH,)}
_OWN: Final = {Level.HOUR: Frame.HOUR, Level.DAY: Frame.DAY}
_FINER: Final = {Level.HOUR: Level.MINUTE, Level.DAY: Level.HOUR}


@dataclass
class Cover:
    """What to read for each minute, hour or day that is asked for, by its start."""

    parts: dict[Place, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    """Of the strips of a frame: a part, and to what it adds."""
    items: list[Span] = field(default_factory=list)
    """Times to be read from items, in order, each of whole minutes, hours or days as asked for."""

    def take(self, other: "Cover", start: int) -> None:
        """Add what the unit at `start` is put together from."""
        for place, taken in other.parts.items():
            self.parts[place] += [(part, start) for part, _ in taken]
        self.read(other.items)

    def read(self, spans: Iterable[Span]) -> None:
        """Add times that are read from items."""
        for span in spans:
            whole = span
            if self.items and self.items[-1].end == span.start:
                whole = Span(self.items.pop().start, span.end)
            self.items.append(whole)


def cover(level: Level, span: Span, lookup: Lookup, closed: Closed) -> Cover:
    """Cover each unit of `level` in `span`, which begins and ends with one, once."""
    found = Cover()
    holders = _Holders(level, lookup)
    for start in range(span.start, span.end, level.seconds):
        held = holders.of(start)
        unit = Span(start, start + level.seconds)
        if held is not None:
            place, part = held
            if lookup(place).strips:
                found.parts[place].append((part, start))
        elif level is Level.MINUTE or start >= closed.hour + AHEAD_SECONDS:
            found.read([unit])
        elif unit.end > (closed.day if level is Level.DAY else closed.hour):
            found.take(cover(_FINER[level], unit, lookup, closed), start)
        else:
            own = Place(_OWN[level], start)
            parts = own.frame.parts(start)
            entry = lookup(own)
            if entry.parts == (1 << parts) - 1:
                if entry.strips:
                    found.parts[own] += [(part, start) for part in range(parts)]
            else:
                found.read([unit])
    return found


class _Holders:
    """The frames whose strips may have a unit, looked up once for each that time goes through."""

    def __init__(self, level: Level, lookup: Lookup) -> None:
        self._level = level
        self._lookup = lookup
        self._found: dict[Frame, tuple[Place, int, Entry]] = {}

    def of(self, start: int) -> tuple[Place, int] | None:
        """Return the frame whose strips have the unit at `start`, and which part it is, or None."""
        for frame in _FRAMES[self._level]:
            place, end, entry = self._found.get(frame, (None, start, NOTHING))
            if place is None or start >= end:
                place = Place(frame, frame.floor(start))
                entry = self._lookup(place)
                self._found[frame] = place, place.end, entry
            part = (start - place.start) // self._level.seconds
            if entry.has(part):
                return place, part
            if entry.strips:
                break  # an hour's strips are written for good: those of its quarters are kept up no longer
        return None
