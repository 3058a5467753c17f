"""One run of the sweep: what does the log have that the trends lack, and are hours and days the sums they should be?

The stream brings each segment to rollup, so the sweep finds something only where the stream could not: an outage that
outlasted its 24 hours, a batch that was given up. It repairs by the same code that applies the stream's segments.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.pane_log.horizon import Horizon, seen
from consumers.pane_log.segment import Segment, SegmentFormatError
from consumers.rollup.deadline import RESERVE_SECONDS
from consumers.rollup.report import Report
from consumers.rollup.rollup import Rollup
from consumers.rollup.schedule_check import ScheduleChangedError, check
from consumers.schedule import HOUR, MINUTE, Address, Entry
from consumers.sweep.plan import next_slice, recent_minutes
from consumers.sweep.probe import Expected, LogProbe
from consumers.tables import Level
from consumers.trends.errors import TrendsError, TrendsFormatError
from consumers.trends.notes import NOT_TOLD, Changed
from consumers.trends.table import Progress
from consumers.trends.vector import Vector

if TYPE_CHECKING:
    from consumers.rollup.at_hand import SegmentsAtHand

SETTLED_SECONDS: Final = 900
"""A segment that arrived less long ago, or whose minute is younger, is applied if the sweep meets it, but is no repair:
the stream was about to bring it."""

MINUTES_AT_ONCE: Final = 5
"""Minutes repaired together. A minute at 1,000 events/s may bring 5 MB of segments into memory."""

MOST_CLOSED: Final = 48
"""Hours (and days) closed in one run: after an outage of a week the sweep catches up in an hour."""

MOST_STEPS: Final = 4
STEP_SECONDS: Final = HOUR
"""Of due times: one run applies what came late and is due within so many steps (`consumers.rollup.corrections`)."""


@dataclass(slots=True)
class SweepReport:
    """What one run found and did."""

    addresses_checked: int = 0
    repaired: int = 0
    """Segments added to the trends here although the stream should have brought them long ago."""
    checks_failed: int = 0
    """Reads that failed: what they were for was not checked, which the next round does."""
    hours: list[int] = field(default_factory=list)
    """Hours of the slice that were checked, epoch seconds."""
    horizon: Horizon | None = None
    """For how long the log keeps segments; None where that could not be read or kept."""
    rollup: Report = field(default_factory=Report)


class Sweep:
    """Checks and repairs. One for each execution environment."""

    def __init__(
        self, rollup: Rollup, probe: LogProbe, hours: int, *, pool: Executor, clock: Callable[[], float]
    ) -> None:
        """Check the last `hours` and repair by `rollup`, reading several items at a time in `pool`.

        `clock` tells epoch seconds.
        """
        self.rollup = rollup
        self._probe = probe
        self._hours = hours
        self._pool = pool
        self._clock = clock
        self._late_done: int | None = None

    def run(self, time_left: Callable[[], float]) -> SweepReport:
        """Apply what came late and is due, check recent minutes and the next slice of hours, close what is due.

        Hours for which too little time was left are checked by the next run. What could not be read or repaired is in
        the report and stops nothing else; whatever happens, the next run goes on behind it, and hours are closed.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the place where to go on can't be read
                or kept.
        """
        report = SweepReport()
        now = self._clock()
        report.horizon = self._horizon(report)
        hours, _ = next_slice(self._cursor(report), now, self._hours)
        cursor = hours[0]
        try:
            self._apply_late(report, time_left)
            in_time = self.check(recent_minutes(now), report, time_left)
            for hour in hours:
                if not in_time:
                    break
                cursor = hour - HOUR
                in_time = self.check(range(hour, hour + HOUR, MINUTE), report, time_left)
                if in_time:
                    report.hours.append(hour)
                else:
                    cursor = hour
        finally:
            self.rollup.close_due(report.rollup, time_left, most=MOST_CLOSED, take_over_after=0)
            self.rollup.table.save_sweep_cursor(cursor)
        return report

    def _apply_late(self, report: SweepReport, time_left: Callable[[], float]) -> None:
        """Apply late segments that are due, for up to half of the time: checks need the other half.

        Before all checks, so that a run without time for all of them applies what is due all the same.
        """
        self._late_done = None
        try:
            report.rollup.state = self.rollup.table.state()
        except TrendsFormatError as error:
            _note(report, error)
        if report.rollup.state is None:
            return
        # As it was before: what is applied now is passed over as if it were still kept, which saves another read.
        self._late_done = report.rollup.state.late_done
        half = time_left() / 2
        self.rollup.corrections.apply_due(report.rollup, lambda: time_left() - half, most=MOST_STEPS, step=STEP_SECONDS)

    def _horizon(self, report: SweepReport) -> Horizon | None:
        """Return for how long the log keeps segments, and keep it for the next run where it has changed."""
        try:
            kept = self.rollup.table.horizon()
            before = None if kept is None else Horizon(*kept)
            horizon = seen(before, self._hours, self._clock())
            if horizon != before:
                self.rollup.table.save_horizon(*horizon)
        except (ClientError, BotoCoreError, TrendsError) as error:
            _note(report, error)
            return None
        return horizon

    def _cursor(self, report: SweepReport) -> int | None:
        """Return where to go on; from the newest hour where that is damaged."""
        try:
            return self.rollup.table.sweep_cursor()
        except TrendsFormatError as error:
            _note(report, error)
            return None

    def check(self, minutes: range, report: SweepReport, time_left: Callable[[], float]) -> bool:
        """Bring `minutes`, and the closed hours and days that hold them, up to date; False if time ran out.

        What was written and not noted, by whomever, is noted.
        """
        # Before the vectors: what is applied or told in between is then in both, rather than in neither.
        kept = self._kept(minutes, report)
        told = self._told(minutes, report)
        held, unread = self._reads(minutes, report)
        expected = list(_beyond(kept, self._expected(minutes, held, unread, report.rollup)))
        missing: list[Expected] = []
        try:
            missing = sorted(self._probe.found(expected), key=_minute)
            report.addresses_checked += len(expected)
        except (ClientError, BotoCoreError) as error:
            _note(report, error)
        for _, group in groupby(missing, key=lambda hit: _minute(hit) // (MINUTES_AT_ONCE * MINUTE)):
            if time_left() < 2 * RESERVE_SECONDS:
                return False
            self._repair(list(group), report, time_left)
        self._correct(held, frozenset(map(_minute, missing)), told, report, time_left)
        return time_left() >= 2 * RESERVE_SECONDS

    def _correct(
        self,
        held: list[Progress],
        repaired: frozenset[int],
        told: Mapping[int, int] | None,
        report: SweepReport,
        time_left: Callable[[], float],
    ) -> None:
        """Correct closed hours and days, also where nothing was missing, and note what nobody has told of.

        A minute may have been written by one who ended before correcting its hour, or before noting it.
        """
        minutes = {progress.start for progress in held if progress.start >= self.rollup.oldest_hour}
        noting, corrected = self.rollup.noting, False

        def correct() -> None:
            nonlocal corrected
            if not corrected:  # the first put of several; two at once may both, which does no harm
                noting.doubt(minutes)  # should this run end before it has noted them
                corrected = True

        incorrect = self.rollup.correct_levels(held, report.rollup, time_left, before_put=correct)
        revisions = noting.changed(held, incorrect)
        changed: Changed = {}
        if corrected:
            changed = {minute: None if minute in repaired else revisions[minute] for minute in sorted(minutes)}
        elif told is not None:  # those that were repaired have been noted
            untold = {minute for minute in minutes if told.get(minute, NOT_TOLD) != revisions[minute]}
            changed = {minute: revisions[minute] for minute in sorted(untold - repaired)}
        noting.note(changed, report.rollup, time_left)

    def _told(self, minutes: range, report: SweepReport) -> dict[int, int] | None:
        """Return by minute the revisions that were told of, or None where that can't be read."""
        try:
            notes = self.rollup.table.change_notes(Level.HOUR.floor(minutes[0]), Level.HOUR.floor(minutes[-1]))
        except (ClientError, BotoCoreError, TrendsError) as error:
            _note(report, error)
            return None
        return {minute: revisions for note in notes for minute, revisions in note.revisions.items()}

    def _kept(self, minutes: range, report: SweepReport) -> set[Expected]:
        """Return the late segments of the hours of `minutes` that wait until they are due: they are not missing."""
        kept: set[Expected] = set()
        for hour in range(Level.HOUR.floor(minutes[0]), minutes[-1] + MINUTE, HOUR):
            try:
                kept |= self.rollup.corrections.pending(hour, self._late_done, partial(_note, report))
            except (ClientError, BotoCoreError) as error:  # then they are applied early
                _note(report, error)
        return kept

    def _reads(self, minutes: range, report: SweepReport) -> tuple[list[Progress], Counter[int]]:
        """Return how far each bucket of `minutes` is, and by hour the number of buckets that can't be read."""
        end = minutes[-1] + MINUTE
        tasks = [
            (
                hour,
                self._pool.submit(
                    self.rollup.table.progress, Level.MINUTE, bucket, max(hour, minutes[0]), min(hour + HOUR, end)
                ),
            )
            for hour in range(Level.HOUR.floor(minutes[0]), end, HOUR)
            for bucket in range(1 + self.rollup.schedule.buckets_at(hour))
        ]
        held: list[Progress] = []
        unread: Counter[int] = Counter()
        for hour, task in tasks:
            try:
                held += task.result()
            except (ClientError, BotoCoreError, TrendsError) as error:
                unread[hour] += 1
                _note(report, error)
        return held, unread

    def _expected(
        self, minutes: range, held: list[Progress], unread: Counter[int], report: Report
    ) -> Iterator[Expected]:
        """Yield each address of `minutes` and how many of its segments every bucket has that could be read."""
        vectors: dict[int, list[Vector]] = {}
        for progress in held:
            try:
                check(progress, self.rollup.schedule)
            except ScheduleChangedError as error:
                report.failed_minutes[progress.start] = error
            vectors.setdefault(progress.start, []).append(progress.vector)
        for minute in minutes:
            if isinstance(report.failed_minutes.get(minute), ScheduleChangedError):
                continue
            entry = self.rollup.schedule.at(minute)
            of_minute = vectors.get(minute, [])
            buckets = 1 + self.rollup.schedule.buckets_at(minute) - unread[Level.HOUR.floor(minute)]
            if not buckets:
                continue
            if len(of_minute) < buckets:  # a bucket has no item, so it has nothing
                of_minute = [*of_minute, (0,) * entry.addresses_a_minute]
            yield from zip(addresses(minute, entry), map(min, *of_minute, of_minute[0]), strict=True)

    def _repair(self, missing: list[Expected], report: SweepReport, time_left: Callable[[], float]) -> None:
        reads = [(address, self._pool.submit(self.rollup.log.segments, address, number)) for address, number in missing]
        minutes: dict[int, SegmentsAtHand] = {}
        overdue: Counter[int] = Counter()
        settled = self._clock() - SETTLED_SECONDS
        for address, read in reads:
            try:
                segments: list[Segment] = read.result()
            except (ClientError, BotoCoreError, SegmentFormatError) as error:
                report.rollup.failed_addresses[address] = error
                continue
            if address.minute not in minutes:
                minutes[address.minute] = self.rollup.at_hand(address.minute)
            for segment in segments:
                minutes[address.minute].add(segment)
                overdue[address.minute] += max(segment.arrived_ms / 1000, address.minute) < settled
        applied = self.rollup.bring_up_to_date(list(minutes.values()), report.rollup, time_left)
        report.repaired += sum(min(number, overdue[minute]) for minute, number in applied.items())


def _beyond(kept: set[Expected], expected: Iterable[Expected]) -> Iterator[Expected]:
    """Yield what is expected after the segments that are kept."""
    for address, number in expected:
        following = number
        while (address, following) in kept:
            following += 1
        yield address, following


def addresses(minute: int, entry: Entry) -> Iterator[Address]:
    """Yield all addresses of a minute, in order of their position."""
    for pane in range(minute, minute + MINUTE, entry.seconds):
        for group in range(entry.groups):
            yield Address(pane, entry.seconds, group, entry.groups)


def _note(report: SweepReport, error: BaseException) -> None:
    report.checks_failed += 1
    report.rollup.not_failing.append(error)


def _minute(expected: Expected) -> int:
    return expected[0].minute
