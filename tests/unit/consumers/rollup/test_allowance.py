"""How much may be spent on the past at once."""

from consumers.rollup.allowance import TO_BEGIN_WITH, Allowance


def test_something_may_be_spent_before_it_is_earned() -> None:
    allowance = Allowance(0.5)
    assert allowance.is_left
    allowance.spend(TO_BEGIN_WITH / 2)
    assert not allowance.is_left


def test_what_is_overdrawn_must_be_earned_first() -> None:
    allowance = Allowance(0.5)
    allowance.spend(TO_BEGIN_WITH / 2 + 10)
    allowance.earn(20)
    assert not allowance.is_left
    allowance.earn(1)
    assert allowance.is_left


def test_no_more_is_saved_up_than_there_was_to_begin_with() -> None:
    allowance = Allowance(0.5)
    allowance.earn(1e9)
    allowance.spend(TO_BEGIN_WITH / 2)
    assert not allowance.is_left


def test_without_a_share_nothing_may_be_spent() -> None:
    allowance = Allowance(0.0)
    allowance.earn(1e9)
    assert not allowance.is_left
