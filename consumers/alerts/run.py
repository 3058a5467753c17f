"""One run: judge the windows that are new, decide, publish.

The order is what makes it safe to stop anywhere: what is published was in the stored outbox before, and leaves it only
once SNS has it (`consumers.alerts.state`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from consumers.alerts.alert import Alert
from consumers.alerts.judging import Finding, in_order, judge, unusual_then
from consumers.alerts.rules import Rules
from consumers.alerts.state import KEPT_SECONDS, AlertsState
from consumers.alerts.store import OtherRunError
from consumers.alerts.windows import due
from consumers.schedule import DAY

if TYPE_CHECKING:
    from consumers.alerts.minutes import MinutesReader
    from consumers.trends.state import LevelsState

MOST_RAISED: Final = 20
"""Alerts that one window raises, those with the highest score. What is left out is judged again a minute later."""

DAYS_BEFORE: Final = (1, 7)
"""What rises at this time of day, or of the week, is no news. Minutes are kept for 15 days at least."""

GIVE_UP_SECONDS: Final = DAY
"""An alert that could not be published for this long is dropped, which is logged."""

MOST_ERRORS: Final = 3
"""After as many the topic can't be reached; what waits, waits for the next run, and the time left is for judging."""

RESERVE_SECONDS: Final = 5.0
"""Time that must be left to begin a call: what a slow one takes, and the write of what was published."""


class Trends(Protocol):
    """What is needed of a `consumers.trends.table.TrendsTable` besides its minutes."""

    def state(self, *, consistent: bool = True) -> "LevelsState | None":
        """Return how far the levels are summed, and the newest arrival."""


class Store(Protocol):
    """What is needed of a `consumers.alerts.store.AlertsStore`."""

    def read(self) -> AlertsState:
        """Return the state."""

    def write(self, state: AlertsState, expires_at: int) -> AlertsState:
        """Write it on condition of its revision; return it as written."""


@dataclass(slots=True)
class Report:
    """What one run found and did."""

    windows: int = 0
    """Windows judged."""
    raised: int = 0
    """Alerts decided."""
    published: list[Alert] = field(default_factory=list)
    left_out: int = 0
    """Values that were abnormal beyond `MOST_RAISED`, or than can be remembered."""
    usual_then: int = 0
    """Values that rose as they did a day or a week before."""
    given_up: int = 0
    """Alerts dropped unpublished."""
    waiting: int = 0
    """Alerts in the outbox at the end."""
    errors: list[BaseException] = field(default_factory=list)
    """Why alerts could not be published."""
    other_run: bool = False
    """Whether another run was first: this one stopped."""


class Alerts:
    """Watches the trends. One for each execution environment."""

    def __init__(
        self,
        trends: Trends,
        reader: "MinutesReader",
        store: Store,
        publish: Callable[[Alert], None],
        rules: Rules,
        *,
        clock: Callable[[], float],
    ) -> None:
        """Judge what `reader` reads by `rules`; `clock` tells epoch seconds."""
        self._trends = trends
        self._reader = reader
        self._store = store
        self._publish_one = publish
        self._rules = rules
        self._clock = clock

    def run(self, time_left: Callable[[], float]) -> Report:
        """Publish what an earlier run decided, judge what is new, decide, publish.

        `time_left` tells the invocation's seconds. What could not be published is in the report, and waits.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the tables can't be read or written.
            TrendsError: an item of the trends that can't be read.
            CountsFormatError: counts that can't be read.
            StateFormatError: a state that can't be read.
        """
        report = Report()
        try:
            state = self._store.read()
            state = self._publish(state, state.outbox, report, time_left)
            decided = self._judge(state, report)
            if decided != state:
                raised = decided.outbox[len(state.outbox) :]
                stored = self._write(decided)
                report.raised = len(raised)
                state = self._publish(stored, raised, report, time_left)
            report.waiting = len(state.outbox)
        except OtherRunError:
            report.other_run = True
        return report

    def _judge(self, state: AlertsState, report: Report) -> AlertsState:
        levels = self._trends.state(consistent=False)
        if levels is None or levels.newest_arrival_ms is None or not self._rules.dimensions:
            return state
        ends = due(state.judged, self._clock(), levels.newest_arrival_ms / 1000)
        if not ends:
            return state
        minutes = self._reader.windows(ends)
        for end in ends:
            if state.full:  # nothing may be raised, so nothing is judged
                break
            findings = judge(end, minutes, self._rules)
            fresh = [each for each in findings if not state.cooling(each.alert.key, end, self._rules)]
            unusual = self._unusual(fresh, end)
            raised = unusual[: min(MOST_RAISED, state.room(end, self._rules))]
            state = state.after(end, [finding.alert.key for finding in findings], raised, self._rules)
            report.windows += 1
            report.usual_then += len(fresh) - len(unusual)
            report.left_out += len(unusual) - len(raised)
        return state

    def _unusual(self, findings: list[Finding], end: int) -> list[Alert]:
        """Return the alerts of what did not rise like that at the same time of other days, highest score first."""
        left = findings
        for days in DAYS_BEFORE:
            if not left:
                break
            then, window = end - days * DAY, self._rules.window
            values = {
                dimension: {each.alert.value for each in left if each.alert.dimension == dimension}
                for dimension in self._rules.dimensions
            }
            minutes = self._reader.span(then - 2 * window, then + window, values)
            ends = (then - window, then, then + window)
            judged = [unusual_then(finding, ends, minutes, self._rules) for finding in left]
            left = [finding for finding in judged if finding is not None]
        return [finding.alert for finding in in_order(left)]

    def _publish(
        self, state: AlertsState, alerts: Sequence[Alert], report: Report, time_left: Callable[[], float]
    ) -> AlertsState:
        """Publish some of the outbox; what could not be published stays in it for a day."""
        done: set[str] = set()
        for alert in alerts:
            if time_left() < RESERVE_SECONDS or len(report.errors) >= MOST_ERRORS:
                break
            try:
                self._publish_one(alert)
            except (ClientError, BotoCoreError) as error:
                report.errors.append(error)
                if self._clock() - alert.end < GIVE_UP_SECONDS:
                    continue
                report.given_up += 1
            else:
                report.published.append(alert)
            done.add(alert.id)
        return self._write(state.without(done)) if done else state

    def _write(self, state: AlertsState) -> AlertsState:
        return self._store.write(state, int(self._clock()) + self._rules.cool_down + KEPT_SECONDS)
