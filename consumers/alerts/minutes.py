"""Reads the minutes that windows are judged by, each old one once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final, Protocol

from consumers.alerts.judging import Minute, candidates
from consumers.alerts.rules import Rules
from consumers.counts import BREAKDOWN_BUCKET, decode
from consumers.schedule import DAY, MINUTE, Schedule
from consumers.tables import Level

if TYPE_CHECKING:
    from consumers.trends.item import BucketItem

KEPT_AFTER_SECONDS: Final = 600
"""Minutes that ended this long before the newest window did, and before the newest arrival, are read no more: what is
still late by then changes what is usual by little. A cold function reads all of them anew."""

Only = Mapping[str, Collection[str]]
"""Values whose counts are wanted, by dimension."""


class Table(Protocol):
    """What is needed of a `consumers.trends.table.TrendsTable`."""

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> "list[BucketItem]":
        """Return one bucket of the level's items from `start` up to but not including `end`."""


class MinutesReader:
    """Minutes of the trends. Remembers their counts as they lie in the table, compact: 13 windows' at most.

    Not thread-safe: one run at a time, as Lambda gives them.
    """

    def __init__(self, table: Table, schedule: Schedule, rules: Rules, pool: Executor) -> None:
        """Read from `table`, several buckets at a time in `pool`."""
        self._table = table
        self._schedule = schedule
        self._rules = rules
        self._pool = pool
        self._kept: dict[int, list[bytes]] = {}

    def windows(self, ends: Sequence[int], newest_arrival: float) -> dict[int, Minute]:
        """Return the minutes that the windows up to `ends` (in order) are judged by.

        What ended shortly before `newest_arrival` (epoch seconds), or after it, may still change and is read again.
        Only the counts of the windows' candidates are in them, so what is held does not grow with the number of values.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsError: an item that can't be read.
            CountsFormatError: counts that can't be read.
        """
        first, last = ends[0] - self._rules.reach, ends[-1]
        packed = {minute: kept for minute, kept in self._kept.items() if first <= minute}
        since = next((minute for minute in range(first, last, MINUTE) if minute not in packed), last)
        packed |= self._read(since, last)
        known = min(last, newest_arrival) - KEPT_AFTER_SECONDS
        self._kept = {minute: parts for minute, parts in packed.items() if minute + MINUTE <= known}
        newest = range(ends[0] - self._rules.window, last, MINUTE)
        minutes = {minute: self._minute(packed[minute]) for minute in newest}
        only = {
            dimension: {value for end in ends for value in candidates(dimension, end, minutes, self._rules)}
            for dimension in self._rules.dimensions
        }
        return {minute: self._minute(parts, only) for minute, parts in packed.items()}

    def span(self, start: int, end: int, only: Only) -> dict[int, Minute]:
        """Return the minutes from `start` up to but not including `end`, with the counts of some values.

        Raises:
            What `windows` does.
        """
        return {minute: self._minute(parts, only) for minute, parts in self._read(start, end).items()}

    def _read(self, start: int, end: int) -> dict[int, list[bytes]]:
        """Return the counts of each minute, in as many parts as it has buckets that counted something."""
        parts: dict[int, list[bytes]] = {minute: [] for minute in range(start, end, MINUTE)}
        for items in self._pool.map(lambda query: self._table.query(Level.MINUTE, *query), self._queries(start, end)):
            for item in items:
                parts[item.start].append(item.packed)
        return parts

    def _queries(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield bucket, start and end: the number of buckets may change with the UTC day."""
        while start < end:
            until = min(end, start - start % DAY + DAY)
            if set(self._rules.dimensions) - {"hashtag"}:
                yield BREAKDOWN_BUCKET, start, until
            if "hashtag" in self._rules.dimensions:
                for bucket in range(1, 1 + self._schedule.buckets_at(start)):
                    yield bucket, start, until
            start = until

    def _minute(self, parts: Iterable[bytes], only: Only | None = None) -> Minute:
        totals = dict.fromkeys(self._rules.dimensions, 0)
        counts: dict[str, dict[str, int]] = {dimension: {} for dimension in self._rules.dimensions}
        for packed in parts:
            decoded = decode(packed)
            for dimension in self._rules.dimensions:
                values = decoded[dimension]
                totals[dimension] += sum(values.values())
                if only is None:
                    counts[dimension].update(values)
                else:
                    counts[dimension].update((value, values[value]) for value in only[dimension] if value in values)
        return Minute(totals, counts)
