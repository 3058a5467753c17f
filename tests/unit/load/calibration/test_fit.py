"""Fitting what an invocation costs."""

from random import Random

import pytest

from load.calibration.calibration import Curve, default_calibration
from load.calibration.fit import FitError, Point, fit

PARTS = ("batch", "event", "segment")


def points(noise: float) -> list[Point]:
    random = Random(1)
    made = []
    for events in (10, 100, 1_000, 5_000):
        for segments in (1, 8, 20):
            seconds = 0.002 + 2e-5 * events + 1e-3 * segments
            made.append(
                Point(
                    {"batch": 1, "event": events, "segment": segments}, seconds * random.uniform(1 - noise, 1 + noise)
                )
            )
    return made


def test_what_parts_cost_is_found_again() -> None:
    fitted = fit(points(0.0), PARTS)

    assert fitted.seconds == pytest.approx({"batch": 0.002, "event": 2e-5, "segment": 1e-3})
    assert fitted.worst_error == pytest.approx(0, abs=1e-9)
    assert fitted.of({"batch": 1, "event": 100, "segment": 0}) == pytest.approx(0.004)


def test_errors_are_as_large_as_the_noise() -> None:
    fitted = fit(points(0.2), PARTS)

    assert 0.02 < fitted.median_error < 0.2
    assert fitted.median_error < fitted.worst_error < 0.4
    assert fitted.seconds["event"] == pytest.approx(2e-5, rel=0.2)


def test_no_part_costs_less_than_nothing() -> None:
    made = [Point({"batch": 1, "event": n, "segment": n % 3}, 0.01 + 1e-5 * n - 1e-3 * (n % 3)) for n in range(1, 30)]

    fitted = fit(made, PARTS)

    assert fitted.seconds["segment"] == 0
    assert min(fitted.seconds.values()) >= 0


def test_parts_that_always_come_together_are_refused_by_name() -> None:
    together = [Point({"batch": 1, "event": n, "segment": n}, 0.01 * n) for n in range(1, 10)]

    with pytest.raises(FitError, match="what segment costs"):
        fit(together, PARTS)
    with pytest.raises(FitError, match="2 points can't tell 3 parts apart"):
        fit(together[:2], PARTS)


def test_a_curve_is_straight_between_what_was_measured_and_goes_on_behind_it() -> None:
    curve = Curve(at=(0, 10, 100), bytes_there=(50, 150, 600))

    assert [curve.of(at) for at in (0, 5, 10, 55, 100, 110)] == [50, 100, 150, 375, 600, 650]


def test_the_calibration_that_comes_along_says_where_it_was_made() -> None:
    calibration = default_calibration()

    assert calibration.processor
    assert "Python" in calibration.made
    for function in (calibration.ingest, calibration.rollup, calibration.views):
        assert 0 < function.median_error < 0.5
