"""The second half of a rebuild: the pane log goes into the trends, by the sweep's and rollup's own code.

The sweep finds what the log has and the trends lack; here that is everything. Hours come in order and the clock that
rollup looks at goes with them: each hour is closed once, right behind its segments, and none counts as expired, however
long ago it was.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.rebuild.folding import RebuildError
from consumers.rebuild.report import Report
from consumers.rollup.contention import ContendedError
from consumers.rollup.deadline import DeadlineError
from consumers.rollup.levels import CLOSE_AFTER_SECONDS
from consumers.rollup.report import LASTING
from consumers.schedule import HOUR, MINUTE
from consumers.sweep.sweep import Sweep, SweepReport
from consumers.trends.errors import TrendsError
from consumers.trends.state import Mark

ATTEMPTS: Final = 3
"""Tries for an hour."""
WAIT_SECONDS: Final = 2.0
"""Between them."""
MOST_CLOSED: Final = 1_000_000
"""Hours closed at a time: as many as there are."""


class EventClock:
    """The time that rollup and the sweep are told: that of the hour at hand, and in the end the real one."""

    def __init__(self, real: Callable[[], float]) -> None:
        """Tell what `real` tells (epoch seconds) until it is set."""
        self._real = real
        self._at: float | None = None

    def __call__(self) -> float:
        """Return the time in epoch seconds."""
        return self._real() if self._at is None else min(self._at, self._real())

    def set(self, at: float | None) -> None:
        """Stand still at `at`, or tell the real time again. It never tells a time that has not come."""
        self._at = at


class Summing:
    """Brings hours of event time into the trends."""

    def __init__(
        self,
        sweep: Sweep,
        clock: EventClock,
        report: Report,
        *,
        tell: Callable[[str], None],
        progress: Callable[[str], None],
        sleep: Callable[[float], None],
        seconds_left: Callable[[], float],
    ) -> None:
        """Use `sweep`, whose clock is `clock`; `tell` takes what can't be summed, `progress` how far it is.

        `seconds_left` is for the calls of one hour.
        """
        self._tell = tell
        self._sweep = sweep
        self._clock = clock
        self._report = report
        self._progress = progress
        self._sleep = sleep
        self._seconds_left = seconds_left

    def run(self, hours: Iterable[int]) -> None:
        """Bring the event times `hours` (epoch seconds, rising) up to date, and close all hours and days that are over.

        What it did before is found and not done again. What no repetition can cure is told, and holds up nothing.

        Raises:
            RebuildError: an hour could not be brought up to date.
        """
        ordered = list(hours)
        for number, hour in enumerate(ordered, start=1):
            name = datetime.fromtimestamp(hour, UTC).isoformat()
            self._until_well(f"the hour from {name}", partial(self._bring_up_to_date, hour))
            self._report.hours_summed += 1
            self._progress(f"summing: {number:,} of {len(ordered):,} hours")
        self._clock.set(None)
        self._until_well("hours and days", self._conclude)

    def _bring_up_to_date(self, hour: int) -> list[BaseException]:
        """Return what went wrong and may go better another time."""
        self._clock.set(hour)
        self._sweep.rollup.levels.state()  # which the first one makes: all hours before it are closed, being empty
        self._clock.set(hour + HOUR + CLOSE_AFTER_SECONDS)
        report = SweepReport()
        in_time = self._sweep.check(range(hour, hour + HOUR, MINUTE), report, self._seconds_left)
        rollup = report.rollup
        troubles = [*rollup.failed_minutes.values(), *rollup.failed_addresses.values()]
        troubles += [error for error in rollup.not_failing if not isinstance(error, LASTING)]
        if not in_time:
            troubles.append(DeadlineError(f"hour {hour}"))
        if not troubles:
            self._give_up(error for error in rollup.not_failing if isinstance(error, LASTING))
            self._close()
        return troubles

    def _conclude(self) -> list[BaseException]:
        # Nothing here was gathered to be applied later: rollup need not go through all the time that has passed.
        table = self._sweep.rollup.table
        for mark in (Mark.LATE_BEGUN, Mark.LATE_DONE):
            table.raise_mark(mark, int(self._clock()))
        self._close()
        return []

    def _close(self) -> None:
        levels = self._sweep.rollup.levels
        closing = levels.close_due(levels.state(), MOST_CLOSED, self._seconds_left, take_over_after=0)
        self._give_up(error for closed in closing for error in closed.given_up)

    def _give_up(self, errors: Iterable[BaseException]) -> None:
        for error in errors:
            self._report.not_summed += 1
            self._tell(_in_words(error))

    def _until_well(self, what: str, do: Callable[[], list[BaseException]]) -> None:
        troubles: list[BaseException] = []
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(WAIT_SECONDS)
            try:
                troubles = do()
            except (ClientError, BotoCoreError, ContendedError, DeadlineError, TrendsError) as error:
                troubles = [error]
            if not troubles:
                return
        raise RebuildError(f"{what} could not be summed: {'; '.join(sorted({_in_words(each) for each in troubles}))}")


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
