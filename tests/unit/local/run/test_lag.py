"""The lag meter pairs acceptances with answers, in bounded memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.run.lag import LagMeter, LagSummary


def test_the_nth_accepted_is_paired_with_the_first_answer_that_holds_n() -> None:
    meter = LagMeter()
    meter.accepted(10.0, 50)
    meter.accepted(11.0, 50)
    meter.answered(12.0, 50)
    meter.answered(14.0, 100)
    assert meter.summary() == LagSummary(p50=2.0, p95=3.0, max=3.0)


def test_an_answer_may_hold_part_of_what_came_together() -> None:
    meter = LagMeter()
    meter.accepted(0.0, 10)
    meter.answered(1.0, 4)
    assert meter.summary().max == 1.0
    meter.answered(9.0, 10)
    assert meter.summary().max == pytest.approx(9.0)


def test_nothing_answered_is_all_zeros() -> None:
    meter = LagMeter()
    meter.accepted(1.0)
    assert meter.summary() == LagSummary(0.0, 0.0, 0.0)


def test_answers_ahead_of_acceptances_wait_for_them() -> None:
    meter = LagMeter()
    meter.answered(1.0, 5)
    meter.accepted(1.5, 5)
    meter.answered(2.5, 5)
    assert meter.summary().max == pytest.approx(1.0)


def test_memory_does_not_grow_with_events() -> None:
    meter = LagMeter()
    for number in range(50_000):
        meter.accepted(number / 10_000)
    assert len(meter._waiting) <= 501


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 50)), min_size=1, max_size=30), st.integers(1, 7))
def test_every_accepted_event_is_answered_once(steps: list[tuple[float, int]], answers: int) -> None:
    meter = LagMeter()
    now, total = 0.0, 0
    for pause, events in steps:
        now += pause
        total += events
        meter.accepted(now, events)
    for share in range(1, answers + 1):
        meter.answered(now + share, total * share // answers)
    assert meter._lags.total() == total
    assert 0 <= meter.summary().p50 <= meter.summary().p95 <= meter.summary().max
