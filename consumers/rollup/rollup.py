"""Applying segments to the trends: minutes first, then the closed hours and days that hold them, notes, freshness.

Work on one minute or level never waits for another's success: what could be written is written, and the report says
for which minutes and addresses the rest must come again.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.rollup import deadline, lateness
from consumers.rollup.allowance import Allowance
from consumers.rollup.at_hand import SegmentsAtHand
from consumers.rollup.contention import ContendedError, Contention
from consumers.rollup.corrections import Corrections
from consumers.rollup.deadline import DeadlineError
from consumers.rollup.levels import Levels
from consumers.rollup.memory import Memory
from consumers.rollup.minutes import BucketOutcome, MinuteWriter
from consumers.rollup.noting import Noting
from consumers.rollup.report import LASTING, MinuteExpiredError, Report, ScheduleMismatchError
from consumers.tables import Level
from consumers.trends.errors import TrendsError

if TYPE_CHECKING:
    from consumers.pane_log.log import PaneLog
    from consumers.pane_log.segment import Segment
    from consumers.schedule import Address, Schedule
    from consumers.trends.item import BucketItem
    from consumers.trends.retention import Retention
    from consumers.trends.table import Progress, TrendsTable


CLOSE_AGAIN_SECONDS: Final = 60
"""Between attempts to close what could not be closed, so that a lasting reason does not slow each batch down."""


class Rollup:
    """Applies segments. One for each execution environment; remembers minutes between calls."""

    def __init__(
        self,
        table: "TrendsTable",
        log: "PaneLog",
        schedule: "Schedule",
        retention: "Retention",
        *,
        pool: Executor,
        clock: Callable[[], float],
        contention: Contention,
        memory: Memory | None = None,
        allowance: Allowance | None = None,
        spent: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Write to `table`, several buckets at a time in `pool`; fill gaps from `log`; `clock` tells epoch seconds.

        `allowance` is for what came late and is corrected at once. `spent` tells what the calls of `table` have cost so
        far, in write units; by default they cost nothing, so all that is late is corrected at once.
        """
        self.table = table
        self.log = log
        self.schedule = schedule
        self.levels = Levels(table, schedule, retention, contention=contention, pool=pool, clock=clock)
        self.noting = Noting(table, schedule, retention, pool)
        self._minutes = MinuteWriter(table, log, schedule, retention, contention=contention, memory=memory)
        self._retention = retention
        self._pool = pool
        self._clock = clock
        self._close_again_at = 0.0
        self._allowance = allowance or Allowance()
        self._spent = spent
        self._failed: set[int] = set()
        """Minutes that may be written in part, or without their closed hour: not to be left so until they are due."""
        self.corrections = Corrections(table, self, pool=pool, clock=clock)

    def apply(self, segments: "Iterable[Segment]", time_left: Callable[[], float]) -> Report:
        """Apply `segments`, in whatever order they come; `time_left` tells the seconds until the caller is ended."""
        report = Report()
        minutes: dict[int, SegmentsAtHand] = {}
        for segment in segments:
            address = segment.address
            if not self.fits(address):
                report.failed_addresses[address] = ScheduleMismatchError(address)
                continue
            if address.minute not in minutes:
                minutes[address.minute] = self.at_hand(address.minute)
            minutes[address.minute].add(segment)
        expired = [at_hand for minute, at_hand in minutes.items() if self.expired(minute)]
        begun = [at_hand for minute, at_hand in minutes.items() if minute in self._failed and at_hand not in expired]
        now, late = lateness.parted(at_hand for at_hand in minutes.values() if at_hand not in expired + begun)
        before = self._spent()
        self._write_now(now + begun + expired, report, time_left)
        self._allowance.earn(self._spent() - before)
        self._correct(late, report, time_left)
        return report

    def _correct(self, late: list[SegmentsAtHand], report: Report, time_left: Callable[[], float]) -> None:
        """Bring the late minutes up to date, the newest hour first, while that is allowed; gather the others."""
        hours: dict[int, list[SegmentsAtHand]] = {}
        for at_hand in sorted(late, key=lambda at_hand: -at_hand.minute):
            hours.setdefault(Level.HOUR.floor(at_hand.minute), []).append(at_hand)
        gathered: list[SegmentsAtHand] = []
        for minutes in hours.values():
            if not self._allowance.is_left:
                gathered += minutes
                continue
            before = self._spent()
            self._write_now(minutes, report, time_left)
            self._allowance.spend(self._spent() - before)
        self.corrections.keep([segment for at_hand in gathered for segment in at_hand.segments()], report, time_left)

    def _write_now(self, minutes: list[SegmentsAtHand], report: Report, time_left: Callable[[], float]) -> None:
        """Bring `minutes` up to date, and remember which of them failed."""
        self.bring_up_to_date(minutes, report, time_left)
        written = {at_hand.minute for at_hand in minutes}
        self._failed = (self._failed - written) | (written & report.failed_minutes.keys())

    def at_hand(self, minute: int) -> SegmentsAtHand:
        """Return a collection for the segments of `minute` (epoch seconds)."""
        return SegmentsAtHand(minute, self.schedule.buckets_at(minute))

    def fits(self, address: "Address") -> bool:
        """Tell whether `address` is one of its minute's by the schedule."""
        entry = self.schedule.at(address.minute)
        return (
            (address.seconds, address.groups) == (entry.seconds, entry.groups)
            and address.pane % entry.seconds == 0
            and 0 <= address.group < entry.groups
        )

    def expired(self, minute: int) -> bool:
        """Tell whether parts of the hour of `minute` may have been deleted for their age."""
        return Level.HOUR.floor(minute) + self._retention.seconds(Level.MINUTE) <= self._clock()

    @property
    def oldest_hour(self) -> int:
        """The oldest hour (epoch seconds) of which no minute has expired."""
        return Level.HOUR.floor(self._clock() - self._retention.seconds(Level.MINUTE)) + Level.HOUR.seconds

    def close_due(self, report: Report, time_left: Callable[[], float], *, most: int, take_over_after: float) -> None:
        """Close hours and days that are due, after `bring_up_to_date`, and add to `report` how many.

        A failure is no reason for any segment to come again: it is tried again after `CLOSE_AGAIN_SECONDS`.
        """
        if report.state is None or self._clock() < self._close_again_at:
            return
        try:
            for closed in self.levels.close_due(report.state, most, time_left, take_over_after=take_over_after):
                report.closed += 1
                report.sums_given_up += bool(closed.given_up)
                report.not_failing.extend(closed.given_up)
        except (ClientError, BotoCoreError, ContendedError, DeadlineError, TrendsError) as error:
            report.not_failing.append(error)
            self._close_again_at = self._clock() + CLOSE_AGAIN_SECONDS

    def bring_up_to_date(
        self, minutes: list[SegmentsAtHand], report: Report, time_left: Callable[[], float]
    ) -> dict[int, int]:
        """Apply what is at hand of `minutes`, correct closed hours and days, and add to `report` what happened.

        Returns:
            By minute, how many segments were added to the bucket that lacked most.
        """
        open_: list[SegmentsAtHand] = []
        for at_hand in minutes:
            if self.expired(at_hand.minute):
                report.not_failing.append(MinuteExpiredError(at_hand.minute))
            else:
                open_.append(at_hand)
        # Bucket 0 of a minute comes before the others: what it says of the schedule holds for all of them. A bucket
        # that nobody has written yet says nothing, so without this order one that an altered entry adds would be.
        new = [at_hand for at_hand in open_ if not self._minutes.has_begun(at_hand.minute)]
        outcomes = self._write(((at_hand, 0) for at_hand in new), report, time_left)
        begun = {outcome.item.start for outcome in outcomes if outcome.item.revision}
        others = [(at_hand, range(1, 1 + at_hand.buckets)) for at_hand in new if at_hand.minute in begun]
        others += [(at_hand, range(1 + at_hand.buckets)) for at_hand in open_ if at_hand not in new]
        outcomes += self._write(
            ((at_hand, bucket) for at_hand, buckets in others for bucket in buckets), report, time_left
        )
        for at_hand in minutes:
            report.gaps_filled += at_hand.gaps_filled
            for address, error in at_hand.stuck.items():
                if isinstance(error, LASTING):
                    report.gaps_left_open += 1
                    report.not_failing.append(error)
                else:
                    report.failed_addresses[address] = error
        written = [outcome.item for outcome in outcomes]
        incorrect = self.correct_levels(written, report, time_left)
        self.noting.note(self.noting.changed(written, incorrect), report, time_left)
        self._mark_arrival(minutes, report)
        applied: dict[int, int] = {}
        for outcome in outcomes:
            applied[outcome.item.start] = max(outcome.applied, applied.get(outcome.item.start, 0))
        return applied

    def _write(
        self, buckets: Iterable[tuple[SegmentsAtHand, int]], report: Report, time_left: Callable[[], float]
    ) -> list[BucketOutcome]:
        """Apply what is at hand to `buckets` of minutes, and add to `report` what happened; leave out what failed."""
        tasks: list[tuple[SegmentsAtHand, int, Future[BucketOutcome]]] = []
        for at_hand, bucket in buckets:
            task = self._pool.submit(self._minutes.bring_up_to_date, at_hand, bucket, time_left)
            tasks.append((at_hand, bucket, task))
        outcomes: list[BucketOutcome] = []
        for at_hand, bucket, task in tasks:
            if (error := deadline.error_of(task, f"minute {at_hand.minute}", time_left)) is not None:
                report.file([at_hand.minute], error)
                continue
            outcome = task.result()
            outcomes.append(outcome)
            if bucket == 0:  # every event is in bucket 0, so it speaks for the minute
                report.applied += outcome.applied
                report.repeated += outcome.repeated
            report.buckets_written += outcome.written
            report.buckets_refused += outcome.refused
        return outcomes

    def correct_levels(
        self,
        written: "Sequence[BucketItem | Progress]",
        report: Report,
        time_left: Callable[[], float],
        *,
        before_put: Callable[[], object] = lambda: None,
    ) -> set[int]:
        """Sum again the closed hours, and then days, that lack a revision of the minutes in `written`.

        `before_put` is called before each write; what it raises fails that write.

        Returns:
            The minutes whose hour or day could not be summed.
        """
        incorrect: set[int] = set()

        def fail(minutes: list[int], error: BaseException) -> None:
            report.file(minutes, error)
            incorrect.update(minutes)

        try:
            # After the minute writes, so that a closer either saw them or has raised its mark (`levels`).
            state = self.levels.state()
            hours, failures = self.levels.correct(
                Level.HOUR,
                [item for item in written if state.is_closing(Level.HOUR, Level.HOUR.floor(item.start))],
                time_left,
                before_put=before_put,
            )
            for start, error in failures.items():
                fail(_minutes_within(written, Level.HOUR, start), error)
            if hours:  # likewise after the hour writes
                state = self.levels.state()
                _, failures = self.levels.correct(
                    Level.DAY,
                    [item for item in hours if state.is_closing(Level.DAY, Level.DAY.floor(item.start))],
                    time_left,
                    before_put=before_put,
                )
                for start, error in failures.items():
                    fail(_minutes_within(written, Level.DAY, start), error)
        except (ClientError, BotoCoreError, TrendsError) as error:
            # Nobody knows which hours are closed, so all of it comes again and is corrected then.
            fail([item.start for item in written], error)
        else:
            report.state = state
        return incorrect

    def _mark_arrival(self, minutes: list[SegmentsAtHand], report: Report) -> None:
        """Say how fresh the trends are, by what was applied."""
        arrivals = [at_hand.newest_arrival_ms for at_hand in minutes if at_hand.minute not in report.failed_minutes]
        newest = max((arrival for arrival in arrivals if arrival is not None), default=0)
        if report.state is None or newest <= (report.state.newest_arrival_ms or 0):
            return
        try:
            self.table.raise_arrival(newest, int(self._clock() * 1_000))
        except (ClientError, BotoCoreError) as error:  # readers see it with the next segments
            report.not_failing.append(error)


def _minutes_within(written: "Sequence[BucketItem | Progress]", level: Level, start: int) -> list[int]:
    return [item.start for item in written if level.floor(item.start) == start]
