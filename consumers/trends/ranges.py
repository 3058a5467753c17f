"""Spans of time as ranges of keys: which partitions of the trends table a span touches."""

from collections.abc import Iterator

from consumers.schedule import DAY, HOUR
from consumers.tables import Level, trend_key


def partitions(level: Level, bucket: int, start: int, end: int) -> Iterator[tuple[str, str, str]]:
    """Yield each partition that has starts from `start` up to but not including `end`, and their first and last."""
    span = HOUR if level is Level.MINUTE else DAY  # a partition holds one of these, or (of days) several
    range_: tuple[str, str, str] | None = None
    for at in range(start - start % span, end, span):
        partition, first = trend_key(level, max(at, level.floor(start)), bucket)
        last = trend_key(level, min(at + span, end) - 1, bucket).start
        if range_ is not None and range_[0] == partition:
            range_ = (partition, range_[1], last)
            continue
        if range_ is not None:
            yield range_
        range_ = (partition, first, last)
    if range_ is not None:
        yield range_
