"""Events are put evenly, at the rate that was asked for."""

import pytest

from penstock.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def put(pace: Pace, clock: Clock, events: int) -> float:
    """Put events, sleeping as long as told; return the seconds it took."""
    began = clock.now
    for _ in range(events):
        while wait := pace.wait():
            clock.now += wait
    return clock.now - began


def test_without_a_rate_nothing_waits() -> None:
    assert put(Pace(None, Clock()), Clock(), 1000) == 0


@pytest.mark.parametrize("rate", [0.5, 10, 25_000])
def test_events_come_at_the_rate(rate: float) -> None:
    clock = Clock()
    assert put(Pace(rate, clock), clock, 1 + int(rate * 10)) == pytest.approx(10, abs=0.06)


@pytest.mark.parametrize("rate", [10, 100])
def test_a_pause_is_not_made_up_for_by_a_burst(rate: int) -> None:
    clock = Clock()
    pace = Pace(rate, clock)
    put(pace, clock, 10)
    clock.now += 3600
    assert put(pace, clock, 1 + rate) >= 0.94


def test_sleeping_too_long_does_not_slow_the_pace() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    began = clock.now
    for _ in range(1000):
        while wait := pace.wait():
            clock.now += wait + 0.001
    assert clock.now - began == pytest.approx(10, rel=0.02)
