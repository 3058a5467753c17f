"""An entry of the schedule that was changed while in force is noticed before anything is counted twice."""

import pytest

from consumers.rollup.rollup import Rollup
from consumers.rollup.schedule_check import ScheduleChangedError
from consumers.schedule import HOUR, Entry, Schedule
from consumers.tables import Level
from consumers.trends.state import LevelsState, encode_state
from tests.unit.consumers.rollup.making import MINUTE, a_rollup, a_segment, an_address, append, plenty
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

HASHTAGS = ("rivers", "lakes", "seas", "fjords", "springs")
HOUR_START = Level.HOUR.floor(MINUTE)
SEGMENTS = [a_segment(number, *HASHTAGS) for number in range(2)]


@pytest.fixture
def dynamodb() -> SimulatedTables:
    made = SimulatedTables()
    append(made, *SEGMENTS)
    return made


def of_buckets(dynamodb: SimulatedTables, buckets: int) -> Rollup:
    """Return a rollup whose schedule has so many buckets; the usual one has two."""
    return a_rollup(dynamodb, schedule=Schedule([Entry(0, 30, 2, buckets)]))


def hashtags(rollup: Rollup, level: Level, start: int) -> list[dict[str, int]]:
    items = [rollup.table.get(level, start, bucket) for bucket in range(1, 6)]
    return [item.counts["hashtag"] for item in items if item is not None]


@pytest.mark.parametrize("buckets", [1, 3, 5])
def test_other_buckets_than_the_minute_was_begun_with_change_nothing(dynamodb: SimulatedTables, buckets: int) -> None:
    ours = of_buckets(dynamodb, 2)
    ours.apply(SEGMENTS[:1], plenty)
    before = hashtags(ours, Level.MINUTE, MINUTE)
    report = of_buckets(dynamodb, buckets).apply(SEGMENTS, plenty)
    error = report.failure(an_address())
    assert isinstance(error, ScheduleChangedError)
    assert f"written for 2 hashtag buckets, the schedule now says {buckets}" in str(error)
    assert hashtags(ours, Level.MINUTE, MINUTE) == before
    assert ours.apply(SEGMENTS, plenty).failure(an_address()) is None
    assert sum(sum(counts.values()) for counts in hashtags(ours, Level.MINUTE, MINUTE)) == 2 * len(HASHTAGS)


def test_a_winner_with_other_buckets_is_noticed(dynamodb: SimulatedTables) -> None:
    ours, theirs = of_buckets(dynamodb, 2), of_buckets(dynamodb, 3)
    ours.apply(SEGMENTS[:1], plenty)
    for item in dynamodb.tables[TRENDS_TABLE].values():
        if "e" in item:  # as if theirs had won between our read and our write
            item["b"], item["r"] = {"N": "3"}, {"N": "7"}
    assert isinstance(ours.apply(SEGMENTS, plenty).failure(an_address()), ScheduleChangedError)
    assert theirs.apply(SEGMENTS, plenty).failure(an_address()) is None


def test_hours_do_not_mix_buckets(dynamodb: SimulatedTables) -> None:
    of_buckets(dynamodb, 2).apply(SEGMENTS[:1], plenty)
    dynamodb.load(TRENDS_TABLE, [encode_state(LevelsState(HOUR_START + HOUR, HOUR_START + HOUR, 0, 0))])
    later = an_address(minute=MINUTE + 60)
    theirs = of_buckets(dynamodb, 3)
    report = theirs.apply([a_segment(address=later)], plenty)
    assert isinstance(report.failure(later), ScheduleChangedError)
    assert theirs.table.get(Level.HOUR, HOUR_START, 0) is None
