"""What one execution environment remembers of minutes and hours, and which of them it must read again.

A minute is read again when its number in the change notes differs from the one before the last read; an hour that is
closed when the sum of its minutes' numbers does. So a steady stream of events costs one minute's read an invocation,
and a correction of the past the read of what it corrected. Numbers are read before what they are about, so they never
promise more than was read.

Held are counts packed as they are stored, some ten bytes a value: minutes of the last hours and of hours that are not
closed, and hours of two days.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from consumers.counts import PackedCounts, bucket_of, empty, encode
from consumers.schedule import DAY, HOUR, MINUTE, Schedule
from consumers.tables import Level, TrendKey
from consumers.trends.item import BucketItem
from consumers.trends.notes import Versions
from consumers.trends.state import LevelsState

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

HOURS_SECONDS: Final = 2 * DAY + 2 * HOUR
"""How long hours are held: a day's window, the one before, and those an hour earlier."""

MINUTES_SECONDS: Final = 3 * HOUR
"""How long minutes are held: an hour's window, the one before, and what their last hour began with."""


class Part(NamedTuple):
    """A minute, or an hour that is closed."""

    level: Level
    start: int
    """Epoch seconds."""

    @property
    def end(self) -> int:
        """Where it ends, epoch seconds."""
        return self.start + self.level.seconds


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """The counts of a part."""

    buckets: tuple[PackedCounts, ...]
    """All of its time's buckets, by number; none of a part that counts nothing."""

    def count(self, dimension: str, value: str) -> int:
        """Return the count of one value."""
        if not self.buckets:
            return 0
        return self.buckets[bucket_of(dimension, value, len(self.buckets) - 1)].count(dimension, value)


class Table(Protocol):
    """What is needed of a `consumers.trends.table.TrendsTable`."""

    def state(self, *, consistent: bool = True) -> LevelsState | None:
        """Return how far the levels are summed, or None before anything was."""

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> list[BucketItem]:
        """Return one bucket of the level's items from `start` up to but not including `end`."""

    def changes(self, first: int, last: int) -> dict[int, Versions]:
        """Return the change notes of the hours from `first` to `last`."""

    def item(self, key: TrendKey) -> "Mapping[str, AttributeValueTypeDef] | None":
        """Return the item with this key, or None where there is none."""


class _Held(NamedTuple):
    version: int
    packed: Packed


class Memory:
    """Minutes and hours as they were read last. One for each execution environment; not thread-safe."""

    def __init__(self, table: Table, schedule: Schedule, pool: Executor) -> None:
        """Read `table`, several buckets at a time in `pool`."""
        self._table = table
        self._schedule = schedule
        self._pool = pool
        self._held: dict[Part, _Held] = {}
        self._seen: dict[int, Versions] = {}

    def look(self, now: float, named: Iterable[int], time_left: Callable[[], float]) -> "Change | None":
        """Return what has changed since the last time, or None before anything was counted.

        Args:
            now: The time, epoch seconds.
            named: Hours of event time (epoch seconds) that are told to have changed; those of the last two days need
                not be told.
            time_left: Tells the invocation's seconds.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: an item that this code can't read.
        """
        state = self._table.state()
        if state is None:
            return None
        newest = Level.HOUR.floor(now) + HOUR
        oldest = newest - HOURS_SECONDS
        noted = self._table.changes(oldest, newest)
        for hour in sorted(named):
            if not oldest <= hour <= newest:
                noted |= self._table.changes(hour, hour)
        hours = frozenset(hour for hour in noted if noted[hour] != self._seen.get(hour)) | frozenset(named)
        self._forget(now, state)
        return Change(self, now, state, hours=hours, noted=noted, time_left=time_left)

    def done(self, change: "Change") -> None:
        """Take it that all views have followed `change`: its hours are not told again unless they change again."""
        oldest = Level.HOUR.floor(change.now) - HOURS_SECONDS
        self._seen = {hour: versions for hour, versions in change.noted.items() if hour >= oldest}

    def read(self, wanted: Mapping[Part, int], change: "Change") -> dict[Part, Packed]:
        """Return parts that are at least of the versions wanted: from memory, or read and held.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsError: an item that can't be read.
            CountsFormatError: counts that are damaged.
        """
        missing = [part for part, version in wanted.items() if self._version(part) != version]
        read = self._read(missing)
        for part in missing:
            if self._is_held(part, change.now, change.state):
                self._held[part] = _Held(wanted[part], read[part])
        return {part: read[part] if part in read else self._held[part].packed for part in wanted}

    def item(self, key: TrendKey) -> "Mapping[str, AttributeValueTypeDef] | None":
        """Return an item as it is in the table, or None where there is none."""
        return self._table.item(key)

    def changes(self, first: int, last: int) -> dict[int, Versions]:
        """Return the change notes of the hours from `first` to `last` (epoch seconds)."""
        return self._table.changes(first, last)

    def _version(self, part: Part) -> int | None:
        held = self._held.get(part)
        return None if held is None else held.version

    def _read(self, parts: list[Part]) -> dict[Part, Packed]:
        tasks = [
            (level, self._pool.submit(self._table.query, level, bucket, start, end, consistent=True))
            for level, start, end in _runs(parts)
            for bucket in range(1 + self._schedule.buckets_at(start))
        ]
        found: dict[Part, dict[int, PackedCounts]] = {part: {} for part in parts}
        try:
            for level, task in tasks:
                for item in task.result():
                    found[Part(level, item.start)][item.bucket] = PackedCounts(item.packed)
        finally:
            # After a failure, those that have not begun would otherwise be run still, in the next invocation.
            for _, task in tasks:
                task.cancel()
        return {part: packed(of_part, self._schedule.buckets_at(part.start)) for part, of_part in found.items()}

    def _forget(self, now: float, state: LevelsState) -> None:
        self._held = {part: held for part, held in self._held.items() if self._is_held(part, now, state)}

    def _is_held(self, part: Part, now: float, state: LevelsState) -> bool:
        if part.start < now - HOURS_SECONDS:
            return False
        return part.level is Level.HOUR or part.start >= now - MINUTES_SECONDS or part.start >= state.closed


