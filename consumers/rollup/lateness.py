"""Which segments came late for their minute, and when it is worth while to count them: pure.

A minute's items are rewritten whole, whatever is added, and an event that comes late comes alone. So what is late for a
minute is gathered, the longer the older the minute is. The age of a minute is cut into classes of doubling length: up
to 2 minutes, 2 to 4, 4 to 8 … and from 17 hours on into classes of that length. What comes in one class is due
together, soon after that class is over. However the late events are spread, a minute is so rewritten once in each
class, 19 times in the week of the dedup horizon.
"""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Final

from consumers.schedule import HOUR, MINUTE
from consumers.trends import late

if TYPE_CHECKING:
    from consumers.rollup.at_hand import SegmentsAtHand

LATE_SECONDS: Final = 20
"""How long after its minute's end a segment may arrive in Kinesis and be on time: longer than clients need to send."""

WORTH_EVENTS: Final = 250
"""So many late events of one minute at hand are worth its rewriting at once: a client sends what it kept in a spool."""

MARGIN_SECONDS: Final = 30
"""Between keeping a segment and its being due, at least: whoever applies what is due must find it."""

PHASE_SECONDS: Final = 8 * MINUTE
"""By which a class is due later in the hour than the one before, so that not all of them are due at once."""

LONGEST_CLASS: Final = 1_024
"""Minutes, a power of two: nothing waits for longer than that, and the hour to which times are rounded up."""

_DOUBLING: Final = LONGEST_CLASS.bit_length() - 1
"""Number of classes, each but the first as long as all before it."""


def is_late(at_hand: "SegmentsAtHand") -> bool:
    """Tell whether what is at hand of a minute is to be gathered: all of it is late, it is little, and can be kept."""
    end_ms = (at_hand.minute + MINUTE + LATE_SECONDS) * 1000
    events = 0
    for segment in at_hand.segments():
        if segment.arrived_ms < end_ms or not late.fits(segment.counts):
            return False
        events += sum(segment.counts["kind"].values())  # an event has exactly one
    return events < WORTH_EVENTS


def due(minute: int, now: float) -> int:
    """Return when (epoch seconds) to count what comes `now` for a minute (epoch seconds).

    That is not before `MARGIN_SECONDS`, and after at most one and a half times the minute's age and a minute, or two
    and a half minutes, or 18 hours.
    """
    end = minute + MINUTE
    age = int(now + MARGIN_SECONDS - end) // MINUTE
    if age < LONGEST_CLASS:
        return _due_of(end, max(age, 1).bit_length() - 1)
    return _due_of(end, _DOUBLING - 1 + age // LONGEST_CLASS)


def hours_due(after: int, until: int, oldest: int) -> list[int]:
    """Return the hours (epoch seconds) of which something may be due, later than `after` and by `until`.

    Newest first, from `oldest` on. Some may have nothing due then; none that has is missing.
    """
    return sorted(set(_hours_due(after, until, oldest)), reverse=True)


def _hours_due(after: int, until: int, oldest: int) -> Iterator[int]:
    for number in count():
        wait, step = _wait(number), _step(number)
        if until - wait < oldest:
            return
        # A class is due once in a step, then for the minutes that ended, `wait` before, within the last step. Of their
        # ends, an hour's first is a minute after its start, its last is its own end.
        first_due, last_due = _rounded(after + 1, number), _rounded(until + 1, number) - step
        if first_due > last_due:
            continue
        first, last = first_due - wait - step + 1 - HOUR, last_due - wait - MINUTE
        yield from range(max(-(-first // HOUR) * HOUR, oldest), last + 1, HOUR)


def _due_of(end: int, number: int) -> int:
    """Return when a minute that ended at `end` is due for what came in the class of age with a number, from 0."""
    return _rounded(end + _wait(number), number)


def _rounded(time: int, number: int) -> int:
    """Return the next time, not before `time`, at which something of the class with a number is due."""
    step = _step(number)
    phase = number * PHASE_SECONDS % step
    return -(-(time - phase) // step) * step + phase


def _wait(number: int) -> int:
    """Return the age (seconds) at which a class is over."""
    return MINUTE * (2 << number if number < _DOUBLING else (number - _DOUBLING + 2) * LONGEST_CLASS)


def _step(number: int) -> int:
    """Return the seconds to whole multiples of which times are rounded up, so that neighbours are due together."""
    return min(max(MINUTE << min(number, _DOUBLING) >> 1, MINUTE), HOUR)


def parted(minutes: "Iterable[SegmentsAtHand]") -> "tuple[list[SegmentsAtHand], list[SegmentsAtHand]]":
    """Return which of `minutes` are on time or worth their rewriting, and which are to be gathered."""
    now: list[SegmentsAtHand] = []
    gathered: list[SegmentsAtHand] = []
    for at_hand in minutes:
        (gathered if is_late(at_hand) else now).append(at_hand)
    return now, gathered
