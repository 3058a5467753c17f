"""Scores: what is news, and what is chance, at any size of count."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.alerts.score import LEAST_PAST, even, growth, score, score_against, uneven
from tests.benchmarks.alerts.chance import poisson, scores

LEAST = 6.0


def scored(count: int, past: list[float]) -> float:
    found = score(count, past)
    assert found is not None
    return found.score


@pytest.mark.parametrize("mean", [0.2, 1.0, 5.0, 30.0, 300.0])
def test_chance_alone_is_no_alert(mean: float) -> None:
    found = scores(mean, 5_000, Random(f"chance {mean}"))
    assert max(found) < LEAST
    assert sum(each >= 3 for each in found) <= 0.002 * len(found)


@pytest.mark.parametrize(
    ("mean", "least"), [(0.2, 20), (1.0, 40), (5.0, 70), (30.0, 120), (300.0, 700), (3000.0, 6000)]
)
def test_a_surge_is_an_alert_whatever_its_size(mean: float, least: int) -> None:
    random = Random(f"surge {mean}")
    draw = poisson(mean, random)
    assert all(scored(least, [draw() for _ in range(12)]) >= LEAST for _ in range(200))


def test_a_value_never_seen_before_needs_more_than_a_few() -> None:
    nothing = [0.0] * 12
    assert scored(5, nothing) < LEAST
    assert scored(20, nothing) > LEAST


def test_no_spread_is_no_certainty() -> None:
    equal = [100.0] * 12
    assert scored(101, equal) < 0.1
    assert scored(120, equal) < LEAST
    assert scored(250, equal) > LEAST


def test_a_tenth_more_of_a_large_count_is_no_news() -> None:
    assert scored(1_100_000, [1_000_000.0] * 12) < 1
    assert scored(2_000_000, [1_000_000.0] * 12) > LEAST


def test_an_earlier_surge_hides_no_later_one() -> None:
    assert scored(200, [10, 9, 11, 10, 900, 700, 300, 12, 8, 10, 11, 9]) > LEAST


def test_what_always_varies_may_vary() -> None:
    restless = [10, 200, 15, 180, 20, 210, 9, 190, 14, 205, 11, 199]
    assert scored(230, [float(each) for each in restless]) < LEAST


def test_a_short_past_is_no_past() -> None:
    assert score(1_000, [0.0] * (LEAST_PAST - 1)) is None
    assert score(1_000, [0.0] * LEAST_PAST) is not None


def test_growth_that_all_share_counts_and_decline_does_not() -> None:
    assert growth(2_000, 1_000) == pytest.approx(2, rel=0.02)
    assert growth(500, 1_000) == 1
    assert growth(3, 1) == pytest.approx(1.1, rel=0.01)


def test_a_standstill_can_not_be_compared_with() -> None:
    assert growth(10_000, 0) is None
    assert growth(0, 0) == 1
    assert growth(50, 1) is None


@given(st.integers(0, 10**9))
def test_the_even_scale_leads_back(count: int) -> None:
    assert uneven(even(count)) == pytest.approx(count, rel=1e-9, abs=1e-6)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=6, max_size=12))
def test_more_scores_more(one: int, other: int, past: list[int]) -> None:
    fewer, more = sorted((one, other))
    known = [float(each) for each in past]
    assert scored(fewer, known) <= scored(more, known)


def test_another_day_is_compared_with_at_least_chance() -> None:
    assert score_against(100, 100, 1.0).score == 0
    assert score_against(400, 100, 1.0).score > LEAST
    assert score_against(400, 100, 50.0).score < 1
    assert score_against(400, 100, 1.0).usual == pytest.approx(100)
