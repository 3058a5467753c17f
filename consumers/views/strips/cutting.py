"""From the counts of a frame's parts to its strips, pure.

A frame is cut into as many strips as make each about `STRIP_BYTES` long, whatever the traffic: a reader pays for one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from consumers.counts import DIMENSIONS
from consumers.views.strips.codec import Row, encode, name_of, strip_of

STRIP_BYTES: Final = 6 * 1024
"""On average: read units are counted in 4 KB, so nearly all strips take two of them."""

_SAMPLED: Final = 4
_BYTES_A_VALUE, _BYTES_A_COUNT = 8, 0.35
"""A first guess."""
_TOLERANCE: Final = 4 / 3


class Values(Protocol):
    """What is needed of a `consumers.counts.PackedCounts`."""

    def encoded(self, dimension: str) -> Iterable[tuple[bytes, int]]:
        """Return all values of a dimension, in UTF-8, with their counts."""


def rows_of(parts: Sequence[Sequence[Values]]) -> list[Row]:
    """Return the row of each value that is in one of `parts`.

    Args:
        parts: of each part of a frame its buckets, or none where it counts nothing. They are disjoint, and the same
            values are in buckets of the same number where parts have as many.

    Raises:
        CountsFormatError: counts that are damaged.
    """
    return [row for beside in _beside(parts) for dimension in DIMENSIONS for row in _rows(beside, dimension)]


def _rows(parts: Sequence[Sequence[Values]], dimension: str) -> Iterator[Row]:
    rows: defaultdict[bytes, list[int]] = defaultdict(lambda: [0] * len(parts))
    for place, part in enumerate(parts):
        for counts in part:
            for value, count in counts.encoded(dimension):
                rows[value][place] = count
    prefix = name_of(dimension, "")
    return (Row(prefix + value, row) for value, row in rows.items())


def _beside(parts: Sequence[Sequence[Values]]) -> Iterator[Sequence[Sequence[Values]]]:
    """Yield what has values of its own: bucket by bucket, since few rows at a time stay in the processor's cache."""
    numbers = {len(part) for part in parts if part}
    if len(numbers) > 1:  # the schedule has changed in between, so that values are in other buckets than before
        yield parts
        return
    for number in range(max(numbers, default=0)):
        yield [part[number : number + 1] for part in parts]


def cut(rows: Sequence[Row], parts: int, before: int = 0) -> list[bytes]:
    """Return the encoded strips of a frame, at least one; `before` is their number at the last time.

    It stays as it was while that makes strips of about the right size: strips are then written over, and old ones need
    not wait for their expiry.
    """
    wanted = strips_for(rows, parts)
    if wanted / _TOLERANCE <= before <= wanted * _TOLERANCE:
        wanted = before
    return [encode(strip, parts) for strip in _split(rows, wanted)]


def strips_for(rows: Sequence[Row], parts: int) -> int:
    """Return the number of strips that makes them `STRIP_BYTES` long, or a little less: judged by a few of them."""
    guess = max(round(len(rows) * (_BYTES_A_VALUE + _BYTES_A_COUNT * parts) / STRIP_BYTES), 1)
    for _ in range(2):  # the second time from a good guess
        sampled = min(guess, _SAMPLED)
        size = sum(len(encode(strip, parts)) for strip in _split(rows, guess)[:sampled]) / sampled
        guess = max(-int(-guess * size // STRIP_BYTES), 1)
    return guess


def _split(rows: Iterable[Row], strips: int) -> list[list[Row]]:
    split: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        split[strip_of(row.name, strips)].append(row)
    return [split[number] for number in range(strips)]
