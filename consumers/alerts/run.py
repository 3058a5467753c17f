"""One run: judge the windows that are new, decide, publish.

The order is what makes it safe to stop anywhere: what is published was in the stored outbox before, and leaves it only
once SNS has it (`consumers.alerts.state`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from consumers.alerts.alert import Alert
from consumers.alerts.judging import Finding, in_order, judge, unusual_then
from consumers.alerts.rules import Rules
from consumers.alerts.state import KEPT_SECONDS, AlertsState
from consumers.alerts.store import OtherRunError
from consumers.alerts.windows import due
from consumers.schedule import DAY, HOUR

if TYPE_CHECKING:
    from consumers.alerts.minutes import MinutesReader
    from consumers.trends.hidden import Hidden
    from consumers.trends.state import LevelsState

MOST_RAISED: Final = 20
"""Alerts that one window raises, those with the highest score. What is left out is judged again a minute later."""

DAYS_BEFORE: Final = (1, 7)
"""What rises at this time of day, or of the week, is no news. Minutes are kept for 15 days at least."""

GIVE_UP_SECONDS: Final = HOUR
"""An alert that could not be published this long after its window is no news any more: it is dropped, and counted."""

OUTBOX_SECONDS: Final = 15.0
"""A run publishes for this long what earlier ones left, so that judging has its time whatever the topic does."""

RESERVE_SECONDS: Final = 15.0
"""Time that must be left to begin a publish or another window: what a publish and a write take at most, by the timeouts
of `consumers.alerts.handler`."""

NEVER_TAKEN: Final = frozenset(("InvalidParameter", "ParameterValueInvalid", "ValidationError", "ValidationException"))
"""SNS's errors of the message itself (Publish and Common Errors, Amazon SNS API Reference), the same at every try; all
others are of the topic, its key, a right or the network, and the same for every alert."""


class Trends(Protocol):
    """What is needed of a `consumers.trends.table.TrendsTable` besides its minutes."""

    def state(self, *, consistent: bool = True) -> "LevelsState | None":
        """Return how far the levels are summed, and the newest arrival."""

    def hidden(self) -> "Hidden":
        """Return the values that no alert may name."""


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
    hidden: int = 0
    """Values that were abnormal and alerts that waited, of which none is told since they are hidden."""
    given_up: int = 0
    """Alerts dropped unpublished: too old, too many, or such as SNS does not take."""
    waiting: int = 0
    """Alerts in the outbox when it was last looked at."""
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

    def run(self, report: Report, time_left: Callable[[], float]) -> None:
        """Publish what an earlier run decided, judge what is new, decide, publish.

        Args:
            report: An empty one, to be filled: what is in it was done, even if an error ends the run.
            time_left: Tells the invocation's seconds.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the tables can't be read or written.
            TrendsError: an item of the trends that can't be read.
            CountsFormatError: counts that can't be read.
            StateFormatError: a state that can't be read.
        """
        try:
            state = self._store.read()
            until = time_left() - OUTBOX_SECONDS
            state = self._publish(state, report, lambda: time_left() - max(until, RESERVE_SECONDS))
            decided = self._judge(state, report, time_left)
            if decided != state:
                stored = self._write(decided)
                report.waiting = len(stored.outbox)
                if not report.errors:  # else the topic is tried again by the next run
                    self._publish(stored, report, lambda: time_left() - RESERVE_SECONDS)
        except OtherRunError:
            report.other_run = True

    def _judge(self, state: AlertsState, report: Report, time_left: Callable[[], float]) -> AlertsState:
        levels = self._trends.state(consistent=False)
        if levels is None or levels.newest_arrival_ms is None or not self._rules.dimensions:
            return state
        newest_arrival = levels.newest_arrival_ms / 1000
        ends = due(state.judged, self._clock(), newest_arrival)
        if not ends:
            return state
        minutes, hidden = self._reader.windows(ends, newest_arrival), self._trends.hidden()
        for end in ends:
            findings = judge(end, minutes, self._rules)
            fresh = [each for each in findings if not state.cooling(each.alert.key, end, self._rules)]
            told = [each for each in fresh if not _is_hidden(each.alert, hidden)]
            report.hidden += len(fresh) - len(told)
            fresh = told
            unusual = self._unusual(fresh, end)
            raised = unusual[: min(MOST_RAISED, state.room(end, self._rules))]
            after = state.after(end, [finding.alert.key for finding in findings], raised, self._rules)
            report.given_up += len(state.outbox) + len(raised) - len(after.outbox)
            state = after
            report.windows += 1
            report.raised += len(raised)
            report.usual_then += len(fresh) - len(unusual)
            report.left_out += len(unusual) - len(raised)
            if time_left() < RESERVE_SECONDS:  # the next run judges the others
                break
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

    def _publish(self, state: AlertsState, report: Report, time_left: Callable[[], float]) -> AlertsState:
        """Publish the outbox, while there is time and until the topic can't be reached; the rest stays in it.

        What is hidden is looked up again: it may be by now, and was not when the alert was decided.
        """
        done: set[str] = set()
        hidden = self._trends.hidden() if state.outbox else {}
        for alert in state.outbox:
            if _is_hidden(alert, hidden):
                report.hidden += 1
            elif self._clock() - alert.end >= GIVE_UP_SECONDS:
                report.given_up += 1
            elif time_left() < 0:
                break
            else:
                try:
                    self._publish_one(alert)
                except (ClientError, BotoCoreError) as error:
                    report.errors.append(error)
                    if not _never_taken(error):
                        break
                    report.given_up += 1
                else:
                    report.published.append(alert)
            done.add(alert.id)
        left = state.without(done)
        report.waiting = len(left.outbox)
        return self._write(left) if done else state

    def _write(self, state: AlertsState) -> AlertsState:
        return self._store.write(state, int(self._clock()) + self._rules.cool_down + KEPT_SECONDS)


def _is_hidden(alert: Alert, hidden: "Hidden") -> bool:
    return alert.value in hidden[alert.dimension]


def _never_taken(error: ClientError | BotoCoreError) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in NEVER_TAKEN
