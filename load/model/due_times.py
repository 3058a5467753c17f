"""When so many events of a profile are due: one number at a time, in any order."""

from bisect import bisect_right
from itertools import accumulate
from math import sqrt

from load.workload.profile import Profile


class DueTimes:
    """`Profile.due` backwards."""

    def __init__(self, profile: Profile) -> None:
        """Look at a profile that does not change."""
        last = max(number for number, piece in enumerate(profile.pieces) if piece.events)
        self._pieces = profile.pieces[: last + 1]
        self._starts = [0.0, *accumulate(piece.seconds for piece in self._pieces)]
        self._before = [0.0, *accumulate(piece.events for piece in self._pieces)]

    def of(self, number: float) -> float:
        """Return when so many events are due; for more than there are, when the last one is."""
        at = bisect_right(self._before, number) - 1
        if at >= len(self._pieces):
            return self._starts[-1]
        piece, inside = self._pieces[at], max(number - self._before[at], 0.0)
        slope = (piece.end - piece.start) / piece.seconds
        # The root of slope/2 t² + start t = inside, in the form that loses no digits when the slope is small.
        root = piece.start + sqrt(max(0.0, piece.start * piece.start + 2 * slope * inside))
        return self._starts[at] + (min(2 * inside / root, piece.seconds) if root else 0.0)
