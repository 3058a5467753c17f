"""Lines that fit the terminal they are shown on: sentences wrapped at words, wide tables in parts below each other."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from shutil import get_terminal_size
from textwrap import wrap
from typing import Final

from penstock.cli.table import Row, columns, fits

_INDENT: Final = 2
"""Of a wrapped line's further ones, in characters beyond the line's own, where it has no columns."""
_GAP: Final = re.compile(r"(?<=\S) {2,}(?=\S)")


def room() -> int | None:
    """Return how many characters a line of the terminal has that is standard output; none where that is no terminal."""
    return get_terminal_size().columns if sys.stdout.isatty() else None


def fitted(lines: Iterable[str], width: int | None) -> Iterator[str]:
    """Yield lines, those wrapped at words that have more than `width` characters; none stands for any number.

    What is in columns goes on below the last of them that begins in the left half. A word that is longer than the
    terminal is wide, such as a path, stays whole.
    """
    if width is None:
        yield from lines
        return
    for line in lines:
        if fits([line], width):
            yield line
            continue
        own = len(line) - len(line.lstrip())
        begins = [gap.end() for gap in _GAP.finditer(line) if gap.end() <= width // 2]
        further = " " * (begins[-1] if begins else own + _INDENT)
        yield from wrap(line, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)


def parted(header: Row, rows: Sequence[Row], width: int | None) -> list[str]:
    """Return a table's lines: where it is wider than `width`, in as few parts as fit, each with the first column.

    Args:
        header: the columns' names, two at least.
        rows: their cells, as many in each.
        width: in characters; none for any.

    All columns but the first end where the widest of their cells ends, as numbers do.
    """
    count = len(header) - 1
    right = frozenset(range(1, len(header)))
    lines: list[str] = []
    for parts in range(1, count + 1):
        bounds = [1 + count * part // parts for part in range(parts + 1)]
        lines = []
        for begin, end in pairwise(bounds):
            part = [(row[0], *row[begin:end]) for row in (header, *rows)]
            lines += [*([""] if lines else []), *columns(part[0], part[1:], right=right)]
        if fits(lines, width):
            break
    return lines
