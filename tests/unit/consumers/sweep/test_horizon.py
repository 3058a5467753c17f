"""A raise of the horizon is unsafe for as long as segments with the old expiry may be missing."""

from consumers.schedule import HOUR
from consumers.sweep.horizon import Horizon, seen

NOW = 1_795_253_400


def test_the_first_run_and_the_same_again_are_sure() -> None:
    first = seen(None, 192, NOW)
    assert first == Horizon(192, 192, 0)
    assert seen(first, 192, NOW + HOUR) == first
    assert not first.raised


def test_a_raise_is_unsure_until_the_old_time_has_passed() -> None:
    raised = seen(Horizon(192, 192, 0), 216, NOW)
    assert raised == Horizon(216, 192, NOW + 192 * HOUR)
    assert raised.raised
    assert seen(raised, 216, raised.sure_from - 1) == raised
    assert seen(raised, 216, raised.sure_from) == Horizon(216, 216, 0)


def test_a_second_raise_waits_for_what_the_first_one_wrote() -> None:
    raised = seen(Horizon(192, 192, 0), 216, NOW)
    assert seen(raised, 240, NOW + HOUR) == Horizon(240, 192, NOW + HOUR + 216 * HOUR)


def test_taking_a_raise_back_ends_it() -> None:
    raised = seen(Horizon(192, 192, 0), 216, NOW)
    assert seen(raised, 192, NOW + HOUR) == Horizon(192, 192, 0)


def test_a_raise_that_is_taken_back_in_part_goes_on() -> None:
    raised = seen(Horizon(192, 192, 0), 240, NOW)
    assert seen(raised, 216, NOW + HOUR) == Horizon(216, 192, raised.sure_from)


def test_after_lowering_the_old_value_is_a_raise() -> None:
    lowered = seen(Horizon(192, 192, 0), 120, NOW)
    assert lowered == Horizon(120, 120, 0)
    assert seen(lowered, 192, NOW + HOUR).raised
