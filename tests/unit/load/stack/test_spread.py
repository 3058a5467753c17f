"""Distributions out of statistics of minutes."""

import pytest

from load.stack.spread import spread


def test_a_minutes_percentiles_come_out_again() -> None:
    minute: dict[str, float] = {
        "Minimum": 10,
        "p10": 20,
        "p50": 100,
        "p90": 180,
        "p99": 400,
        "Maximum": 900,
        "SampleCount": 5_000,
    }
    found = spread({name: {0: value} for name, value in minute.items()}, "s", scale=0.001)
    assert found is not None
    assert found.count == 5_000
    assert (found.min, found.max) == pytest.approx((0.010, 0.900), rel=0.01)
    assert found.p50 == pytest.approx(0.100, rel=0.03)
    assert found.p90 == pytest.approx(0.180, rel=0.06)
    assert 0.180 < found.p99 <= 0.9


def test_minutes_count_by_their_values() -> None:
    minutes = {"Minimum": {0: 1.0, 60: 9.0}, "Maximum": {0: 1.0, 60: 9.0}, "SampleCount": {0: 900.0, 60: 100.0}}
    found = spread(minutes, "events")
    assert found is not None
    assert (found.count, found.p50, found.p95) == (1_000, 1.0, 9.0)
    assert found.mean == pytest.approx(1.8)


def test_few_values_are_the_least_and_the_most() -> None:
    found = spread({"Minimum": {0: 2.0}, "Maximum": {0: 6.0}, "SampleCount": {0: 2}}, "events")
    assert found is not None
    assert (found.count, found.min, found.max) == (2, 2.0, 6.0)


def test_of_nothing_nothing_is_known() -> None:
    assert spread({"SampleCount": {}}, "s") is None
    assert spread({"SampleCount": {0: 3}}, "s") is None
