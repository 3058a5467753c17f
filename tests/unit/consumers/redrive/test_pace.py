"""A pace is even, and a pause is not followed by a burst."""

import pytest

from consumers.redrive.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def test_events_are_evenly_spread() -> None:
    clock = Clock()
    pace = Pace(10, lambda: clock.now, clock.sleep)
    times = []
    for _ in range(31):
        pace.wait()
        times.append(clock.now)
    assert times[-1] - times[0] == pytest.approx(3.0)


def test_after_a_pause_it_goes_on_at_its_pace() -> None:
    clock = Clock()
    pace = Pace(10, lambda: clock.now, clock.sleep)
    pace.wait()
    clock.now += 60
    start = clock.now
    for _ in range(11):
        pace.wait()
    assert clock.now - start >= 0.9


def test_without_a_rate_nothing_waits() -> None:
    clock = Clock()
    pace = Pace(None, lambda: clock.now, clock.sleep)
    for _ in range(1_000):
        pace.wait()
    assert clock.now == 100.0
