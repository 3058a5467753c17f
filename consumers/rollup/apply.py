"""Applying segments to one bucket item of a minute: pure, over plain data.

Segment n of an address is applied where n segments of it are in the counts. A smaller number is a repeat, a
larger one leaves a gap, which is reported and filled from the log by the caller. So the counts are always the
exact sum of the segments that the vector names, whatever order and however often segments come.
"""

from typing import TYPE_CHECKING, NamedTuple

from consumers import counts as counting
from consumers.schedule import Address

if TYPE_CHECKING:
    from consumers.counts import Counts
    from consumers.rollup.at_hand import SegmentsAtHand
    from consumers.trends.item import BucketItem


class Applied(NamedTuple):
    """What came of applying segments to a bucket item."""

    item: "BucketItem"
    """The next revision; the very item given where there was nothing to apply."""
    applied: int
    """Segments that were added."""
    repeated: int
    """Segments at hand that the item had already."""
    gaps: dict[Address, int]
    """By address, the number of the segment that is missing before later ones at hand can be applied."""


def apply(item: "BucketItem", at_hand: "SegmentsAtHand") -> Applied:
    """Add to `item`, a bucket of the minute of `at_hand`, all segments at hand that follow those it holds.

    The vector advances for segments that have nothing for this bucket, too: a vector that stayed behind would look like
    a write that was lost, and each later segment would have to read the log to learn that it was not.
    """
    vector = list(item.vector)
    counts: Counts | None = None
    newest: int | None = None
    applied = repeated = 0
    gaps: dict[Address, int] = {}
    for known in at_hand.addresses():
        position = known.address.position
        first = number = vector[position]
        segments = known.by_number
        while (segment := segments.get(number)) is not None:
            if counts is None:
                counts = {dimension: dict(values) for dimension, values in item.counts.items()}
            counting.add(counts, segment.bucket(item.bucket))
            newest = segment.arrived_ms if newest is None else max(newest, segment.arrived_ms)
            number += 1
        vector[position] = number
        applied += number - first
        repeated += sum(held < first for held in tuple(segments))  # a copy: another bucket's thread may fill a gap
        if known.highest >= number and known.address not in at_hand.stuck:
            gaps[known.address] = number
    if counts is None:
        return Applied(item, 0, repeated, gaps)
    return Applied(item.succeeded_by(counts, tuple(vector), newest), applied, repeated, gaps)
