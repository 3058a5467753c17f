"""Gathering late segments, and applying them when they are due: the past is corrected, but not for each event alone.

A late segment is kept in a late item (`consumers.trends.late`), then its record of the log's stream is acknowledged.
Whoever runs next after it is due, rollup or the sweep, applies it by the same code as any other segment. How far that
has come is said by two marks of the levels state: ``late_begun`` is raised by the one who applies what is due until
then, ``late_done`` when all of that is applied or kept anew. One who ends in between is succeeded after a while by
another, for whom what was applied is a repeat. (The marks are due times, so where all are far behind, two may do the
same work, which costs, and changes nothing.) Late items are left to expire: deleting one costs as much as writing it.

Nothing here is needed for exactness: a late item that is lost leaves a segment that the sweep finds missing. So one
that can't be read is reported and passed over, and holds up no other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from consumers.rollup import deadline, lateness
from consumers.rollup.contention import ContendedError
from consumers.rollup.deadline import DeadlineError
from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.rollup.report import Report, ScheduleMismatchError
from consumers.schedule import HOUR, MINUTE, Address
from consumers.tables import Level
from consumers.trends.errors import TrendsError, TrendsFormatError
from consumers.trends.state import Mark

if TYPE_CHECKING:
    from consumers.rollup.at_hand import SegmentsAtHand
    from consumers.trends.late import LateSegment
    from consumers.trends.table import TrendsTable

STEP_SECONDS: Final = 300
"""Of due times in one step after a batch, at most: a backlog shrinks as long as batches come faster than that."""

BEGIN_SECONDS: Final = 15.0
"""Time that must be left to begin a step. It takes seconds. A third of the shortest timeout that the template allows:
the sweep spends up to half of its time here."""

REPEATED_SECONDS: Final = HOUR
"""How long after it was due what failed is tried again, before it is kept anew, which means hours."""

SEGMENTS_AT_ONCE: Final = 10_000
"""Applied together, more or less: some 30 MB of memory."""

_NEVER: Final = 9_999_999_998
"""Later than anything is due, and in the ten digits of a sort key."""


class Minutes(Protocol):
    """What is needed of a `consumers.rollup.rollup.Rollup`."""

    @property
    def oldest_hour(self) -> int:
        """The oldest hour (epoch seconds) of which no minute has expired."""

    def at_hand(self, minute: int) -> "SegmentsAtHand":
        """Return a collection for the segments of `minute` (epoch seconds)."""

    def fits(self, address: Address) -> bool:
        """Tell whether `address` is one of its minute's by the schedule."""

    def bring_up_to_date(
        self, minutes: "list[SegmentsAtHand]", report: Report, time_left: Callable[[], float]
    ) -> object:
        """Apply what is at hand of `minutes`, and add to `report` what happened."""


