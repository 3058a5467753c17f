"""Scheduled functions run once a period, with EventBridge's event."""

import json
import threading
from datetime import UTC, datetime

from local.functions.schedules import Schedules, scheduled_event
from local.template.resources import Schedule

NOW = datetime(2026, 4, 29, 9, 30, tzinfo=UTC)


class Periods(threading.Event):
    """Lets a number of waits pass at once, then stops."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.waited: list[float | None] = []
        self._count = count

    def wait(self, timeout: float | None = None) -> bool:
        """Note how long would be waited."""
        self.waited.append(timeout)
        return len(self.waited) > self._count


def schedule(event: str | None = None) -> Schedule:
    """A schedule of a sweep every five minutes."""
    return Schedule("SweepRate", "arn:aws:events:us-east-1:123456789012:rule/sweep", "SweepFunction", 300, event)


def test_a_function_starts_after_each_period() -> None:
    started: list[tuple[str, bytes]] = []
    periods = Periods(2)
    schedules = Schedules([schedule()], lambda *call: started.append(call), lambda: NOW, periods)
    schedules.stop()
    assert periods.waited == [300, 300, 300]
    assert [function for function, _ in started] == ["SweepFunction", "SweepFunction"]
    assert json.loads(started[0][1])["source"] == "aws.events"


def test_the_event_of_the_template_goes_before_eventbridges() -> None:
    started: list[bytes] = []
    Schedules([schedule('{"deep": true}')], lambda _, event: started.append(event), lambda: NOW, Periods(1)).stop()
    assert started == [b'{"deep": true}']


def test_nothing_starts_once_stopped() -> None:
    started: list[bytes] = []
    schedules = Schedules([schedule()], lambda _, event: started.append(event), lambda: NOW)
    schedules.stop()
    schedules.stop()
    assert not started


def test_the_event_names_its_rule_and_time() -> None:
    event = scheduled_event(schedule(), NOW)
    assert event["time"] == "2026-04-29T09:30:00Z"
    assert event["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/sweep"]
    assert event["detail-type"] == "Scheduled Event"
