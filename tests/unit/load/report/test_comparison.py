"""Two reports side by side: is the difference beyond the noise?"""

from random import Random

import pytest

from load.report.comparison import LEVEL, Verdict, compare, unlike, verdict
from load.report.model import Distribution, Report
from tests.unit.load.report.a_report import distribution, report


def measured(seconds: float, *, seed: int, blocks: int = 10) -> Distribution:
    random = Random(seed)
    return distribution(*([random.gauss(seconds, 0.5) for _ in range(50)] for _ in range(blocks)))


def of(freshness: Distribution) -> Report:
    return report().model_copy(update={"freshness": freshness})


def test_a_difference_that_is_larger_than_blocks_differ_is_beyond_the_noise() -> None:
    found = {each.name: each for each in compare(of(measured(4.0, seed=1)), of(measured(5.0, seed=2)))}
    p50 = found["freshness p50"]
    assert p50.verdict is Verdict.BEYOND
    assert p50.change == pytest.approx(0.25, abs=0.05)


def test_the_same_distribution_measured_twice_is_within_the_noise() -> None:
    found = {each.name: each.verdict for each in compare(of(measured(4.0, seed=1)), of(measured(4.0, seed=2)))}
    assert found["freshness p50"] is found["freshness p99"] is Verdict.WITHIN


def test_chance_alone_is_hardly_ever_called_a_difference() -> None:
    random = Random(3)
    verdicts = [
        verdict([random.gauss(1, 0.1) for _ in range(10)], [random.gauss(1, 0.1) for _ in range(10)]) for _ in range(40)
    ]
    assert verdicts.count(Verdict.BEYOND) <= 5 * LEVEL * len(verdicts)


def test_a_report_is_not_different_from_itself() -> None:
    one = of(measured(4.0, seed=1))
    assert {each.verdict for each in compare(one, one)} <= {Verdict.WITHIN, Verdict.UNKNOWN}
    assert all(not each.change for each in compare(one, one))
    assert unlike(one, one) == []


def test_with_few_blocks_the_noise_is_unknown() -> None:
    found = compare(of(measured(4.0, seed=1, blocks=4)), of(measured(9.0, seed=2, blocks=4)))
    assert found[0].verdict is Verdict.UNKNOWN


def test_what_was_asked_for_differently_is_named() -> None:
    other = report().model_copy(update={"configuration": {"ShardCount": 4}, "target": "another"})
    assert unlike(report(), other) == ["ShardCount: 2 and 4", "target: local stack and another"]
