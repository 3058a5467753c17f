"""Profiles: how the rate goes over time, in straight pieces, so that what is due until any moment is a sum and no loop.

>>> Profile((Piece(10.0, 100.0, 100.0), Piece(10.0, 100.0, 300.0))).events
3000.0
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import Final

from load.errors import InputError

MOST_RATE: Final = 10_000_000.0
"""Events a second; a plan for thousands of shards has a tenth of them."""
MOST_SECONDS: Final = 400 * 86_400.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A time in which the rate goes straight from one value to another.

    Attributes:
        seconds: how long it takes, above 0.
        start: events a second at its beginning.
        end: events a second at its end.
    """

    seconds: float
    start: float
    end: float

    def __post_init__(self) -> None:
        """Refuse what no generator could send.

        Raises:
            InputError: a time or a rate is out of bounds.
        """
        if not 0 < self.seconds <= MOST_SECONDS:
            raise InputError(f"a profile's times are above 0 s and at most {MOST_SECONDS:,.0f} s, not {self.seconds:g}")
        for rate in (self.start, self.end):
            if not 0 <= rate <= MOST_RATE:
                raise InputError(f"a rate is 0 to {MOST_RATE:,.0f} events a second, not {rate:g}")

    @property
    def events(self) -> float:
        """How many events are due in it."""
        return self.seconds * (self.start + self.end) / 2

    def due(self, elapsed: float) -> float:
        """Return how many of its events are due that many seconds after its beginning."""
        return elapsed * (self.start + (self.end - self.start) * elapsed / self.seconds / 2)


class Profile:
    """A rate over time.

    Args:
        pieces: one after another, at least one.
        text: the profile in the words of the command line; two of the same text and time ask for the same.

    Raises:
        InputError: there is no piece, or no event is ever due.
    """

    def __init__(self, pieces: Iterable[Piece], text: str = "") -> None:
        self.pieces: Final = tuple(pieces)
        self.text: Final = text
        self._starts = [0.0, *accumulate(piece.seconds for piece in self.pieces)]
        self._before = [0.0, *accumulate(piece.events for piece in self.pieces)]
        if not self.events:
            raise InputError("the profile never sends anything: give a rate above 0")

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self._starts[-1]

    @property
    def events(self) -> float:
        """How many events are due in all."""
        return self._before[-1]

    @property
    def peak(self) -> float:
        """The highest rate."""
        return max(max(piece.start, piece.end) for piece in self.pieces)

    def rate(self, time: float) -> float:
        """Return events a second at a time; 0 before and after the profile."""
        if not 0 <= time < self.seconds:
            return 0.0
        at = bisect_right(self._starts, time) - 1
        piece = self.pieces[at]
        return piece.start + (piece.end - piece.start) * (time - self._starts[at]) / piece.seconds

    def due(self, time: float) -> float:
        """Return how many events are due until a time."""
        if time <= 0:
            return 0.0
        if time >= self.seconds:
            return self.events
        at = bisect_right(self._starts, time) - 1
        return self._before[at] + self.pieces[at].due(time - self._starts[at])

    def times_of(self, numbers: Iterable[float]) -> Iterator[float]:
        """Yield when so many events are due, `due` backwards, for numbers in rising order; end where the profile does.

        A generator asks for each event's time, so it is one loop, with nothing looked up again for each of them.
        """
        rest = iter(numbers)
        number = next(rest, None)
        for piece, begin, before in zip(self.pieces, self._starts, self._before, strict=False):
            beyond, start, slope = before + piece.events, piece.start, (piece.end - piece.start) / piece.seconds
            square, double = start * start, 2 * slope
            while number is not None and number < beyond:
                inside = number - before
                # The root of slope/2 t² + start t = inside, in the form that loses no digits when the slope is small.
                # It can be 0 only at the very beginning of a piece that begins with silence.
                root = start + sqrt(max(0.0, square + double * inside)) if slope else start + start
                yield begin + min(2 * inside / root if root else 0.0, piece.seconds)
                number = next(rest, None)


def warmed(profile: Profile, seconds: float) -> Profile:
    """Return a profile with a time before it at the rate with which it begins, one event a second at least."""
    if not seconds:
        return profile
    first = max(1.0, profile.pieces[0].start)
    return Profile([Piece(seconds, first, first), *profile.pieces], profile.text)
