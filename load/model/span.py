"""The measured time of a run, and what comes before and after it."""

from dataclasses import dataclass

from load.configuration import Configuration
from load.workload.profile import Piece, Profile


@dataclass(frozen=True, slots=True)
class Lead:
    """What comes before the measured time where the stack starts with the run.

    Attributes:
        ready_seconds: until the first event is due.
        warm_up_seconds: at the profile's first rate.
    """

    ready_seconds: float = 2.0
    warm_up_seconds: float = 10.0

    def pieces(self, rate: float) -> tuple[Piece, ...]:
        """Return both, of a profile that begins with a rate."""
        pieces = ((self.ready_seconds, 0.0), (self.warm_up_seconds, rate))
        return tuple(Piece(seconds, each, each) for seconds, each in pieces if seconds)


@dataclass(frozen=True, slots=True)
class Span:
    """The measured time, and what comes before and after it: it begins and ends in the midst of things, or as a run."""

    profile: Profile
    start: float
    end: float

    @classmethod
    def around(cls, profile: Profile, configuration: Configuration, lead: Lead | None) -> "Span":
        """Put the profile between times at its first and its last rate.

        In a fresh stack nothing comes before the first, and nothing after the profile: what then waits for a full batch
        waits for the window's end.
        """
        windows = (
            configuration.ingest_window_seconds
            + configuration.rollup_window_seconds
            + configuration.views_window_seconds
        )
        around = 15.0 + 2.0 * windows
        first, last = profile.pieces[0].start, profile.pieces[-1].end
        before = (Piece(around, first, first),) if lead is None else lead.pieces(first)
        after = Piece(around, last, last) if lead is None else Piece(around, 0.0, 0.0)
        pieces = [*before, *profile.pieces, after]
        start = sum(piece.seconds for piece in before)
        return cls(Profile(pieces, profile.text), start, start + profile.seconds)

    def holds(self, time: float) -> bool:
        """Tell whether a time is measured."""
        return self.start <= time < self.end

    def part(self, first: float, last: float) -> tuple[float, float, float]:
        """Return which part of a stretch of time is measured, and where that begins and ends."""
        if last <= first:
            return float(self.holds(first)), first, last
        begin, end = max(first, self.start), min(last, self.end)
        return max(end - begin, 0.0) / (last - first), begin, end