_NOTHING: Final = PackedCounts(encode(empty()))


def packed(found: Mapping[int, PackedCounts], buckets: int) -> Packed:
    """Return a part's counts, of which these buckets were found, by number: that of few values, and so many others."""
    return Packed(tuple(found.get(bucket, _NOTHING) for bucket in range(1 + buckets)) if found else ())


def _runs(parts: Iterable[Part]) -> Iterator[tuple[Level, int, int]]:
    """Yield level, start and end of each run of parts without a gap, within one UTC day, which has one schedule."""
    run: tuple[Level, int, int] | None = None
    for part in sorted(parts):
        if run is not None and run[0] is part.level and run[2] == part.start and part.start % DAY:
            run = (run[0], run[1], part.end)
            continue
        if run is not None:
            yield run
        run = (part.level, part.start, part.end)
    if run is not None:
        yield run


class Change:
    """The trends at one moment, and what is different from the moment before."""

    def __init__(
        self,
        memory: Memory,
        now: float,
        state: LevelsState,
        *,
        hours: frozenset[int],
        noted: dict[int, Versions],
        time_left: Callable[[], float],
    ) -> None:
        """Show what `memory` holds and reads."""
        self.now: Final = now
        """When the sources were looked at, epoch seconds."""
        self.state: Final = state
        """The levels state, read before all else: what it tells as applied is in all that is read here."""
        self.hours: Final = hours
        """Hours of event time of which a minute may have changed: all that were noted where nothing is remembered."""
        self.noted: Final = noted
        """The change notes, by hour."""
        self.time_left: Final = time_left
        self._memory = memory

    @property
    def as_of(self) -> int | None:
        """Newest arrival that is surely in what is read here, epoch milliseconds; None while there is none."""
        return self.state.newest_arrival_ms

    def version(self, start: int, end: int) -> int:
        """Return the sum of the change notes' numbers of the minutes from `start` to `end` (epoch seconds, excluded).

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: a note that this code can't read.
        """
        hours = range(Level.HOUR.floor(start), end, HOUR)
        known = Level.HOUR.floor(self.now) + HOUR - HOURS_SECONDS
        unknown = [hour for hour in hours if hour not in self.noted and (hour < known or hour > self.now + HOUR)]
        if unknown:
            found = self._memory.changes(unknown[0], unknown[-1])
            self.noted.update({hour: found.get(hour, {}) for hour in unknown})
        return sum(
            number for hour in hours for minute, number in self.noted.get(hour, {}).items() if start <= minute < end
        )

    def minutes(self, start: int, end: int) -> list[Part]:
        """Return the minutes from `start` to `end` (epoch seconds, whole minutes)."""
        return [Part(Level.MINUTE, minute) for minute in range(start, end, MINUTE)]

    def coarsest(self, start: int, end: int) -> list[Part]:
        """Return the parts of a span of whole hours (epoch seconds): hours where they are closed, else minutes."""
        parts: list[Part] = []
        for hour in range(start, end, HOUR):
            closed = hour + HOUR <= self.state.closed
            parts += [Part(Level.HOUR, hour)] if closed else self.minutes(hour, hour + HOUR)
        return parts

    def read(self, parts: Iterable[Part]) -> dict[Part, Packed]:
        """Return the counts of `parts`, as new as the change notes that this has shown, or newer; in their order.

        Hours must be closed: an hour of which `state` does not say so has no counts yet.

        Raises:
            ValueError: an hour is not closed.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsError: an item that can't be read.
            CountsFormatError: counts that are damaged.
        """
        wanted = {part: self.version(part.start, part.end) for part in parts}
        for part in wanted:
            if part.level is Level.HOUR and part.end > self.state.closed:
                raise ValueError(f"hour {part.start} is not closed: read its minutes")
        return self._memory.read(wanted, self)
