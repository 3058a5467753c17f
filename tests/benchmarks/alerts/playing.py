"""The demo source's events, counted by the minute and judged as the alerts function does."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from consumers.alerts.alert import Alert
from consumers.alerts.judging import Minute, judge
from consumers.alerts.rules import Rules
from consumers.alerts.run import MOST_RAISED
from consumers.alerts.state import AlertsState
from consumers.counts import Counts, add, empty
from consumers.schedule import HOUR, MINUTE
from penstock.events import SocialEvent
from penstock.sources.demo import Demo

START: Final = int(datetime(2026, 1, 5, 12, 0, tzinfo=UTC).timestamp())
HASHTAGS_AN_EVENT: Final = 1.5


class Watch:
    """One set of rules, applied minute after minute."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.alerts: list[Alert] = []
        self._state = AlertsState()

    def judge(self, end: int, minutes: Mapping[int, Minute]) -> None:
        """Judge the window up to `end`."""
        findings = judge(end, minutes, self.rules)
        fresh = [each.alert for each in findings if not self._state.cooling(each.alert.key, end, self.rules)]
        raised = fresh[: min(MOST_RAISED, self._state.room(end, self.rules))]
        state = self._state.after(end, [each.alert.key for each in findings], raised, self.rules)
        self._state = state.without({alert.id for alert in raised})
        self.alerts += raised


def play(seed: int, rate: float, hours: float, watches: list[Watch]) -> None:
    """Play some hours of the source, so many events a second; an event counts when it comes, by its own time."""
    counted: dict[int, Counts] = {}
    reach = max(watch.rules.reach for watch in watches)
    for end in _counted(seed, rate, hours, counted):
        for old in [minute for minute in counted if minute < end - reach]:
            del counted[old]
        minutes = {
            minute: Minute({dimension: sum(values.values()) for dimension, values in counts.items()}, counts)
            for minute, counts in counted.items()
        }
        for watch in watches:
            watch.judge(end, minutes)


def _counted(seed: int, rate: float, hours: float, counted: dict[int, Counts]) -> Iterator[int]:
    """Yield the end of each minute once its events are counted, those that come twice once."""
    start = datetime.fromtimestamp(START, UTC)
    now = [start]
    seen: set[str] = set()
    end = START + MINUTE
    for number, event in enumerate(Demo(seed=seed, clock=lambda: now[0])):
        now[0] = start + timedelta(seconds=number / rate)
        while now[0].timestamp() >= end:
            yield end
            end += MINUTE
        if number >= rate * hours * HOUR:
            return
        if isinstance(event, SocialEvent) and event.event_id not in seen:
            seen.add(event.event_id)
            minute = int(event.created_at.timestamp()) // MINUTE * MINUTE
            add(counted.setdefault(minute, empty()), _counts(event))


def _counts(event: SocialEvent) -> Counts:
    return {
        "hashtag": dict.fromkeys(event.hashtags, 1),
        "lang": {event.lang or "und": 1},
        "platform": {event.platform: 1},
        "kind": {event.kind: 1},
    }
