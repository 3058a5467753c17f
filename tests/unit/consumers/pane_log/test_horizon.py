"""A raise of the horizon is unsafe for as long as segments with the old expiry may be missing."""

import math

import pytest

from consumers.pane_log.horizon import Horizon, seen
from consumers.schedule import HOUR

NOW = 1_795_253_400


def test_the_first_run_and_the_same_again_are_sure() -> None:
    first = seen(None, 192, NOW)
    assert first == Horizon(192, 192, 0)
    assert seen(first, 192, NOW + HOUR) == first
    assert not first.raised


def test_a_raise_is_unsure_until_nothing_of_the_time_before_it_can_come() -> None:
    raised = seen(Horizon(192, 192, 0), 216, NOW)
    assert raised == Horizon(216, 192, NOW + 216 * HOUR)
    assert raised.raised
    assert seen(raised, 216, raised.sure_from - 1) == raised
    assert seen(raised, 216, raised.sure_from) == Horizon(216, 216, 0)


def test_a_second_raise_waits_for_what_the_first_one_wrote() -> None:
    raised = seen(Horizon(192, 192, 0), 216, NOW)
    assert seen(raised, 240, NOW + HOUR) == Horizon(240, 192, NOW + HOUR + 240 * HOUR)


def test_taking_a_raise_back_ends_it() -> None:
    raised = seen(Horizon(192, 192, 0), 216, NOW)
    assert seen(raised, 192, NOW + HOUR) == Horizon(192, 192, 0)


def test_a_raise_that_is_taken_back_in_part_goes_on() -> None:
    raised = seen(Horizon(192, 192, 0), 240, NOW)
    assert seen(raised, 216, NOW + HOUR) == Horizon(216, 192, NOW + 216 * HOUR)
    assert seen(raised, 216, NOW + 217 * HOUR) == Horizon(216, 216, 0)


def test_after_lowering_the_old_value_is_a_raise() -> None:
    lowered = seen(Horizon(192, 192, 0), 120, NOW)
    assert lowered == Horizon(120, 120, 0)
    assert seen(lowered, 192, NOW + HOUR).raised


def test_without_a_raise_nothing_is_forgotten() -> None:
    assert Horizon(216, 216, 0).forgotten_before(NOW) == -math.inf


@pytest.mark.parametrize("hours_later", range(0, 289, 12))
@pytest.mark.parametrize("age", range(0, 265, 6))
def test_whatever_is_admitted_after_a_raise_finds_the_segments_of_its_pane(hours_later: int, age: int) -> None:
    horizon = seen(Horizon(216, 216, 0), 288, NOW)
    now = NOW + hours_later * HOUR
    created = now - age * HOUR
    # At worst the pane's first segment was written when it began.
    expires = created + (216 if created <= NOW else 288) * HOUR
    if seen(horizon, 288, now).forgotten_before(now) <= created:
        assert expires > now
    assert seen(horizon, 288, now).forgotten_before(now) <= max(now - 192 * HOUR, NOW + 24 * HOUR)


def test_what_came_before_the_raise_is_taken_after_it() -> None:
    horizon = seen(Horizon(216, 216, 0), 288, NOW)
    assert horizon.forgotten_before(NOW + 100 * HOUR) == NOW + 100 * HOUR - 192 * HOUR
