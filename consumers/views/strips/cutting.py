"""From the counts of a frame's parts to its strips, pure.

A frame is cut into as many strips as make each about `STRIP_BYTES` long, whatever the traffic: a reader pays for one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
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

    def values(self, dimension: str) -> dict[str, int]:
        """Return all values of a dimension with their counts."""


def rows_of(parts: Sequence[Iterable[Values]]) -> list[Row]:
    """Return the row of each value that is in one of `parts`: the disjoint counts of each part of a frame.

    Raises:
        CountsFormatError: counts that are damaged.
    """
    rows: dict[str, dict[str, list[int]]] = {dimension: {} for dimension in DIMENSIONS}
    for place, part in enumerate(parts):
        for packed in part:
            for dimension, found in rows.items():
                for value, count in packed.values(dimension).items():
                    row = found.get(value)
                    if row is None:
                        row = found[value] = [0] * len(parts)
                    row[place] = count
    named = ([Row(name_of(each, value), row) for value, row in found.items()] for each, found in rows.items())
    return list(chain.from_iterable(named))


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
