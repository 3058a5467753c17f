"""Hours and days are the sums of what their vectors name."""

import pytest

from consumers.counts import empty
from consumers.rollup.sums import PartsExpiredError, positions, summed
from consumers.schedule import HOUR
from consumers.tables import Level
from consumers.trends.item import BucketItem

START = 1_763_715_600
"""2025-11-21T09:00:00Z."""


def a_minute(position: int, revision: int = 1, newest: int | None = None, **hashtags: int) -> BucketItem:
    item = BucketItem.blank(Level.MINUTE, START + 60 * position, 1, positions=4, expires_at=1)
    for _ in range(revision):
        item = item.succeeded_by(empty() | {"hashtag": hashtags}, item.vector, newest)
    return item


def an_hour() -> BucketItem:
    return BucketItem.blank(Level.HOUR, START, 1, positions=positions(Level.HOUR), expires_at=1)


def test_an_hour_is_the_sum_of_its_minutes_and_names_their_revisions() -> None:
    hour = summed(an_hour(), [a_minute(0, 2, 5, rivers=1), a_minute(59, 3, 4, rivers=2, lakes=1)])
    assert hour.counts["hashtag"] == {"rivers": 3, "lakes": 1}
    assert hour.vector == (2, *[0] * 58, 3)
    assert (hour.revision, hour.newest_arrival_ms) == (1, 5)


def test_a_day_is_the_sum_of_its_hours() -> None:
    day_start = Level.DAY.floor(START)
    day = BucketItem.blank(Level.DAY, day_start, 1, positions=positions(Level.DAY), expires_at=1)
    hour = summed(an_hour(), [a_minute(0, rivers=1)])
    total = summed(day, [hour])
    assert total.counts["hashtag"] == {"rivers": 1}
    assert total.vector.index(1) == (START - day_start) // HOUR


def test_a_sum_that_is_up_to_date_stays_the_very_item() -> None:
    hour = summed(an_hour(), [a_minute(0, rivers=1)])
    assert summed(hour, [a_minute(0, rivers=1)]) is hour
    blank = an_hour()
    assert summed(blank, []) is blank


def test_a_part_that_has_expired_keeps_the_sum_as_it_is() -> None:
    hour = summed(an_hour(), [a_minute(0, rivers=1), a_minute(1, rivers=1)])
    with pytest.raises(PartsExpiredError, match="hour 2025-11-21T09 bucket 1"):
        summed(hour, [a_minute(1, 2, rivers=5)])
