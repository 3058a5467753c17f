"""Probes: events of the run's own whose way through the whole pipeline is watched, from the SDK to the reporting API.

A probe is an event with one hashtag that no one else uses. Hashtags are few and used in turn, so that one request for a
comparison tells of all of them, and trends are left with ten values of a run, not thousands: the n-th probe of a
hashtag is visible when its count first reaches n. Probes of one hashtag are a second or more apart, so that overtaking,
which counts can't tell from order, would have to be longer than that.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

HASHTAGS: Final = 10
"""As many as one request may compare."""


class Visible(NamedTuple):
    """A probe that has come through.

    Attributes:
        due: when it was to be sent.
        accepted: when the stream had acknowledged it.
        seen: when an answer first contained it.
    """

    due: float
    accepted: float
    seen: float


@dataclass(slots=True)
class _Waiting:
    due: float
    accepted: float


class ProbeBook:
    """Which probes are on their way. Times are seconds of one clock. Not safe for threads.

    Args:
        name: of the run, unlike any other's.
    """

    def __init__(self, name: str) -> None:
        self.hashtags: Final[Sequence[str]] = tuple(f"probe-{name}-{number}" for number in range(HASHTAGS))
        self._waiting: dict[str, deque[_Waiting]] = {hashtag: deque() for hashtag in self.hashtags}
        self._seen = dict.fromkeys(self.hashtags, 0)

    def accepted(self, hashtag: str, *, due: float, at: float) -> None:
        """Note that the stream has acknowledged a probe."""
        self._waiting[hashtag].append(_Waiting(due, at))

    def counted(self, counts: Mapping[str, int], at: float) -> list[Visible]:
        """Note an answer's counts; return the probes that it is the first to contain."""
        found = []
        for hashtag, count in counts.items():
            waiting = self._waiting[hashtag]
            # A count can run ahead of the acknowledgement, which takes a moment to be heard of: it is looked at again.
            while waiting and self._seen[hashtag] < count:
                probe = waiting.popleft()
                self._seen[hashtag] += 1
                found.append(Visible(probe.due, probe.accepted, max(at, probe.accepted)))
        return found

    @property
    def waiting_since(self) -> list[float]:
        """When those were due that are acknowledged and not yet visible."""
        return [probe.due for waiting in self._waiting.values() for probe in waiting]

    @property
    def waiting(self) -> int:
        """How many are acknowledged and not yet visible."""
        return sum(map(len, self._waiting.values()))
