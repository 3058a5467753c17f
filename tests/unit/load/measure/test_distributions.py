"""Distributions: percentiles, joining, and what a report keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.measure.distributions import Measured, merged, quantile, quantiles, steps
from load.report.histograms import decoded


def test_percentiles_are_those_of_the_values_to_three_digits() -> None:
    measured = Measured("s")
    for millisecond in range(1, 1001):
        measured.record(millisecond / 1000)
    found = measured.distribution()
    assert found is not None
    assert (found.count, found.unit) == (1000, "s")
    assert [found.p50, found.p90, found.p99, found.p999, found.max] == pytest.approx(
        [0.5, 0.9, 0.99, 0.999, 1.0], rel=1e-3
    )
    assert found.mean == pytest.approx(0.5005, rel=1e-3)


def test_without_values_there_is_no_distribution() -> None:
    assert Measured("s").distribution() is None
    assert Measured("s").quantiles(0.5) == []


def test_what_another_process_measured_is_added_without_loss() -> None:
    one, other = Measured("s"), Measured("s")
    one.record(0.25, times=3)
    other.record(0.75, times=1)
    one.add(other.encoded())
    found = one.distribution()
    assert found is not None
    assert found.count == 4
    assert found.max == pytest.approx(0.75, rel=1e-3)


def test_blocks_are_kept_apart_and_make_the_whole() -> None:
    measured = Measured("events", blocks=3)
    for block, value in enumerate((10, 20, 30)):
        measured.record(value, block=block, times=block + 1)
    found = measured.distribution()
    assert found is not None
    assert [decoded(block).get_total_count() for block in found.blocks] == [1, 2, 3]
    assert steps(merged(map(decoded, found.blocks))) == steps(decoded(found.histogram)) == [(10, 1), (20, 2), (30, 3)]
    assert quantile(decoded(found.histogram), 0.5) == 20


def test_a_time_before_its_beginning_counts_as_none() -> None:
    measured = Measured("s")
    measured.record(-0.5)
    assert measured.quantiles(0.5) == [0.0]


def test_what_is_no_histogram_is_refused() -> None:
    with pytest.raises(ValueError, match="no HdrHistogram"):
        decoded("nonsense")


@given(st.lists(st.floats(0.0, 1e5), min_size=1, max_size=30), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5))
def test_quantiles_are_those_of_the_library(values: list[float], fractions: list[float]) -> None:
    measured = Measured("s")
    for value in values:
        measured.record(value)
    whole = decoded(measured.encoded())
    expected = [whole.get_value_at_percentile(100 * each) for each in fractions if each > 0]
    assert quantiles(whole, [each for each in fractions if each > 0]) == pytest.approx(expected)
