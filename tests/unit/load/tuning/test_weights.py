"""What an axis weighs follows from what it changes by itself."""

import pytest

from load.tuning.space import Place
from load.tuning.weights import EVEN, WEIGHT, weights


def test_an_axis_that_changes_more_weighs_more() -> None:
    figures: dict[Place, tuple[float, float]] = {(0, 0): (0.0, 0.0), (1, 0): (3.0, 1.0), (0, 1): (0.5, 0.0)}

    one, other = weights(figures)

    assert one > other > WEIGHT * EVEN / 2
    assert one + other == pytest.approx(WEIGHT)


def test_axes_of_which_nothing_is_known_weigh_alike() -> None:
    assert weights({(0, 0): (1.0, 2.0), (1, 1): (3.0, 1.0)}) == [WEIGHT * EVEN / 2] * 2