class Corrections:
    """Keeps late segments, and applies those that are due."""

    def __init__(self, table: "TrendsTable", minutes: Minutes, *, pool: Executor, clock: Callable[[], float]) -> None:
        """Keep segments in `table`, apply them to `minutes`; `clock` tells epoch seconds."""
        self._table = table
        self._minutes = minutes
        self._pool = pool
        self._clock = clock

    def keep(self, segments: "Iterable[LateSegment]", report: Report, time_left: Callable[[], float]) -> None:
        """Keep `segments` until they are due. What could not be kept is in `report`: its minutes must come again."""
        now = self._clock()
        together: dict[tuple[int, int], list[LateSegment]] = {}
        for segment in segments:
            minute = segment.address.minute
            together.setdefault((Level.HOUR.floor(minute), lateness.due(minute, now)), []).append(segment)
        tasks = {key: self._pool.submit(self._table.keep_late, *key, some) for key, some in together.items()}
        for key, task in tasks.items():
            if (error := deadline.error_of(task, f"late segments of hour {key[0]}", time_left)) is None:
                report.gathered += len(together[key])
            else:
                report.file({segment.address.minute for segment in together[key]}, error)

    def apply_due(
        self, report: Report, time_left: Callable[[], float], *, most: int = 1, step: int = STEP_SECONDS
    ) -> None:
        """Apply what is due, after `bring_up_to_date`, in up to `most` steps of `step` seconds of due times each.

        What came of it is added to `report`.

        A failure is no reason for any segment of a batch to come again. A call that failed leaves a minute written in
        part, so another run tries after `TAKE_OVER_SECONDS`; what no repeating cures, or did not within
        `REPEATED_SECONDS`, is kept anew, so that nothing else waits for it.
        """
        if report.state is None:
            return
        now = self._clock()
        done, begun = report.state.late_done, report.state.late_begun
        try:
            if done is None:  # older code made the state; what this run has kept is due later than now
                self._table.raise_mark(Mark.LATE_DONE, int(now))
                return
            begun = begun or done
            for _ in range(most):
                until = min(int(now) // MINUTE * MINUTE, done + step)
                if begun > done:
                    if begun + TAKE_OVER_SECONDS > now:
                        return  # someone else is at it
                    until = max(until, begun + 1)
                if until <= done or time_left() < BEGIN_SECONDS or not self._table.raise_mark(Mark.LATE_BEGUN, until):
                    return
                if not self._apply(done, until, report, time_left):
                    return
                self._table.raise_mark(Mark.LATE_DONE, until)
                done = begun = until
        except (ClientError, BotoCoreError, TrendsError, DeadlineError) as error:
            report.not_failing.append(error)

    def pending(
        self, hour: int, done: int | None, unread: Callable[[TrendsFormatError], object]
    ) -> set[tuple[Address, int]]:
        """Return address and number of each segment of an hour that is kept and due later than `done`.

        `unread` is called for each item that this code can't read: what is in it is not kept, then.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        items = self._table.late(hour, int(self._clock()) if done is None else done, _NEVER, unread)
        return {(segment.address, segment.number) for segments in items for segment in segments}

    def _apply(self, after: int, until: int, report: Report, time_left: Callable[[], float]) -> bool:
        """Apply what is due in that time, each hour whatever became of others; False if another run must repeat it.

        Raises:
            DeadlineError: too little time is left for the rest, which another run does after `TAKE_OVER_SECONDS`.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        repeats = self._clock() - until < REPEATED_SECONDS
        done = True
        for hour in lateness.hours_due(after, until, self._minutes.oldest_hour):
            for segments in _gulps(self._due(hour, after, until, report, time_left)):
                done = self._apply_some(segments, report, time_left, repeats=repeats) and done
        return done

    def _due(
        self, hour: int, after: int, until: int, report: Report, time_left: Callable[[], float]
    ) -> "Iterator[list[LateSegment]]":
        """Yield the late segments of an hour, an item at a time, while there is time: for its page and its writes."""
        name = f"what came late in hour {hour}"
        deadline.check(name, time_left)
        for segments in self._table.late(hour, after, until, report.not_failing.append):
            yield segments
            deadline.check(name, time_left)

    def _apply_some(
        self, segments: "Sequence[LateSegment]", report: Report, time_left: Callable[[], float], *, repeats: bool
    ) -> bool:
        own = Report()
        minutes: dict[int, SegmentsAtHand] = {}
        for segment in segments:
            address = segment.address
            if not self._minutes.fits(address):
                own.failed_addresses[address] = ScheduleMismatchError(address)
                continue
            if address.minute not in minutes:
                minutes[address.minute] = self._minutes.at_hand(address.minute)
            minutes[address.minute].add(segment)
        self._minutes.bring_up_to_date(list(minutes.values()), own, time_left)
        failed = [segment for segment in segments if own.failure(segment.address)]
        anew = [segment for segment in failed if not (repeats and _may_pass(own.failure(segment.address)))]
        again = Report()
        self.keep(anew, again, time_left)
        report.add(own)
        report.not_failing += again.failed_minutes.values()
        return len(anew) == len(failed) and not again.failed_minutes


def _may_pass(error: BaseException | None) -> bool:
    """Tell whether a failure may be none the next time."""
    return isinstance(error, ClientError | BotoCoreError | DeadlineError | ContendedError)


def _gulps(items: "Iterator[list[LateSegment]]") -> "Iterator[list[LateSegment]]":
    """Yield the segments of several items together, so that a minute is rewritten once for all of them."""
    gulp: list[LateSegment] = []
    for segments in items:
        gulp += segments
        if len(gulp) >= SEGMENTS_AT_ONCE:
            yield gulp
            gulp = []
    if gulp:
        yield gulp
