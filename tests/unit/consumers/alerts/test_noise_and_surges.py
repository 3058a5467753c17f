"""Judging minute after minute: hours of chance raise nothing, and a surge in the midst of it is found at once."""

from collections.abc import Iterator
from random import Random

import pytest

from consumers.alerts.alert import Alert
from consumers.alerts.judging import Minute, judge
from consumers.alerts.rules import Rules
from consumers.schedule import MINUTE
from tests.benchmarks.alerts.chance import poisson
from tests.unit.consumers.alerts.making import T0, minute

RULES = Rules(("hashtag",))
MEANS = {f"tag-{mean:g}-{number}": mean for mean in (0.5, 3.0, 12.0, 80.0) for number in range(10)}
"""Usual counts a minute."""


def noise(seed: str, length: int) -> Iterator[dict[str, int]]:
    random = Random(seed)
    draws = {value: poisson(mean, random) for value, mean in MEANS.items()}
    for _ in range(length):
        yield {value: draw() for value, draw in draws.items()}


def found(counted: list[dict[str, int]]) -> list[Alert]:
    """Judge each window that has a whole past."""
    minutes: dict[int, Minute] = {T0 + at * MINUTE: minute(each) for at, each in enumerate(counted)}
    ends = range(T0 + RULES.reach, T0 + (len(counted) + 1) * MINUTE, MINUTE)
    return [finding.alert for end in ends for finding in judge(end, minutes, RULES)]


def test_hours_of_chance_raise_nothing() -> None:
    assert found(list(noise("quiet", 240))) == []


def test_a_day_that_grows_and_shrinks_raises_nothing() -> None:
    # To the fourfold within two hours, and back.
    counted = list(noise("tide", 240))
    tide = [1 + 3 * min(at, 240 - at) / 120 for at in range(240)]
    assert (
        found([{v: round(n * high) for v, n in each.items()} for each, high in zip(counted, tide, strict=True)]) == []
    )


@pytest.mark.parametrize(("value", "a_minute"), [("brooks", 12), ("tag-0.5-3", 15), ("tag-3-3", 40), ("tag-80-3", 300)])
def test_a_planted_surge_is_found_within_five_windows(value: str, a_minute: int) -> None:
    counted = list(noise(f"surge of {value}", 120))
    for each in counted[100:]:
        each[value] = each.get(value, 0) + a_minute
    alerts = found(counted)
    assert {alert.value for alert in alerts} == {value}
    assert min(alert.end for alert in alerts) - (T0 + 100 * MINUTE) <= RULES.window
    assert alerts[0].since >= T0 + 99 * MINUTE
