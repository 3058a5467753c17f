import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.delivery.distribution import NOTHING, RELATIVE_ERROR, Distribution
from penstock.delivery.histogram import Histogram

MEASURABLE = st.floats(min_value=1e-6, max_value=1e9)


def counted(*values: float) -> Distribution:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram.snapshot()


@given(st.lists(MEASURABLE, min_size=1, max_size=50), st.floats(0, 100))
def test_a_percentile_is_within_the_error_of_the_true_one(values: list[float], percent: float) -> None:
    distribution = counted(*values)
    rank = max(1, -(-len(values) * percent // 100))
    true = sorted(values)[int(rank) - 1]
    assert distribution.percentile(percent) == pytest.approx(true, rel=RELATIVE_ERROR)


@given(st.lists(MEASURABLE, min_size=1, max_size=50))
def test_count_sum_least_and_most_are_exact(values: list[float]) -> None:
    distribution = counted(*values)
    assert (distribution.count, distribution.min, distribution.max) == (len(values), min(values), max(values))
    assert distribution.sum == pytest.approx(sum(values))
    assert distribution.mean == pytest.approx(sum(values) / len(values))


def test_whole_numbers_up_to_32_are_exact() -> None:
    assert counted(*range(33)).buckets == tuple((float(number), 1) for number in range(33))


def test_values_below_0_and_beyond_all_measure_are_counted_at_the_ends() -> None:
    distribution = counted(-1.0, 1e-9, 1e30)
    assert (distribution.min, distribution.count) == (0.0, 3)
    assert distribution.buckets == ((0.0, 2), (2.0**40, 1))


@given(st.lists(MEASURABLE, max_size=30), st.lists(MEASURABLE, max_size=30))
def test_what_was_added_later_is_told_apart(early: list[float], late: list[float]) -> None:
    since = counted(*early, *late).since(counted(*early))
    assert since.buckets == counted(*late).buckets
    assert since.count == len(late)
    if late:
        assert since.min == pytest.approx(min(late), rel=RELATIVE_ERROR)
        assert since.max == pytest.approx(max(late), rel=RELATIVE_ERROR)


def test_nothing_has_no_percentiles() -> None:
    assert counted() == NOTHING
    assert (NOTHING.mean, NOTHING.percentile(99)) == (0.0, 0.0)
