"""Which trend items answer a question: the planner, pure.

The rollup closes hours and days: an hour item is exact once its hour lies before the `closed` of the levels
state, and until then the minute items are. A plan reads the coarsest closed level that fits and the finer
ones around it, so that each moment is read exactly once.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from consumers.schedule import DAY, HOUR
from consumers.tables import Level
from reporting.windows import Span


class Closed(NamedTuple):
    """Epoch seconds up to which each level's items are exact; 0 where nothing is closed yet."""

    hour: int = 0
    day: int = 0


class Read(NamedTuple):
    """Items of one level from `start` to `end` (epoch seconds, whole buckets of the level, end excluded)."""

    level: Level
    start: int
    end: int
    consistent: bool = False
    """Whether the read must be strongly consistent."""


class Range(NamedTuple):
    """Items of one bucket within one partition of the table: what one query reads."""

    level: Level
    bucket: int
    start: int
    end: int
    consistent: bool


CLOSED_AT_ONCE: Final = 48
"""Items of a level that may have been closed within seconds (`consumers.sweep.sweep.MOST_CLOSED`)."""

_FINER_FIRST: Final = (Level.MINUTE, Level.HOUR, Level.DAY)


def plan(span: Span, closed: Closed, coarsest: Level = Level.DAY) -> list[Read]:
    """Cover `span` with reads of closed items no coarser than `coarsest`, and of minutes for the rest.

    The reads come in order of time and are disjoint. The newest closed items of a level are read consistently, as
    many as one run of the sweep closes: after an outage all of them may have been written a moment ago, just before
    `closed` said so, and an eventually consistent read that misses one would lose a whole hour or day for that moment
    (DynamoDB Developer Guide, "Read consistency"). Such a read costs twice as much.
    """
    return list(_plan(span, closed, _FINER_FIRST[: _FINER_FIRST.index(coarsest) + 1]))


def _plan(span: Span, closed: Closed, levels: tuple[Level, ...]) -> Iterator[Read]:
    if span.start >= span.end:
        return
    *finer, level = levels
    if not finer:
        yield Read(level, *span)
        return
    until = closed.day if level is Level.DAY else closed.hour
    start = -(-span.start // level.seconds) * level.seconds
    end = min(level.floor(span.end), until)
    if start >= end:
        yield from _plan(span, closed, tuple(finer))
        return
    yield from _plan(Span(span.start, start), closed, tuple(finer))
    settled = min(max(until - CLOSED_AT_ONCE * level.seconds, start), end)
    if start < settled:
        yield Read(level, start, settled)
    if settled < end:
        yield Read(level, settled, end, consistent=True)
    yield from _plan(Span(end, span.end), closed, tuple(finer))


def ranges(reads: Iterable[Read], buckets: Callable[[int], Iterable[int]]) -> list[Range]:
    """Cut reads into the queries that answer them, one for each partition.

    Args:
        reads: What to read.
        buckets: The numbers of the buckets wanted of the item that starts at a time (epoch seconds): all of a
            dimension's, or a value's one. It may change from day to day, as the schedule says.
    """
    found: list[Range] = []
    for read in reads:
        spans: dict[tuple[int, int], tuple[int, int, int]] = {}
        for start in range(max(read.start, 0), read.end, read.level.seconds):
            for bucket in buckets(start):
                partition = _partition(read.level, start), bucket
                first = spans.get(partition, (bucket, start, start))[1]
                spans[partition] = (bucket, first, start + read.level.seconds)
        found += [Range(read.level, bucket, start, end, read.consistent) for bucket, start, end in spans.values()]
    return found


def _partition(level: Level, start: int) -> int:
    """Return which partition holds an item (`consumers.tables.trend_key`): of an hour, a day or a month."""
    if level is Level.DAY:
        date = datetime.fromtimestamp(start, UTC)
        return date.year * 12 + date.month
    return start // (HOUR if level is Level.MINUTE else DAY)
