"""Closing hours and days, and correcting them when something late arrives: exact whoever else does so meanwhile.

*Closing* an hour: raise the mark ``closing`` beyond it, sum its minutes into its items, raise ``closed`` beyond it.
*Correcting*: who wrote a minute reads ``closing`` after that write, and sums the hour again if it lies before the mark.
Either the writer finds the mark raised, or its write was done before that, and the closer's reads, which follow, see
it.

Summing reads the hour's item first and its minutes then, and writes on condition that the item still has the revision
read. Of two that sum at the same time, the one that writes later is refused and reads again, so the sum that stays is
of minutes at least as new as any writer's. Days follow hours by the same rules. All reads are strongly consistent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final, NamedTuple

from consumers.rollup import deadline, schedule_check
from consumers.rollup.contention import Contention
from consumers.rollup.schedule_check import ScheduleChangedError
from consumers.rollup.sums import BELOW, PartsExpiredError, positions, summed
from consumers.tables import Level
from consumers.trends.errors import (
    BucketTooLargeError,
    NewerTrendsFormatError,
    RevisionRefusedError,
    TrendsFormatError,
)
from consumers.trends.item import BucketItem
from consumers.trends.state import LevelsState, Mark

if TYPE_CHECKING:
    from consumers.schedule import Schedule
    from consumers.trends.retention import Retention
    from consumers.trends.table import Progress, TrendsTable

CLOSE_AFTER_SECONDS: Final = 300
"""How long after its end an hour is closed. Until then its readers add up minutes, and what comes late costs no
correction; a client's clock and the stream's delay are usually good for less."""

TAKE_OVER_SECONDS: Final = 900
"""How much later an hour that someone began to close is closed by whoever comes: the one who began has ended by then
(longest invocation: 15 minutes, AWS Lambda Developer Guide, "Lambda quotas")."""

GIVEN_UP: Final = (BucketTooLargeError, PartsExpiredError, ScheduleChangedError, TrendsFormatError)
"""Why a bucket of an hour or a day can't be summed now or by trying again. The mark is raised all the same, since it is
one for all hours: those that follow would stay open for ever. (Not `NewerTrendsFormatError`: newer code cures it.)"""

Known = Mapping[int, int]
"""Revisions known to exist, by position in the vector of the hour or day that sums them."""


class Closed(NamedTuple):
    """An hour or a day that was closed."""

    level: Level
    start: int
    given_up: list[BaseException]
    """Why buckets of it are not the sum they should be: `GIVEN_UP`."""


class Levels:
    """Keeps hours and days the sums of the level below. Thread-safe; remembers nothing."""

    def __init__(
        self,
        table: "TrendsTable",
        schedule: "Schedule",
        retention: "Retention",
        *,
        contention: Contention,
        pool: Executor,
        clock: Callable[[], float],
    ) -> None:
        """Read and write `table`, several buckets at a time in `pool`; `clock` tells epoch seconds."""
        self._table = table
        self._schedule = schedule
        self._retention = retention
        self._contention = contention
        self._pool = pool
        self._clock = clock

    def state(self) -> LevelsState:
        """Read the state, making the first one where there is none: all past hours closed, since they are empty.

        A writer reads it after its minute writes, so one that wrote into those hours corrects them now.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: a state that this code can't read.
        """
        state = self._table.state()
        if state is None:
            now = self._clock()
            hour, day = Level.HOUR.floor(now), Level.DAY.floor(now)
            self._table.create_state(LevelsState(hour, hour, day, day, late_done=int(now)))
            state = self._table.state()
        if state is None:
            raise LookupError(f"the levels state was deleted from table {self._table.table} while it was read")
        return state

    def bring_up_to_date(
        self,
        level: Level,
        start: int,
        bucket: int,
        known: Known,
        time_left: Callable[[], float],
        *,
        before_put: Callable[[], object] = lambda: None,
    ) -> BucketItem:
        """Make one bucket of an hour or day the sum of the level below; returns the item as it is in the table.

        If there are `known` revisions and it has them all, it is taken for up to date without reading its parts.
        `before_put` is called before each write.

        Raises:
            ContendedError: others were first each time.
            DeadlineError: too little time was left.
            ScheduleChangedError: the schedule's entry for it or one of its parts has been changed since.
            PartsExpiredError: what it sums is partly gone; it stays as it is.
            BucketTooLargeError: more values than can be written.
            TrendsFormatError: the table has something that this code can't read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            Exception: what `before_put` raises.
        """
        target = self._read(level, start, bucket)
        if known and all(target.vector[position] >= revision for position, revision in known.items()):
            return target
        refused = 0
        while True:
            deadline.check(target.name, time_left)
            parts = self._table.query(BELOW[level], bucket, start, start + level.seconds, consistent=True)
            for part in parts:
                schedule_check.check(part, self._schedule)
            total = summed(target, parts)
            if total is target:
                return target
            before_put()
            try:
                self._table.put(total)
            except RevisionRefusedError as refusal:
                refused += 1
                self._contention.refused(target.name, refused)
                target = refusal.winner or self._read(level, start, bucket)
                schedule_check.check(target, self._schedule)
            else:
                return total

    def correct(
        self,
        level: Level,
        written: "Iterable[BucketItem | Progress]",
        time_left: Callable[[], float],
        *,
        before_put: Callable[[], object],
    ) -> tuple[list[BucketItem], dict[int, BaseException]]:
        """Sum again the hours (days) that hold the minutes (hours) in `written`, with `before_put` before each write.

        Returns:
            The items of the hours (days), and by start of an hour (day) why it could not be brought up to date.
        """
        known: dict[tuple[int, int], dict[int, int]] = {}
        for item in written:
            start = level.floor(item.start)
            position = (item.start - start) // item.level.seconds
            known.setdefault((start, item.bucket), {})[position] = item.revision
        tasks = {
            key: self._pool.submit(self.bring_up_to_date, level, *key, revisions, time_left, before_put=before_put)
            for key, revisions in known.items()
        }
        items: list[BucketItem] = []
        failures: dict[int, BaseException] = {}
        for (start, _), task in tasks.items():
            if (error := deadline.error_of(task, f"{level} {start}", time_left)) is not None:
                failures[start] = error
            else:
                items.append(task.result())
        return items, failures

    def close_due(
        self, state: LevelsState, most: int, time_left: Callable[[], float], *, take_over_after: float
    ) -> Iterator[Closed]:
        """Close up to `most` hours that are due, in order, and the days that are complete with them; yield each.

        One that someone else began to close is left to them until `take_over_after` seconds after it was due. A bucket
        that can't be summed (`GIVEN_UP`) keeps its hour open no longer than the others.

        Raises:
            What `bring_up_to_date` does but for `GIVEN_UP`; what was yielded before stays closed.
        """
        others_until = self._clock() - CLOSE_AFTER_SECONDS - take_over_after
        due = int(self._clock()) - CLOSE_AFTER_SECONDS
        hours_closed = state.closed
        for start in _ending_by(due, Level.HOUR, state.closed)[:most]:
            if not self._begin(Level.HOUR, start, state, others_until):
                break
            yield self._close(Level.HOUR, start, time_left)
            hours_closed = start + Level.HOUR.seconds
        for start in _ending_by(hours_closed, Level.DAY, state.day_closed)[:most]:
            if not self._begin(Level.DAY, start, state, others_until):
                break
            yield self._close(Level.DAY, start, time_left)

    def _begin(self, level: Level, start: int, state: LevelsState, others_until: float) -> bool:
        """Tell whether to close the hour or day at `start`: nobody began to, or it ended before `others_until`."""
        end = start + level.seconds
        begun = state.is_closing(level, start) or not self._table.raise_mark(Mark.closing(level), end)
        return not begun or end <= others_until

    def _close(self, level: Level, start: int, time_left: Callable[[], float]) -> Closed:
        buckets = range(1 + self._schedule.buckets_at(start))
        tasks = [self._pool.submit(self.bring_up_to_date, level, start, bucket, {}, time_left) for bucket in buckets]
        given_up: list[BaseException] = []
        for task in tasks:
            if (error := deadline.error_of(task, f"{level} {start}", time_left)) is None:
                continue
            if not isinstance(error, GIVEN_UP) or isinstance(error, NewerTrendsFormatError):
                raise error
            given_up.append(error)
        self._table.raise_mark(Mark.closed(level), start + level.seconds)
        return Closed(level, start, given_up)

    def _read(self, level: Level, start: int, bucket: int) -> BucketItem:
        item = self._table.get(level, start, bucket) or BucketItem.blank(
            level,
            start,
            bucket,
            positions=positions(level),
            expires_at=self._retention.expires_at(level, start),
            buckets=self._schedule.buckets_at(start),
        )
        schedule_check.check(item, self._schedule)
        return item


def _ending_by(until: int, level: Level, start: int) -> range:
    """Return the starts of the hours or days from `start` on that end by `until`."""
    return range(start, until - level.seconds + 1, level.seconds)
