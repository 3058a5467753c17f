"""Which values begin with a prefix, most used first: a trie of two kinds of nodes. Pure.

In order of their code points the values that begin with a prefix lie side by side. *Leaves* cut that order into
pieces of `LEAF_VALUES`. Where a prefix touches one or two of them, these answer it whole. Where it touches more, it has
more than `LEAF_VALUES` values, and a *top* answers it: the most used values of a prefix.

A trie has a node for each prefix. Here a prefix has no top of its own where a shorter one's will do: a top holds more
than an answer shows, so that it also serves longer prefixes that lack no more than `SLACK` of its values. What is left
of it for them are still their most used values. So a chain of prefixes that branches nowhere costs one node rather
than one for each of its characters, and the number of tops is bounded by the number of values, whatever their names:
below a top there is either no other, and it has more than `LEAF_VALUES` values of its own; or one, which lacks more
than `SLACK` of its values; or several. That makes one top for 68 values at most.

A path-compressed trie is a Patricia tree (Morrison 1968); completion from nodes that keep their best values is from
Hsu and Ottaviano, "Space-efficient data structures for top-k completion" (2013).
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

LEAF_VALUES: Final = 256

MOST_SHOWN: Final = 100
"""Values of one answer."""

MOST_HIDDEN: Final = 156
"""Hidden values that a top has room for beside an answer."""

SLACK: Final = 144
"""Values that a top may have more than a prefix that it serves."""

TOP_VALUES: Final = MOST_SHOWN + MOST_HIDDEN + SLACK

Entries = dict[str, int]
"""Value and count."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The nodes that answer a prefix: either one or two leaves next to each other, or a top."""

    leaves: range
    top: int | None


@dataclass(frozen=True, slots=True)
class Directory:
    """Which nodes there are."""

    starts: Sequence[str]
    """By leaf, in order: a text that no value of it comes before, and each of the leaf before does."""
    tops: Mapping[str, int]
    """Prefix, and number of its top."""

    def touched(self, prefix: str) -> Touched:
        """Return the nodes that answer a prefix."""
        length = len(prefix)
        leaves = range(
            max(bisect_right(self.starts, prefix) - 1, 0),
            # Of all texts that begin with the prefix none comes behind these.
            bisect_right(self.starts, prefix, key=lambda start: start[:length]),
        )
        if len(leaves) <= 2:
            return Touched(leaves, None)
        above = (prefix[:end] for end in range(length, -1, -1))
        return Touched(range(0), next(self.tops[each] for each in above if each in self.tops))


@dataclass(frozen=True, slots=True)
class Nodes:
    """All of an index."""

    directory: Directory
    leaves: Sequence[Entries]
    tops: Sequence[Entries]


def build(counts: Mapping[str, int]) -> Nodes:
    """Cut counts into nodes."""
    ordered = sorted(counts)
    cuts = range(0, len(ordered), LEAF_VALUES)
    starts = [_between(ordered[cut - 1], ordered[cut]) if cut else "" for cut in cuts]
    leaves = [{value: counts[value] for value in ordered[cut : cut + LEAF_VALUES]} for cut in cuts]
    tops = _Tops(ordered, counts)
    if len(ordered) > LEAF_VALUES:
        tops.visit(0, len(ordered), 0, None)
    numbers = {prefix: number for number, prefix in enumerate(tops.found)}
    return Nodes(Directory(starts, numbers), leaves, list(tops.found.values()))


def most_used(entries: Mapping[str, int], most: int) -> list[str]:
    """Return the `most` most used values, those used equally often in order of their code points."""
    return nsmallest(most, entries, key=lambda value: (-entries[value], value))


def _between(before: str, value: str) -> str:
    """Return the shortest beginning of `value` that comes behind `before`, which comes before it."""
    return value[: _in_common(before, value) + 1]


def _in_common(one: str, other: str) -> int:
    """Return with how many same characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


class _Tops:
    """Finds the tops of one index."""

    def __init__(self, ordered: Sequence[str], counts: Mapping[str, int]) -> None:
        self._ordered = ordered
        self._counts = counts
        self.found: dict[str, Entries] = {}
        """By prefix."""

    def visit(self, first: int, end: int, length: int, above: int | None) -> list[str]:
        """Return the most used of the values from `first` up to `end`, and keep the tops of them that are needed.

        Args:
            first: Position of the first value.
            end: Behind the last. They are all values of one prefix.
            length: Of that prefix.
            above: How many values the top has that would serve it else; None where there is none.
        """
        ordered, size = self._ordered, end - first
        needed = above is None or above - size > SLACK
        common = _in_common(ordered[first], ordered[end - 1])
        candidates: list[str] = []
        at = first
        while at < end:
            branch = ordered[at][: common + 1]
            until = bisect_right(ordered, branch, at, end, key=lambda value: value[: common + 1])
            if until - at > LEAF_VALUES:
                candidates += self.visit(at, until, common + 1, size if needed else above)
            else:
                candidates += ordered[at:until]
            at = until
        best = nsmallest(TOP_VALUES, candidates, key=lambda value: (-self._counts[value], value))
        if needed:
            self.found[ordered[first][:length]] = {value: self._counts[value] for value in best}
        return best
