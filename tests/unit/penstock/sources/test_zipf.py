from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.sources.zipf import Zipf


@given(st.integers(1, 100_000), st.floats(0.1, 3.0), st.floats(0, 1, exclude_max=True))
def test_every_draw_is_a_rank(count: int, exponent: float, draw: float) -> None:
    assert 0 <= Zipf(count, exponent)(draw) < count


@pytest.mark.parametrize("exponent", [0.7, 1.0, 1.3])
def test_the_chance_of_a_rank_falls_by_the_law(exponent: float) -> None:
    rank, random = Zipf(24_000, exponent), Random(1)
    drawn = Counter(rank(random.random()) for _ in range(200_000))
    # From the 10th to the 100th and to the 1,000th, in bands wide enough for chance to level out.
    band = {
        place: sum(drawn[near] for near in range(place, place * 11 // 10)) / (place // 10) for place in (10, 100, 1000)
    }
    assert band[10] / band[100] == pytest.approx(10**exponent, rel=0.35)
    assert band[100] / band[1000] == pytest.approx(10**exponent, rel=0.35)
