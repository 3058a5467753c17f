"""The counts of a span of time, from one run to the next: what changed is taken out and put in, the rest stays."""

from collections.abc import Callable, Mapping

from consumers.counts import DIMENSIONS, Counts, empty
from consumers.trends.sums import put_in, take_out
from consumers.views.memory import Packed, Part


class RunningCounts:
    """The sum of the parts of the last call."""

    def __init__(self) -> None:
        """Sum nothing to begin with."""
        self._parts: dict[Part, Packed] = {}
        self._total = empty()
        self.changed = False
        """Whether the last call found anything other than the one before."""

    def of(self, parts: Mapping[Part, Packed]) -> Counts:
        """Return the sum of `parts`; it is this object's and holds until the next call.

        A part is taken for unchanged if it is the very object of the last call.

        Raises:
            CountsFormatError: counts that are damaged.
        """
        held, total = self._parts, self._total
        self._parts, self._total = {}, empty()  # what an error leaves behind: a sum of nothing, not half a sum
        gone = [packed for part, packed in held.items() if parts.get(part) is not packed]
        new = [packed for part, packed in parts.items() if held.get(part) is not packed]
        if 2 * len(gone) > len(held):
            total, gone, new = empty(), [], list(parts.values())
        self.changed = bool(gone or new)
        for packed in gone:
            _each(packed, total, take_out)
        for packed in new:
            _each(packed, total, put_in)
        self._parts, self._total = dict(parts), total
        return total


def _each(packed: Packed, total: Counts, do: Callable[[dict[str, int], Mapping[str, int]], None]) -> None:
    for bucket in packed.buckets:
        for dimension in DIMENSIONS:
            if values := bucket.values(dimension):
                do(total[dimension], values)
