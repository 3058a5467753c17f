"""The cases of the comparison with the local stack, and what is made of runs and simulations."""

import pytest

from load.calibration.calibration import default_calibration
from load.model.spread import Spread
from load.report.settings import settings_of
from load.runs.probing import LOOK_SECONDS
from tests.benchmarks.truth.cases import CASES, WARM_UP_SECONDS, Case
from tests.benchmarks.truth.comparing import Compared, Figures, as_probes_see, is_of, simulated
from tests.unit.load.report.a_report import report


def test_nine_configurations_over_three_profiles() -> None:
    assert len({case.profile.text for case in CASES}) == 3
    assert len({case.configuration for case in CASES}) == len(CASES) == 9


def test_probes_see_what_is_visible_half_a_question_later_and_at_most_a_look_more() -> None:
    freshness = Spread()
    freshness.add(1, 2.0, 2.0)

    seen = as_probes_see(freshness, 0.04)

    assert seen.quantiles(0.001, 0.999) == pytest.approx([2.02, 2.02 + LOOK_SECONDS + 0.04], abs=0.015)


def test_a_difference_is_of_what_was_measured_and_a_short_p99_may_be_a_quarter_second_off() -> None:
    found = Compared(CASES[0], Figures(1.0, 1.0, 100.0), Figures(1.1, 1.2, 97.0), 3, 0.5)

    assert (found.p50_off, found.p99_off, found.throughput_off) == pytest.approx((0.1, 0.2, -0.03))
    assert found.p99_allowed == 0.25


@pytest.mark.parametrize(
    ("workload", "configuration", "same"),
    [
        ({}, {}, True),
        ({"profile": "steady 151"}, {}, False),
        ({"asked_seconds": 30.0}, {}, False),
        ({"warm_up_seconds": 0.0}, {}, False),
        ({"seed": 1}, {}, False),
        ({}, {"IngestWindowSeconds": "5"}, False),
        ({}, {"linger_seconds": 0.3}, False),
    ],
)
def test_a_run_that_was_kept_is_of_the_case_as_it_is_now_or_of_none(
    workload: dict[str, object], configuration: dict[str, str | float], same: bool
) -> None:
    case, made = CASES[0], report()
    asked = {
        "profile": case.profile.text,
        "asked_seconds": case.profile.seconds,
        "warm_up_seconds": WARM_UP_SECONDS,
        "seed": 0,
    }
    kept = made.model_copy(
        update={
            "workload": made.workload.model_copy(update=asked | workload),
            "configuration": settings_of(case.configuration) | configuration,
        }
    )

    assert is_of(kept, case, 0) is same


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_can_be_simulated_and_takes_what_it_is_sent(case: Case) -> None:
    found = simulated(case, default_calibration(), answer_seconds=0.02, ready_seconds=2.0, seed=1)

    assert 0 < found.p50 < found.p99 < 30
    assert found.throughput == pytest.approx(case.profile.events / case.profile.seconds, rel=0.01)
