"""What is expected of a place follows from those that were learnt."""

from math import exp

import pytest

from load.tuning.belief import NOISE, REACH, Belief

LENGTHS, WEIGHTS = (3, 4), (0.5, 0.25)


def covariance(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    product = 1.0
    for weight, mine, its in zip(WEIGHTS, one, other, strict=True):
        product *= (1 + weight * exp(-abs(mine - its) / REACH)) / (1 + weight)
    return product


def test_nothing_learnt_is_the_mean_and_all_of_the_variance() -> None:
    expected = Belief(LENGTHS, WEIGHTS, [2.0, 5.0]).expected((1, 1))

    assert (expected.figures, expected.variance) == ([2.0, 5.0], 1.0)


def test_two_places_tell_of_a_third_as_the_regression_says() -> None:
    belief = Belief(LENGTHS, WEIGHTS, [1.0])
    first, second, third = (0, 0), (2, 1), (1, 3)
    belief.learn(first, [3.0])
    belief.learn(second, [0.5])

    expected = belief.expected(third)

    # The 2 by 2 covariance inverted by hand.
    here, apart = 1 + NOISE, covariance(first, second)
    to_first, to_second = covariance(third, first), covariance(third, second)
    whole = here * here - apart * apart
    by_first, by_second = (here * to_first - apart * to_second) / whole, (here * to_second - apart * to_first) / whole
    assert expected.figures == pytest.approx([1 + 2.0 * by_first - 0.5 * by_second])
    assert expected.variance == pytest.approx(1 - to_first * by_first - to_second * by_second)


def test_what_was_asked_before_is_as_what_is_asked_for_the_first_time() -> None:
    belief, asked_late = Belief(LENGTHS, WEIGHTS, [0.0]), Belief(LENGTHS, WEIGHTS, [0.0])
    for number, place in enumerate([(0, 0), (2, 3), (1, 2), (0, 3)]):
        belief.expected((2, 2))
        for each in (belief, asked_late):
            each.learn(place, [float(number)])

    assert belief.expected((2, 2)).figures == pytest.approx(asked_late.expected((2, 2)).figures)
    assert belief.expected((2, 2)).variance == pytest.approx(asked_late.expected((2, 2)).variance)
