"""Each method of a stage takes so many requests at once, and so many a second."""

from local.gateway.throttle import Throttle
from local.template.resources import Route, Throttling

A, B = Route("GET", "/a", "Function"), Route("GET", "/b", "Function")


def test_what_is_more_than_the_burst_waits_for_the_rate() -> None:
    now = [100.0]
    throttle = Throttle(Throttling(rate=2, burst=3), lambda: now[0])
    assert [throttle.admits(A) for _ in range(5)] == [True, True, True, False, False]
    now[0] += 0.5
    assert [throttle.admits(A) for _ in range(2)] == [True, False]
    now[0] += 60
    assert [throttle.admits(A) for _ in range(5)] == [True, True, True, False, False]


def test_methods_do_not_take_from_each_other() -> None:
    throttle = Throttle(Throttling(rate=1, burst=1), lambda: 0.0)
    assert [throttle.admits(A), throttle.admits(A), throttle.admits(B)] == [True, False, True]


def test_a_stage_without_limits_admits_everything() -> None:
    throttle = Throttle(None, lambda: 0.0)
    assert all(throttle.admits(A) for _ in range(1_000))
