"""What the bench of reporting loads is answered exactly, and costs what it may: a small version of `make bench`."""

import pytest

from consumers.tables import Level
from tests.benchmarks.reporting.bench import (
    DAY_AGO,
    LISTS,
    MOST_LIST,
    MOST_SERIES,
    Loaded,
    costs,
    loaded,
)


@pytest.fixture(scope="module")
def world() -> Loaded:
    return loaded(2_000)


def test_the_lists_and_series_of_a_loaded_day_are_plain_counts(world: Loaded) -> None:
    tags = world.counted["hashtag"]
    series = [world.queries.series("hashtag", value, Level.MINUTE, DAY_AGO, None) for value in sorted(tags)[:20]]
    assert [each.total for each in series] == [tags[each.value] for each in series]
    events = sum(world.counted["kind"].values())
    assert events == 2_000
    assert world.queries.series("lang", "en", Level.DAY, None, None).total == world.counted["lang"]["en"]
    assert world.queries.value("lang", "en").first_seen is not None


def test_lists_and_series_stay_within_their_units(world: Loaded) -> None:
    found = costs(world, 2)
    assert max(found[name].most_units for name in LISTS) <= MOST_LIST
    assert found["series, 24 h by minute"].most_units <= MOST_SERIES
    # Items alone would cost more than that: the strips have answered.
    assert found["series, 24 h by minute"].items < 40
