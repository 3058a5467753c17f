"""What the bench of reporting loads is answered exactly, and costs what it may: a small version of `make bench`."""

import pytest

from consumers.schedule import DAY, MINUTE
from consumers.tables import Level
from tests.benchmarks.reporting.bench import (
    DAY_AGO,
    LONGER,
    MOST_APART,
    MOST_UNITS,
    QUESTIONS,
    Loaded,
    costs,
    costs_of,
    loaded,
)


@pytest.fixture(scope="module")
def world() -> Loaded:
    return loaded(2_000, DAY)


def test_the_lists_and_series_of_a_loaded_day_are_plain_counts(world: Loaded) -> None:
    tags = world.counted["hashtag"]
    series = [world.queries.series("hashtag", value, Level.MINUTE, DAY_AGO, None) for value in sorted(tags)[:20]]
    assert [each.total for each in series] == [tags[each.value] for each in series]
    events = sum(world.counted["kind"].values())
    assert events == 2_000
    assert world.queries.series("lang", "en", Level.DAY, None, None).total == world.counted["lang"]["en"]
    assert world.queries.value("lang", "en").first_seen is not None


def test_every_question_stays_within_its_units(world: Loaded) -> None:
    found = costs(world, 2)
    assert [(name, found[name].most_units) for name, most in MOST_UNITS.items() if found[name].most_units > most] == []
    # Items alone would cost more than that: the strips have answered.
    assert found["series, 24 h by minute"].items < 40


def test_three_times_the_history_is_no_more_to_read() -> None:
    two_days, six_days = (costs_of(days * DAY // (5 * MINUTE), days * DAY, 2) for days in (2, 6))
    apart = {name: six_days[name].units / two_days[name].units for name in QUESTIONS.keys() - LONGER}
    assert {name: times for name, times in apart.items() if times > MOST_APART} == {}
    assert {name for name in LONGER if six_days[name].most_units > MOST_UNITS[name]} == set()
